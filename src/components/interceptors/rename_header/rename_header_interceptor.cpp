// rename_header: headers get other names, all at once: `rename.a = b` with `rename.b = a` swaps two. Apache Flume has no such
// interceptor.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "components/interceptors/event_rewriter.h"
#include "flume/component.h"

namespace flume {
namespace {

struct RenameHeaderOptions {
  OptionFamily names;
  bool preserve_existing = false;
};

constexpr auto kRenameHeaderOptions = options(
    option<&RenameHeaderOptions::names>("rename.*", "rename.<old> = <new>: the header <old> gets the name <new>."),
    option<&RenameHeaderOptions::preserve_existing>(
        "preserveExisting", "An event that has the new name keeps both headers as they are; otherwise the renamed one takes its place."));

OptionProblems check(const RenameHeaderOptions& options) {
  OptionProblems problems;
  if (options.names.empty()) problems.push_back({{"rename.*"}, "at least one header must be named: rename.<old> = <new>"});
  std::vector<std::string_view> taken;
  for (const auto& [from, to] : options.names) {
    if (to.empty()) problems.push_back({{"rename.*"}, "rename." + from + ": the new name is empty (remove_header removes headers)"});
    if (std::find(taken.begin(), taken.end(), to) != taken.end()) {
      problems.push_back({{"rename.*"}, "rename." + from + ": another header gets the name '" + to + "', too"});
    }
    taken.push_back(to);
  }
  return problems;
}

class RenameHeaderInterceptor final : public Interceptor {
 public:
  RenameHeaderInterceptor(const RenameHeaderOptions& options, const Services&) : options_(options) {}

  Status intercept(EventBatch& batch) override {
    const bool is_any_concerned = std::any_of(batch.begin(), batch.end(), [this](const EventView& event) {
      return std::any_of(options_.names.begin(), options_.names.end(),
                         [&](const auto& each) { return event.header(each.first).has_value(); });
    });
    if (!is_any_concerned) return {};
    return rewriter_.rewrite(batch, [this](const EventView& event, BatchBuilder& builder) {
      event.each_header([&](std::string_view key, std::string_view value) {
        if (!options_.names.contains(key)) builder.header(key, value);
      });
      event.each_header([&](std::string_view key, std::string_view value) {
        const auto rule = options_.names.find(key);
        if (rule == options_.names.end()) return;
        const bool stays = options_.preserve_existing && !options_.names.contains(rule->second) && event.header(rule->second);
        builder.header(stays ? key : std::string_view(rule->second), value);
      });
      return builder.body(event.body());
    });
  }

 private:
  const RenameHeaderOptions options_;
  EventRewriter rewriter_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_rename_header;
constinit const ComponentInfo interceptor_rename_header = describe<RenameHeaderInterceptor, kRenameHeaderOptions, check>(
    "rename_header", "Gives headers other names.", {},
    {.extension = true,
     .example = {.keys = "type = rename_header\nrename.Severity = severity\nrename.Facility = facility",
                 .events = "{Severity=3, Facility=1} disk full",
                 .become = "{severity=3, facility=1} disk full"}});
}  // namespace components
}  // namespace flume
