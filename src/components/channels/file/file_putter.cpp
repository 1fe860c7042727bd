#include "components/channels/file/file_putter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "components/channels/file/file_channel.h"

namespace flume {
namespace {

constexpr std::size_t kMostInFlight = 64;
constexpr std::uint64_t kMostBytesInFlight = std::uint64_t{16} << 20;

}  // namespace

/// What a putter has given to the log and not heard of yet.
struct FilePutter::InFlight {
  std::mutex mutex;
  std::size_t puts = 0;
  std::uint64_t bytes = 0;
  Status failure;  // of one of them: no later one may be stored
  const storage::SegmentLog::Stream stream = std::make_shared<std::atomic<bool>>(false);
  std::function<void()> callback;
  [[nodiscard]] bool has_room() const { return puts < kMostInFlight && bytes < kMostBytesInFlight; }
};

FilePutter::FilePutter(FileChannel& channel)
    : channel_(channel),
      waiter_(channel.room_, channel.mutex_, channel.services_.clock, channel.keep_alive_,
              [&channel](Wakeups& wakeups) { channel.offer(wakeups); }),
      in_flight_(std::make_shared<InFlight>()) {}

FilePutter::~FilePutter() {
  const std::lock_guard lock(in_flight_->mutex);
  in_flight_->callback = nullptr;
}

Status FilePutter::check(const EventBatch& batch) const {
  if (!channel_.log_) return channel_.not_started();
  if (batch.size() <= channel_.transaction_capacity_) return {};
  return {ErrorKind::Rejected,
          "batch of " + std::to_string(batch.size()) + " events: the file channel takes at most " +
              std::to_string(channel_.transaction_capacity_) + " at once; lower the batch size or raise transactionCapacity",
          Cause::TooLarge};
}

Status FilePutter::full(std::uint64_t events) const {
  return retryable(
      "the file channel has no room for " + std::to_string(events) + " events: the sinks do not keep up, or capacity is too small",
      Cause::Full);
}

void FilePutter::release(std::uint64_t events) {
  Wakeups wakeups;
  {
    const FileChannel::Lock lock(channel_.mutex_);
    channel_.room_.release({events, 0});
    channel_.offer(wakeups);
  }
  wakeups.call();
}

Status FilePutter::put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) {
  const std::uint32_t events = batch.size();
  channel_.counters_.event_put_attempt.add(events);
  FLUME_TRY(check(batch));
  {
    FileChannel::Lock lock(channel_.mutex_);
    const Need need{events, 0};
    FLUME_TRY(waiter_.wait(lock, need, deadline, stop, [&] { return full(events); }));
    channel_.room_.reserve(need);
  }
  Status stored = channel_.log_->put(batch, deltas);
  if (!stored.ok()) {
    channel_.counters_.event_put_error.increment();
    if (channel_.log_->has_failed()) channel_.counters_.unhealthy.set(1);
    release(events);
    return stored;
  }
  channel_.counters_.event_put_success.add(events);
  return {};
}

Status FilePutter::put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) {
  const std::uint32_t events = batch.size();
  const std::uint64_t bytes = batch.bytes();
  channel_.counters_.event_put_attempt.add(events);
  FLUME_TRY(check(batch));
  {
    const std::lock_guard lock(in_flight_->mutex);
    if (!in_flight_->failure.ok()) return in_flight_->failure;
    if (!in_flight_->has_room()) return full(events);
  }
  {
    FileChannel::Lock lock(channel_.mutex_);
    const Need need{events, 0};
    FLUME_TRY(waiter_.wait(lock, need, Deadline::immediate(), {}, [&] { return full(events); }));
    channel_.room_.reserve(need);
  }
  {
    const std::lock_guard lock(in_flight_->mutex);
    ++in_flight_->puts;
    in_flight_->bytes += bytes;
  }
  auto finished = [&channel = channel_, in_flight = in_flight_, events, bytes, done = std::move(done)](Status stored, EventBatch unsent) {
    std::function<void()> callback;
    {
      const std::lock_guard lock(in_flight->mutex);
      --in_flight->puts;
      in_flight->bytes -= bytes;
      if (!stored.ok() && in_flight->failure.ok()) in_flight->failure = stored;
      if (in_flight->has_room()) callback = std::exchange(in_flight->callback, nullptr);
    }
    if (stored.ok()) {
      channel.counters_.event_put_success.add(events);
    } else {
      channel.counters_.event_put_error.increment();
      Wakeups wakeups;
      {
        const FileChannel::Lock lock(channel.mutex_);
        channel.room_.release({events, 0});
        channel.offer(wakeups);
      }
      wakeups.call();
    }
    if (done) done(std::move(stored), std::move(unsent));
    if (callback) callback();
  };
  Status queued = channel_.log_->put_async(batch, deltas, in_flight_->stream, std::move(finished));
  if (queued.ok()) return {};
  {
    const std::lock_guard lock(in_flight_->mutex);
    --in_flight_->puts;
    in_flight_->bytes -= bytes;
  }
  release(events);
  return queued;
}

void FilePutter::on_space(std::function<void()> callback) {
  {
    const std::lock_guard lock(in_flight_->mutex);
    if (!in_flight_->has_room()) {
      in_flight_->callback = std::move(callback);
      return;
    }
  }
  waiter_.on_space(std::move(callback));
}

}  // namespace flume
