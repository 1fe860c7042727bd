#include "flume/slab.h"

#include <algorithm>
#include <new>
#include <thread>

namespace flume {
namespace {

constexpr std::size_t kAlignment = 64;

class SpinGuard {
 public:
  explicit SpinGuard(std::atomic_flag& flag) noexcept : flag_(flag) {
    while (flag_.test_and_set(std::memory_order_acquire)) {
      // A holder that lost its processor would be waited for to the end of our time slice.
      for (int spin = 0; flag_.test(std::memory_order_relaxed); ++spin) {
        if (spin >= kSpins) std::this_thread::yield();
      }
    }
  }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;
  ~SpinGuard() { flag_.clear(std::memory_order_release); }

 private:
  static constexpr int kSpins = 100;
  std::atomic_flag& flag_;
};

void free_slab(Slab* slab) noexcept {
  slab->~Slab();
  ::operator delete(static_cast<void*>(slab), std::align_val_t{kAlignment});
}

}  // namespace

void Slab::release() noexcept { pool_->put_back(this); }

SlabPool::Handle SlabPool::make(std::size_t max_free) { return Handle(new SlabPool(max_free)); }

SlabPool::~SlabPool() {
  while (free_ != nullptr) free_slab(std::exchange(free_, free_->next_free_));
}

SlabRef SlabPool::get(std::size_t bytes) {
  Slab* slab = nullptr;
  if (bytes <= kSlabBytes) {
    const SpinGuard guard(locked_);
    if (free_ != nullptr) {
      slab = std::exchange(free_, free_->next_free_);
      --free_count_;
    }
  }
  if (slab == nullptr) {
    // Index entries lie at the end: keep them aligned.
    const std::size_t capacity = std::max<std::size_t>(kSlabBytes, (bytes + alignof(SlabRecord) * 4 - 1) & ~(alignof(SlabRecord) * 4 - 1));
    slab = new (::operator new(sizeof(Slab) + capacity, std::align_val_t{kAlignment})) Slab;
    slab->capacity_ = static_cast<std::uint32_t>(capacity);
    slab->pool_ = this;
  }
  slab->references_.store(1, std::memory_order_relaxed);
  references_.fetch_add(1, std::memory_order_relaxed);
  out_.fetch_add(1, std::memory_order_relaxed);
  bytes_out_.fetch_add(slab->capacity_, std::memory_order_relaxed);
  return SlabRef(slab);
}

void SlabPool::put_back(Slab* slab) noexcept {
  out_.fetch_sub(1, std::memory_order_relaxed);
  bytes_out_.fetch_sub(slab->capacity_, std::memory_order_relaxed);
  if (slab->capacity_ == kSlabBytes) {
    const SpinGuard guard(locked_);
    if (free_count_ < max_free_) {
      slab->next_free_ = std::exchange(free_, slab);
      ++free_count_;
      slab = nullptr;
    }
  }
  if (slab != nullptr) free_slab(slab);
  release();
}

void SlabPool::release() noexcept {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace flume
