// How long something takes, of about the last thousand times: percentiles for monitoring, exact to a quarter.
// One thread at a time; the owner's lock guards it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace flume::storage {

class RecentDurations {
 public:
  void add(std::chrono::nanoseconds duration) {
    const auto micros =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::microseconds>(duration).count()));
    ++counts_[std::min(bucket_of(micros), counts_.size() - 1)];
    if (++total_ < kForgetAt) return;
    total_ = 0;
    for (std::uint32_t& count : counts_) total_ += count /= 2;
  }
  /// So many percent took at most this long, in microseconds, rounded up by at most a quarter; 0 before the first.
  [[nodiscard]] std::int64_t micros_at(unsigned percent) const {
    if (total_ == 0) return 0;
    std::uint64_t left = (std::uint64_t{total_} * percent + 99) / 100;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      if (left <= counts_[bucket]) return static_cast<std::int64_t>(end_of(bucket));
      left -= counts_[bucket];
    }
    return static_cast<std::int64_t>(end_of(counts_.size() - 1));
  }

 private:
  static constexpr std::uint32_t kForgetAt = 2048;
  static constexpr std::size_t kBuckets = 128;  // up to an hour

  /// Four to each power of two; below 4 one to each number.
  static std::size_t bucket_of(std::uint64_t micros) {
    if (micros < 4) return micros;
    const auto power = static_cast<std::size_t>(std::bit_width(micros)) - 3;
    return 4 * power + (micros >> power);
  }
  /// The highest that is in it.
  static std::uint64_t end_of(std::size_t bucket) {
    if (bucket < 8) return bucket;
    const std::size_t power = bucket / 4 - 1;
    return ((std::uint64_t{4} + bucket % 4 + 1) << power) - 1;
  }

  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace flume::storage
