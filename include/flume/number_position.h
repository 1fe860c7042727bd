// NumberPosition: where a replayable source is, when that is one number that grows: kept in a bookmark of each channel, so
// that after a restart, or a write that failed half-way, every channel gets just what it lacks.
//   FLUME_TRY(position.resume(writer));
//   const std::int64_t count = position.batch_of(100, end);  // 0: all was given
//   ... build the events of position.next() and the `count` - 1 that follow ...
//   FLUME_TRY(position.store(writer, builder.take(), count, stop));
// Owned by the source; its thread only.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "flume/source.h"

namespace flume {

class NumberPosition {
 public:
  /// `owner` of the bookmarks, as "seq:r1".
  explicit NumberPosition(std::string owner) : owner_(std::move(owner)) {}

  /// Asks the channels where to go on, if that is not known: at first, and after a write that some of them may have taken.
  /// Fatal: a bookmark of another version, which is left as it is.
  Status resume(ChannelWriter& writer);
  /// The next number to give.
  [[nodiscard]] std::int64_t next() const noexcept { return next_; }
  /// How many numbers the next batch has: `most`, or fewer where `end` or what a channel has already comes first.
  [[nodiscard]] std::int64_t batch_of(std::int64_t most, std::int64_t end) const;
  /// Stores the events of the next `count` numbers, and the position behind them, where they are lacking.
  Status store(ChannelWriter& writer, EventBatch events, std::int64_t count, std::stop_token stop);

 private:
  const std::string owner_;
  std::vector<std::int64_t> of_channels_;
  std::int64_t next_ = 0;  // the lowest of them: channels that are ahead are left out until it reaches them
  bool is_known_ = false;
};

}  // namespace flume
