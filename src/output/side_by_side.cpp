#include "output/side_by_side.h"

#include <algorithm>

namespace flume::output {

SideBySide::~SideBySide() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
}

void SideBySide::run(std::size_t count, const std::function<void(std::size_t)>& step) {
  if (most_threads_ == 0 || count < 2) {
    for (std::size_t i = 0; i < count; ++i) step(i);
    return;
  }
  // The caller is one of them.
  while (threads_.size() < std::min(most_threads_, count) - 1) threads_.emplace_back([this] { work(); });
  std::unique_lock lock(mutex_);
  step_ = &step;
  next_ = 0;
  count_ = count;
  changed_.notify_all();
  while (do_one(lock)) {
  }
  changed_.wait(lock, [this] { return under_way_ == 0; });
  step_ = nullptr;
}

bool SideBySide::do_one(std::unique_lock<std::mutex>& lock) {
  if (step_ == nullptr || next_ == count_) return false;
  const std::size_t mine = next_++;
  const auto& step = *step_;
  ++under_way_;
  lock.unlock();
  step(mine);
  lock.lock();
  if (--under_way_ == 0 && next_ == count_) changed_.notify_all();
  return true;
}

void SideBySide::work() {
  std::unique_lock lock(mutex_);
  while (!is_ending_) {
    if (!do_one(lock)) changed_.wait(lock);
  }
}

}  // namespace flume::output
