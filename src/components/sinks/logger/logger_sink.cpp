// logger: writes every event to the agent's log at level INFO, headers and the first bytes of the body. For trying out
// flows: showing data is its purpose, so it does so whatever else keeps data out of the log.
// Differs from Flume 1.11: maxBytesToLog has an effect.
#include "components/sinks/logger/event_dump.h"
#include "flume/component.h"

namespace flume {
namespace {

struct LoggerOptions {
  Bytes max_bytes{16};
};

constexpr auto kLoggerOptions = options(option<&LoggerOptions::max_bytes>("maxBytesToLog", "Bytes of the body that are shown.",
                                                                          {.minimum = 0, .maximum = INT32_MAX, .if_bad = kDefaultIfBad}));

class LoggerSink final : public Sink {
 public:
  LoggerSink(const LoggerOptions& options, const Services& services) : options_(options), log_(services.log) {}

  Result<Outcome> deliver(const EventBatch& batch, Delivery&) override {
    if (!log_.enabled(LogLevel::Info)) return Outcome::Delivered;
    for (const EventView event : batch) log_.info("Event: " + dump_event(event, static_cast<std::size_t>(options_.max_bytes.count)));
    return Outcome::Delivered;
  }

 private:
  const LoggerOptions options_;
  const Log log_;
};

}  // namespace

namespace components {
extern const ComponentInfo sink_logger;
constinit const ComponentInfo sink_logger = describe<LoggerSink, kLoggerOptions>(
    "logger", "Writes events to the agent's log.", {"org.apache.flume.sink.LoggerSink"}, {.has_counters = false});
}  // namespace components
}  // namespace flume
