// The headers that follow from a message's priority and version alone, encoded beforehand for all that the RFCs know. Immutable; any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "flume/batch_builder.h"
#include "syslog/message_fields.h"

namespace flume::syslog {

class PriorityHeaders {
 public:
  /// Facility and Severity; then the priority as it was written under `priority_key`, and a version under `version_key`.
  PriorityHeaders(std::string_view priority_key, std::string_view version_key);

  /// Facility and Severity alone.
  void add_level(const Priority& priority, BatchBuilder& event) const;
  /// All of them; `version` empty: none.
  void add(const Priority& priority, std::string_view version, BatchBuilder& event) const;

 private:
  /// RFC 5424, 6.2.1: 23 * 8 + 7 is the last.
  static constexpr std::uint32_t kPriorities = 192;
  struct Groups {
    HeaderGroup level;
    HeaderGroup priority;
    HeaderGroup version_1;
  };

  std::string_view priority_key_;
  std::string_view version_key_;
  std::vector<Groups> groups_;  // by priority
};

}  // namespace flume::syslog
