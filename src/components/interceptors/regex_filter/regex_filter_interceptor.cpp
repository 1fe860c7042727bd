// regex_filter: keeps the events in whose body a pattern is found, or (excludeEvents) drops them.
// A body on which the pattern needs too many steps is kept, counted and told: nothing is dropped by accident.
#include <optional>
#include <utility>

#include "flume/component.h"
#include "flume/metrics.h"
#include "text/regex.h"

namespace flume {
namespace {

struct RegexFilterOptions {
  std::string regex = ".*";
  bool exclude_events = false;
};

constexpr auto kRegexFilterOptions =
    options(option<&RegexFilterOptions::regex>("regex", "Searched in the body, which is read as UTF-8."),
            option<&RegexFilterOptions::exclude_events>("excludeEvents", "Drop the events that match instead of the others."));

Status check(const RegexFilterOptions& options) { return Regex::compile(options.regex).status().with_context("regex"); }

class RegexFilterInterceptor final : public Interceptor {
 public:
  RegexFilterInterceptor(const RegexFilterOptions& options, const Services& services)
      : options_(options), log_(services.log), counters_(services.name), membership_(services.metrics.join(counters_)) {}

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
  /// What Flume has no counter for; not in its JSON.
  struct Counters final : CounterGroup {
    explicit Counters(std::string_view component) : CounterGroup(CounterKind::Source, component) { hide_from_flume_json(); }
    Counter undecided{*this, "RegexFilterUndecidedCount"};
  };

  bool keeps(const EventView& event) {
    const auto found = regex_->find(event.body());
    if (found) return *found != options_.exclude_events;
    counters_.undecided.increment();
    if (!std::exchange(has_told_, true)) {
      log_.warn("regex_filter cannot decide on an event and keeps it; later ones are only counted", {{"reason", found.status()}});
    }
    return true;
  }

  const RegexFilterOptions options_;
  const Log log_;
  Counters counters_;
  MetricsRegistry::Membership membership_;
  std::optional<Regex> regex_;
  bool has_told_ = false;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_regex_filter;
constinit const ComponentInfo interceptor_regex_filter = describe<RegexFilterInterceptor, kRegexFilterOptions, check>(
    "regex_filter", "Keeps or drops events by a pattern in the body.", {"org.apache.flume.interceptor.RegexFilteringInterceptor$Builder"});
}  // namespace components
}  // namespace flume
