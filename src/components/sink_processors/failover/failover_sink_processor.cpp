// failover: the sink of the highest priority that works. One that failed is benched; when its time is over it is tried first.
// Source: org.apache.flume.sink.FailoverSinkProcessor. Differs from Flume: a sink that gives a batch back without an error has failed,
// too (Flume stays with it for ever); an idle channel is no answer of a sink that is tried again.
#include <algorithm>
#include <charconv>
#include <optional>

#include "balance/penalty.h"
#include "components/sink_processors/in_doubt_timeout.h"
#include "flume/component.h"
#include "text/java_map_order.h"

namespace flume {
namespace {

struct FailoverOptions {
  OptionFamily priorities;
  std::chrono::milliseconds ceiling{30000};
  InDoubtTimeout in_doubt{std::chrono::seconds(60)};
};

constexpr auto kFailoverOptions =
    options(option<&FailoverOptions::priorities>(
                "priority.*",
                "Priority of the sink of that name, an integer: the highest works. Without one, or with something that is no "
                "integer: below all that have one. Of two sinks of the same priority one is never used.",
                {.default_text = "-1,-2,...", .role = OptionRole::SinkName}),
            option<&FailoverOptions::ceiling>(
                "maxpenalty", "Longest time for which a sink that failed is benched; it begins with 2 s and doubles with every failure.",
                {.if_bad = kDefaultIfBad}),
            option<&FailoverOptions::in_doubt>(
                "inDoubtTimeout",
                "So long a batch of which a sink does not know whether it arrived is kept for that sink; then the others get it, "
                "and it may arrive twice. never: it is kept.",
                {.extension = true}));

std::optional<std::int32_t> number_of(std::string_view text) {
  // Integer.parseInt takes a plus sign, too.
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

OptionProblems check_failover(const FailoverOptions& options) {
  OptionProblems problems;
  std::map<std::int32_t, std::string_view> seen;
  for (const auto& [sink, text] : options.priorities) {
    const auto number = number_of(text);
    if (!number) {
      problems.push_back({{}, "priority." + sink + ": '" + text + "' is no integer: the sink comes after all that have a priority", true});
      continue;
    }
    const auto [other, is_new] = seen.emplace(*number, sink);
    if (!is_new)
      problems.push_back(
          {{},
           "priority." + sink + ": " + text + " is the priority of " + std::string(other->second) + ", too: one of the two is never used",
           true});
  }
  return problems;
}

class FailoverSinkProcessor final : public SinkProcessor {
 public:
  FailoverSinkProcessor(const FailoverOptions& options, const Services& services) : options_(options), log_(services.log) {}

  void begin(const std::vector<std::string>& sinks) override {
    // Flume gives out what is missing, and keeps one of two, in the order of a Java map.
    const std::vector<std::string_view> names(sinks.begin(), sinks.end());
    std::vector<std::uint32_t> walk;
    java_map_order(names, walk);
    std::int32_t below = 0;
    for (const std::uint32_t place : walk) {
      const auto given = options_.priorities.find(names[place]);
      const auto number = given == options_.priorities.end() ? std::nullopt : number_of(given->second);
      const std::int32_t priority = number ? *number : --below;
      const bool is_taken = std::any_of(sinks_.begin(), sinks_.end(), [&](const Member& each) { return each.priority == priority; });
      if (is_taken) {
        log_.error("a sink is never used: another one has its priority", {{"sink", names[place]}, {"priority", priority}});
      } else {
        sinks_.push_back({place, priority});
      }
    }
    std::sort(sinks_.begin(), sinks_.end(), [](const Member& a, const Member& b) { return a.priority > b.priority; });
  }

  void order(Instant now, std::vector<std::size_t>& sinks) override {
    std::vector<const Member*> back;  // from the bench
    for (const Member& sink : sinks_) {
      if (sink.failures != 0 && sink.benched_until <= now) back.push_back(&sink);
    }
    std::stable_sort(back.begin(), back.end(), [](const Member* a, const Member* b) { return a->benched_until < b->benched_until; });
    for (const Member* sink : back) sinks.push_back(sink->place);
    for (const Member& sink : sinks_) {
      if (sink.failures == 0) sinks.push_back(sink.place);
    }
  }
  void took(std::size_t sink) override {
    if (Member* member = find(sink)) member->failures = 0;
  }
  void failed(std::size_t sink, Instant now) override {
    Member* member = find(sink);
    if (member == nullptr) return;
    ++member->failures;
    member->benched_until = now + penalty(member->failures, options_.ceiling);
  }
  [[nodiscard]] Instant next_change(Instant now) const override {
    Instant next = Instant::max();
    for (const Member& sink : sinks_) {
      if (sink.failures != 0 && sink.benched_until > now) next = std::min(next, sink.benched_until);
    }
    return next;
  }
  [[nodiscard]] std::chrono::milliseconds in_doubt_timeout() const override { return options_.in_doubt.time; }

 private:
  struct Member {
    std::size_t place;
    std::int32_t priority;
    std::uint32_t failures = 0;  ///< in a row
    Instant benched_until = Instant::min();
  };
  Member* find(std::size_t place) {
    const auto found = std::find_if(sinks_.begin(), sinks_.end(), [&](const Member& each) { return each.place == place; });
    return found == sinks_.end() ? nullptr : &*found;
  }

  const FailoverOptions options_;
  const Log log_;
  std::vector<Member> sinks_;  // the highest priority first
};

}  // namespace

namespace components {
extern const ComponentInfo sink_processor_failover;
constinit const ComponentInfo sink_processor_failover = describe<FailoverSinkProcessor, kFailoverOptions, check_failover>(
    "failover", "The sink of the highest priority that works gets the events.", {"org.apache.flume.sink.FailoverSinkProcessor"});
}  // namespace components
}  // namespace flume
