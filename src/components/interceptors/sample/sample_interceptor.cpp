// sample: one event of so many passes, the others are dropped and counted. By a header: all events with the same value pass or
// none, on every agent. Apache Flume has no such interceptor.
#include <optional>
#include <utility>

#include "components/interceptors/event_count.h"
#include "flume/component.h"
#include "text/regex.h"

namespace flume {
namespace {

struct SampleOptions {
  std::int64_t one_in = 0;
  std::string by_header;
  std::optional<std::string> always;
};

constexpr auto kSampleOptions =
    options(option<&SampleOptions::one_in>("oneIn", "One event of so many passes.", {.required = true, .minimum = 1}),
            option<&SampleOptions::by_header>("byHeader",
                                              "Decide by the value of this header, always in the same way: whole sessions pass, or do not. "
                                              "Events without it are counted off."),
            option<&SampleOptions::always>("always", "Events in whose body this pattern is found pass in any case."));

Status check(const SampleOptions& options) {
  return options.always ? Regex::compile(*options.always).status().with_context("always") : Status();
}

/// FNV-1a, mixed (the end of SplitMix64) so that every bit of it counts. Part of the interceptor's meaning: never change it.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31U);
}

class SampleInterceptor final : public Interceptor {
 public:
  SampleInterceptor(const SampleOptions& options, const Services& services)
      : options_(options), dropped_(services, "SampleDroppedCount"), undecided_(services, "SampleUndecidedCount") {}

  Status intercept(EventBatch& batch) override {
    if (options_.always && !always_) {
      auto compiled = Regex::compile(*options_.always);
      if (!compiled) return std::move(compiled).status().with_context("always");
      always_ = *std::move(compiled);
    }
    const std::uint32_t before = batch.size();
    batch = batch.filter([this](const EventView& event) { return passes(event); });
    dropped_.add(before - batch.size());
    return {};
  }
  [[nodiscard]] bool uses_headers() const override { return !options_.by_header.empty(); }

 private:
  bool passes(const EventView& event) {
    if (always_) {
      const auto found = always_->find(event.body());
      if (!found) undecided_.tell("sample cannot decide on an event and lets it pass; later ones are only counted", found.status());
      if (!found || *found) return true;
    }
    const auto one_in = static_cast<std::uint64_t>(options_.one_in);
    if (!options_.by_header.empty()) {
      if (const auto value = event.header(options_.by_header)) return hash_of(*value) % one_in == 0;
    }
    return count_++ % one_in == 0;
  }

  const SampleOptions options_;
  EventCount dropped_;
  EventCount undecided_;
  std::optional<Regex> always_;
  std::uint64_t count_ = 0;
};

}  // namespace

namespace components {
extern const ComponentInfo interceptor_sample;
constinit const ComponentInfo interceptor_sample =
    describe<SampleInterceptor, kSampleOptions, check>("sample", "Lets one event of so many pass.", {},
                                                       {.extension = true,
                                                        .example = {.keys = "type = sample\noneIn = 3\nalways = ^ERROR",
                                                                    .events = "{} INFO 1\n{} INFO 2\n{} ERROR 3\n{} INFO 4\n{} INFO 5",
                                                                    .become = "{} INFO 1\n{} ERROR 3\n{} INFO 5"}});
}  // namespace components
}  // namespace flume
