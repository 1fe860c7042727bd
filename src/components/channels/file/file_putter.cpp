#include "components/channels/file/file_putter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "components/channels/file/file_channel.h"

namespace flume {
FilePutter::FilePutter(FileChannel& channel, std::string_view source)
    : channel_(channel),
      source_(source),
      waiter_(channel.room_, channel.mutex_, channel.services_.clock, channel.keep_alive_,
              [&channel](Wakeups& wakeups) { channel.offer(wakeups); }),
      in_flight_(std::make_shared<PutsInFlight>()) {}

FilePutter::~FilePutter() { in_flight_->forget_callback(); }

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
    channel_.release(events);
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
  FLUME_TRY(in_flight_->check([&] { return full(events); }));
  {
    FileChannel::Lock lock(channel_.mutex_);
    const Need need{events, 0};
    FLUME_TRY(waiter_.wait(lock, need, Deadline::immediate(), {}, [&] { return full(events); }));
    channel_.room_.reserve(need);
    channel_.note_streams_.came_with(source_, deltas, in_flight_->stream());
  }
  in_flight_->begin(bytes);
  auto finished = [in_flight = in_flight_, bytes, done = std::move(done)](Status stored, EventBatch unsent) {
    const std::function<void()> callback = in_flight->end(bytes, stored);
    if (done) done(std::move(stored), std::move(unsent));
    if (callback) callback();
  };
  Status queued = channel_.queue(batch, deltas, in_flight_->stream(), std::move(finished));
  if (!queued.ok()) in_flight_->cancel(bytes);
  return queued;
}

void FilePutter::on_space(std::function<void()> callback) {
  if (in_flight_->on_space(callback)) return;
  waiter_.on_space(std::move(callback));
}

}  // namespace flume
