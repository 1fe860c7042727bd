#include "syslog/priority_headers.h"

#include "syslog/number_text.h"

namespace flume::syslog {

PriorityHeaders::PriorityHeaders(std::string_view priority_key, std::string_view version_key)
    : priority_key_(priority_key), version_key_(version_key), groups_(kPriorities) {
  for (std::uint32_t value = 0; value < kPriorities; ++value) {
    Groups& groups = groups_[value];
    groups.level.add("Facility", NumberText(value / 8).view());
    groups.level.add("Severity", NumberText(value % 8).view());
    groups.priority = groups.level;
    groups.priority.add(priority_key, NumberText(value).view());
    groups.version_1 = groups.priority;
    groups.version_1.add(version_key, "1");
  }
}

void PriorityHeaders::add_level(const Priority& priority, BatchBuilder& event) const {
  if (priority.value < kPriorities) return event.headers(groups_[priority.value].level);
  event.header("Facility", NumberText(priority.value / 8).view());
  event.header("Severity", NumberText(priority.value % 8).view());
}

void PriorityHeaders::add(const Priority& priority, std::string_view version, BatchBuilder& event) const {
  const bool is_usual = priority.value < kPriorities && (priority.digits[0] != '0' || priority.digits.size() == 1);
  if (is_usual && version == "1") return event.headers(groups_[priority.value].version_1);
  if (is_usual && version.empty()) return event.headers(groups_[priority.value].priority);
  add_level(priority, event);
  event.header(priority_key_, priority.digits);
  if (!version.empty()) event.header(version_key_, version);
}

}  // namespace flume::syslog
