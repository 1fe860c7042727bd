// What monitoring wants to know of a backlog without a time per event: how long the oldest event has waited, and when the
// channel is full if it goes on like this. One thread at a time; the channel's lock guards it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "flume/clock.h"
#include "flume/ids.h"

namespace flume {

class BacklogTimes {
 public:
  /// What is stored now counts as stored at `now`.
  void start(EventId watermark, Instant now);
  void stored(EventId first, Instant now);
  /// Of the event `watermark`, the lowest that is there; too much by at most a second, or a 512th of the age of a long backlog.
  [[nodiscard]] std::chrono::seconds age(EventId watermark, Instant now);
  /// At the rate since it was asked last, a second ago or more; -1: it does not fill. 0: it is full.
  [[nodiscard]] std::int64_t seconds_to_full(std::uint64_t size, std::uint64_t capacity, Instant now);

 private:
  static constexpr std::size_t kMostMarks = 1024;
  struct Mark {
    EventId first;
    Instant time;
  };
  std::deque<Mark> marks_;  // by id; events from `first` on were stored at `time` or later
  Instant::duration distance_ = std::chrono::seconds(1);
  Instant asked_{};
  std::uint64_t size_then_ = 0;
  double growth_ = 0;  // events a second
};

}  // namespace flume
