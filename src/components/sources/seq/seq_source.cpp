// seq: a counter, one number per event, for trying out and testing flows. The model of a polled source.
// Differs from Flume: on a channel that survives a crash it goes on at its bookmark.
#include "flume/common_options.h"
#include "flume/component.h"
#include "flume/metrics.h"
#include "flume/number_position.h"

namespace flume {
namespace {

struct SeqOptions {
  std::int64_t batch_size = 1;
  std::int64_t total_events = std::numeric_limits<std::int64_t>::max();
  PollBackoff backoff;
};

constexpr auto kSeqOptions = options(batch_size_option<&SeqOptions::batch_size>(),
                                     option<&SeqOptions::total_events>("totalEvents", "Stop producing after this many.")) +
                             group<&SeqOptions::backoff, kPollBackoffOptions>();

OptionProblems check(const SeqOptions& options) {
  if (options.total_events >= 0) return {};
  return {{{"totalEvents"}, std::to_string(options.total_events) + ": less than 0; as in Flume no event is given", true}};
}

class SeqSource final : public PolledSource {
 public:
  SeqSource(const SeqOptions& options, const Services& services) : options_(options), position_("seq:" + services.name) {}

  Status start(ChannelWriter& writer, SourceContext&) override {
    builder_.emplace(writer.builder());
    return position_.resume(writer);
  }

  Result<PollOutcome> poll(ChannelWriter& writer, SourceContext& context) override {
    FLUME_TRY(position_.resume(writer));
    const std::int64_t count = position_.batch_of(std::min<std::int64_t>(options_.batch_size, writer.max_batch()), options_.total_events);
    if (count == 0) {
      context.finished("all numbers were given");
      return PollOutcome::Backoff;
    }
    for (std::int64_t i = 0; i < count; ++i) FLUME_TRY(builder_->body(std::to_string(position_.next() + i)));
    FLUME_TRY(position_.store(writer, builder_->take(), count, context.stop_token()));
    if (options_.batch_size > 1) context.counters().append_batch_accepted.increment();
    return PollOutcome::Ready;
  }

  [[nodiscard]] PollBackoff backoff() const override { return options_.backoff; }

 private:
  const SeqOptions options_;
  NumberPosition position_;
  std::optional<BatchBuilder> builder_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_seq;
constinit const ComponentInfo source_seq = describe<SeqSource, kSeqOptions, check>(
    "seq", "Produces a counter that starts at 0, one number per event.", {"org.apache.flume.source.SequenceGeneratorSource"},
    {.counts_received = false, .is_replayable = true});
}  // namespace components
}  // namespace flume
