// Does one step for each of many files: on several threads where a step waits for a server, else one after the other.
// Owner: the sink, whose thread calls run(); threads are made when first needed, and wait in between.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace flume::output {

class SideBySide {
 public:
  /// Up to so many threads besides the caller's; 0: none.
  explicit SideBySide(std::size_t threads) : most_threads_(threads) {}
  SideBySide(const SideBySide&) = delete;
  SideBySide& operator=(const SideBySide&) = delete;
  ~SideBySide();

  /// So many steps run at the same time.
  [[nodiscard]] std::size_t width() const noexcept { return most_threads_ == 0 ? 1 : most_threads_; }
  /// step(0) to step(count - 1), in any order, perhaps at the same time; back when all are done.
  void run(std::size_t count, const std::function<void(std::size_t)>& step);
  /// Their values, in order.
  template <typename T>
  std::vector<T> collect(std::size_t count, const std::function<T(std::size_t)>& step) {
    std::vector<std::optional<T>> values(count);
    run(count, [&](std::size_t i) { values[i].emplace(step(i)); });
    std::vector<T> all;
    all.reserve(count);
    for (std::optional<T>& value : values) all.push_back(std::move(*value));
    return all;
  }

 private:
  void work();
  /// False: nothing is left to begin.
  bool do_one(std::unique_lock<std::mutex>& lock);

  const std::size_t most_threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  const std::function<void(std::size_t)>* step_ = nullptr;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
  std::size_t under_way_ = 0;
  bool is_ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace flume::output
