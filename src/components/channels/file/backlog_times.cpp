#include "components/channels/file/backlog_times.h"

#include <algorithm>

namespace flume {

void BacklogTimes::start(EventId watermark, Instant now) {
  marks_.assign(1, Mark{watermark, now});
  distance_ = std::chrono::seconds(1);
  asked_ = now;
  size_then_ = 0;
  growth_ = 0;
}

void BacklogTimes::stored(EventId first, Instant now) {
  if (!marks_.empty() && now - marks_.back().time < distance_) return;
  marks_.push_back({first, now});
  if (marks_.size() <= kMostMarks) return;
  std::deque<Mark> half;
  for (std::size_t i = 0; i < marks_.size(); i += 2) half.push_back(marks_[i]);
  marks_ = std::move(half);
  distance_ *= 2;
}

std::chrono::seconds BacklogTimes::age(EventId watermark, Instant now) {
  while (marks_.size() > 1 && marks_[1].first <= watermark) marks_.pop_front();
  if (marks_.size() < kMostMarks / 4) distance_ = std::chrono::seconds(1);
  return marks_.empty() ? std::chrono::seconds(0) : std::chrono::floor<std::chrono::seconds>(now - marks_.front().time);
}

std::int64_t BacklogTimes::seconds_to_full(std::uint64_t size, std::uint64_t capacity, Instant now) {
  if (const Instant::duration passed = now - asked_; passed >= std::chrono::seconds(1)) {
    growth_ = (static_cast<double>(size) - static_cast<double>(size_then_)) / std::chrono::duration<double>(passed).count();
    asked_ = now;
    size_then_ = size;
  }
  if (size >= capacity) return 0;
  constexpr double kLongest = 1e9;
  return growth_ <= 0 ? -1 : static_cast<std::int64_t>(std::min(kLongest, static_cast<double>(capacity - size) / growth_));
}

}  // namespace flume
