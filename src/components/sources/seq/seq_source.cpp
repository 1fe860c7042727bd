// seq: a counter, one number per event, for trying out and testing flows. The model of a polled source.
// Differs from Flume: on a channel that survives a crash it goes on at its bookmark.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "flume/component.h"
#include "flume/metrics.h"

namespace flume {
namespace {

struct SeqOptions {
  std::int64_t batch_size = 1;
  std::int64_t total_events = std::numeric_limits<std::int64_t>::max();
  std::chrono::milliseconds backoff_increment{1000};
  std::chrono::milliseconds backoff_maximum{5000};
};

constexpr auto kSeqOptions =
    options(option<&SeqOptions::batch_size>("batchSize", "Events per transaction.",
                                            {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::BatchSize}),
            option<&SeqOptions::total_events>("totalEvents", "Stop producing after this many.", {.minimum = 0}),
            option<&SeqOptions::backoff_increment>("backoffSleepIncrement", "The pause grows by this at each poll in a row without events.",
                                                   {.minimum = 0}),
            option<&SeqOptions::backoff_maximum>("maxBackoffSleep", "Longest pause between polls without events.", {.minimum = 0}));

class SeqSource final : public PolledSource {
 public:
  SeqSource(const SeqOptions& options, const Services& services) : options_(options), owner_("seq:" + services.name) {}

  Status start(ChannelWriter& writer, SourceContext&) override {
    builder_.emplace(writer.builder());
    return resume(writer);
  }

  Result<PollOutcome> poll(ChannelWriter& writer, SourceContext& context) override {
    if (is_in_doubt_) FLUME_TRY(resume(writer));
    if (next_ >= options_.total_events) {
      if (!std::exchange(has_finished_, true)) context.finished("all numbers were given");
      return PollOutcome::Backoff;
    }
    std::int64_t end = std::min(options_.total_events, next_ + std::min<std::int64_t>(options_.batch_size, writer.max_batch()));
    ChannelSet lacking;
    for (std::size_t i = 0; i < next_of_channel_.size(); ++i) {
      if (next_of_channel_[i] <= next_) {
        lacking.add(i);
      } else {
        end = std::min(end, next_of_channel_[i]);
      }
    }
    for (std::int64_t number = next_; number < end; ++number) {
      char digits[20];
      const auto [last, error] = std::to_chars(digits, digits + sizeof digits, number);
      FLUME_TRY(builder_->body({digits, last}));
    }
    const std::string position = std::to_string(end);
    const KeyValue entry{kNext, position};
    const BookmarkDelta delta{owner_, {&entry, 1}};
    auto write = writer.prepare(builder_->take(), {.set = {&delta, 1}, .only = lacking});
    if (!write) return std::move(write).status();
    is_in_doubt_ = true;
    FLUME_TRY(write->store_or_wait(context.stop_token()));
    is_in_doubt_ = false;
    next_ = end;
    if (options_.batch_size > 1) context.counters().append_batch_accepted.increment();
    return PollOutcome::Ready;
  }

  [[nodiscard]] PollBackoff backoff() const override { return {options_.backoff_increment, options_.backoff_maximum}; }

 private:
  static constexpr std::string_view kNext = "1:next";  // state version 1: the next number to give

  /// Asks the channels where to go on: at the start, and when a write failed that some of them may have taken.
  Status resume(ChannelWriter& writer) {
    auto bookmarks = writer.bookmarks(owner_);
    if (!bookmarks) return std::move(bookmarks).status();
    // The lowest position of all channels: those that are ahead are left out until it is reached.
    next_of_channel_.clear();
    for (const Bookmark& bookmark : *bookmarks) {
      const auto stored = bookmark.find(kNext);
      std::int64_t next = 0;
      if (stored != bookmark.end()) {
        FLUME_TRY(option_text::parse_integer(stored->second, 0, INT64_MAX, next).with_context("bookmark of " + owner_));
      } else if (!bookmark.empty()) {
        return fatal("bookmark of " + owner_ + ": '" + bookmark.begin()->first +
                     "' is of another version of this program; it is left as it is");
      }
      next_of_channel_.push_back(next);
    }
    next_ = next_of_channel_.empty() ? 0 : *std::min_element(next_of_channel_.begin(), next_of_channel_.end());
    is_in_doubt_ = false;
    return {};
  }

  const SeqOptions options_;
  const std::string owner_;
  std::optional<BatchBuilder> builder_;
  std::vector<std::int64_t> next_of_channel_;
  std::int64_t next_ = 0;
  bool is_in_doubt_ = false;
  bool has_finished_ = false;
};

}  // namespace

namespace components {
extern const ComponentInfo source_seq;
constinit const ComponentInfo source_seq = describe<SeqSource, kSeqOptions>(
    "seq", "Produces a counter that starts at 0, one number per event.", {"org.apache.flume.source.SequenceGeneratorSource"},
    {.counts_received = false, .is_replayable = true});
}  // namespace components
}  // namespace flume
