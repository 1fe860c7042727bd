// A mutex for sections of a few dozen instructions: spins for about as long as such a section takes, then sleeps in
// the kernel. Meets Lockable: use it with std::lock_guard.
#pragma once

#include <atomic>

namespace flume {

class SpinParkMutex {
 public:
  SpinParkMutex() = default;
  SpinParkMutex(const SpinParkMutex&) = delete;
  SpinParkMutex& operator=(const SpinParkMutex&) = delete;

  void lock() noexcept {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (try_lock()) return;
      pause();
    }
    // From here on the owner must assume a sleeper, also when it turns out to be us who lock next.
    while (state_.exchange(kLockedWithSleepers, std::memory_order_acquire) != kFree) {
      state_.wait(kLockedWithSleepers, std::memory_order_relaxed);
    }
  }
  bool try_lock() noexcept {
    int expected = kFree;
    return state_.load(std::memory_order_relaxed) == kFree &&
           state_.compare_exchange_strong(expected, kLocked, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    if (state_.exchange(kFree, std::memory_order_release) == kLockedWithSleepers) state_.notify_one();
  }

 private:
  static constexpr int kSpins = 60;
  static constexpr int kFree = 0;
  static constexpr int kLocked = 1;
  static constexpr int kLockedWithSleepers = 2;

  static void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  std::atomic<int> state_{kFree};
};

}  // namespace flume
