// What a putter has given away to be stored and has not heard of yet: how much of it may be under way, and that nothing is
// stored behind what was not. Shared by the putter and its completions, which may come when it is gone. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "flume/result.h"

namespace flume {

class PutsInFlight {
 public:
  /// Set when one of the puts was not stored: no later one of them may be (storage::SegmentLog::Stream).
  [[nodiscard]] const std::shared_ptr<std::atomic<bool>>& stream() const noexcept { return stream_; }
  /// The error of an earlier put; or Cause::Full from `full` when enough is under way.
  template <typename Full>
  Status check(Full&& full) const {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    return has_room() ? Status() : full();
  }
  [[nodiscard]] bool empty() const {
    const std::lock_guard lock(mutex_);
    return puts_ == 0;
  }
  void begin(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    ++puts_;
    bytes_ += bytes;
  }
  /// It was not given away after all.
  void cancel(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    --puts_;
    bytes_ -= bytes;
  }
  /// What became of it; the result is to be called without locks, if it is something.
  [[nodiscard]] std::function<void()> end(std::uint64_t bytes, const Status& stored) {
    const std::lock_guard lock(mutex_);
    --puts_;
    bytes_ -= bytes;
    if (!stored.ok() && failure_.ok()) failure_ = stored;
    return has_room() ? std::exchange(callback_, nullptr) : nullptr;
  }
  /// True: called once there is room. False: there is room now, and `callback` is untouched.
  bool on_space(std::function<void()>& callback) {
    const std::lock_guard lock(mutex_);
    if (has_room()) return false;
    callback_ = std::move(callback);
    return true;
  }
  void forget_callback() {
    const std::lock_guard lock(mutex_);
    callback_ = nullptr;
  }

 private:
  static constexpr std::size_t kMostPuts = 64;
  static constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;
  [[nodiscard]] bool has_room() const noexcept { return puts_ < kMostPuts && bytes_ < kMostBytes; }

  mutable std::mutex mutex_;
  std::size_t puts_ = 0;
  std::uint64_t bytes_ = 0;
  Status failure_;
  std::function<void()> callback_;
  const std::shared_ptr<std::atomic<bool>> stream_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace flume
