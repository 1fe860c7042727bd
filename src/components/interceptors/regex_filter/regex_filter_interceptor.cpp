// regex_filter: keeps the events in whose body a pattern is found, or (excludeEvents) drops them.
// A body on which the pattern needs too many steps is kept unless the configuration says otherwise, counted and told.
#include <optional>
#include <utility>

#include "components/interceptors/event_count.h"
#include "components/interceptors/undecided_policy.h"
#include "flume/component.h"
#include "text/regex.h"

namespace flume {
namespace {

struct RegexFilterOptions {
  std::string regex = ".*";
  bool exclude_events = false;
  OnUndecided on_undecided = OnUndecided::Keep;
};

constexpr auto kRegexFilterOptions =
    options(option<&RegexFilterOptions::regex>("regex", "Searched in the body, which is read as UTF-8."),
            option<&RegexFilterOptions::exclude_events>("excludeEvents", "Drop the events that match instead of the others."),
            on_undecided_option<&RegexFilterOptions::on_undecided>());

Status check(const RegexFilterOptions& options) { return Regex::compile(options.regex).status().with_context("regex"); }

class RegexFilterInterceptor final : public Interceptor {
 public:
  RegexFilterInterceptor(const RegexFilterOptions& options, const Services& services)
      : options_(options), undecided_(services, "RegexFilterUndecidedCount") {}

  Status intercept(EventBatch& batch) override {
    if (!regex_) {
      auto compiled = Regex::compile(options_.regex);
      if (!compiled) return std::move(compiled).status().with_context("regex");
      regex_ = *std::move(compiled);
    }
    batch = batch.filter([this](const EventView& event) { return keeps(event); });
    return {};
  }
  [[nodiscard]] bool uses_headers() const override { return false; }

 private:
  bool keeps(const EventView& event) {
    const auto found = regex_->find(event.body());
    if (found) return *found != options_.exclude_events;
    undecided_.tell("regex_filter cannot decide on an event; later ones are only counted", found.status());
    return options_.on_undecided == OnUndecided::Keep;
  }

  const RegexFilterOptions options_;
  EventCount undecided_;
  std::optional<Regex> regex_;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_regex_filter;
constinit const ComponentInfo interceptor_regex_filter = describe<RegexFilterInterceptor, kRegexFilterOptions, check>(
    "regex_filter", "Keeps or drops events by a pattern in the body.", {"org.apache.flume.interceptor.RegexFilteringInterceptor$Builder"},
    {.example = {.keys = "type = regex_filter\nregex = ^DEBUG\nexcludeEvents = true",
                 .events = "{} DEBUG connected\n{} ERROR connection lost",
                 .become = "{} ERROR connection lost"}});
}  // namespace components
}  // namespace flume
