#include "support/collecting_channel.h"

#include <chrono>
#include <utility>

namespace flume {
namespace {
constexpr std::chrono::seconds kPatience{20};
}

class CollectingChannel::CollectingPutter final : public Putter {
 public:
  explicit CollectingPutter(CollectingChannel& channel) : channel_(channel) {}
  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) override {
    return channel_.put(batch, deltas, deadline, stop);
  }
  Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) override {
    {
      const std::lock_guard lock(channel_.mutex_);
      if (channel_.holds_puts_ && !channel_.is_full_) {
        channel_.held_.push_back({std::move(batch), std::move(done)});
        return {};
      }
    }
    FLUME_TRY(channel_.put(batch, deltas, Deadline::immediate(), {}));
    done({}, {});
    return {};
  }
  void on_space(std::function<void()> callback) override {
    {
      const std::lock_guard lock(channel_.mutex_);
      if (channel_.is_full_) {
        channel_.waiting_for_room_.push_back(std::move(callback));
        return;
      }
    }
    callback();
  }

 private:
  CollectingChannel& channel_;
};

void CollectingChannel::set_full(bool is_full) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    is_full_ = is_full;
    if (!is_full) waiting.swap(waiting_for_room_);
    changed_.notify_all();
  }
  for (const auto& callback : waiting) callback();
}

void CollectingChannel::hold_puts() {
  const std::lock_guard lock(mutex_);
  holds_puts_ = true;
}

void CollectingChannel::complete_puts(std::size_t count, const Status& how) {
  for (; count != 0; --count) {
    HeldPut put;
    {
      const std::lock_guard lock(mutex_);
      put = std::move(held_.front());
      held_.pop_front();
    }
    if (Status stored = how.ok() ? this->put(put.batch, {}, Deadline::never(), {}) : how; !stored.ok()) {
      put.done(std::move(stored), std::move(put.batch));
    } else {
      put.done({}, {});
    }
  }
}

std::size_t CollectingChannel::held_puts() const {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void CollectingChannel::set_judge(Judge judge) {
  const std::lock_guard lock(mutex_);
  judge_ = std::move(judge);
}

bool CollectingChannel::await_events(std::uint64_t events) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return events_ >= events; });
}

bool CollectingChannel::await_blocked_put() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return blocked_puts_ != 0; });
}

std::vector<std::string> CollectingChannel::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

std::vector<std::string> CollectingChannel::headers(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> values;
  for (const auto& of_event : headers_) {
    const auto header = of_event.find(key);
    values.push_back(header == of_event.end() ? "<none>" : header->second);
  }
  return values;
}

std::vector<std::uint32_t> CollectingChannel::batch_sizes() const {
  const std::lock_guard lock(mutex_);
  return batch_sizes_;
}

void CollectingChannel::set_bookmark(const std::string& owner, Bookmark bookmark) {
  const std::lock_guard lock(mutex_);
  bookmarks_[owner] = std::move(bookmark);
}

std::uint64_t CollectingChannel::size() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

Result<std::unique_ptr<Putter>> CollectingChannel::putter(std::string_view) {
  return std::unique_ptr<Putter>(std::make_unique<CollectingPutter>(*this));
}

Result<std::unique_ptr<Taker>> CollectingChannel::taker(std::string_view) { return fatal("a collecting channel gives nothing back"); }

Result<Bookmark> CollectingChannel::bookmark(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  const auto found = bookmarks_.find(owner);
  return found == bookmarks_.end() ? Bookmark() : found->second;
}

std::vector<std::string> CollectingChannel::owners() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [owner, bookmark] : bookmarks_) names.push_back(owner);
  return names;
}

Status CollectingChannel::note(std::span<const BookmarkDelta> deltas, Durability, const Hold*) {
  const std::lock_guard lock(mutex_);
  apply(deltas);
  return {};
}

Status CollectingChannel::settle(const Ranges&, std::span<const BookmarkDelta>) { return fatal("a collecting channel gives no ids"); }

Status CollectingChannel::put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  if (is_full_ && deadline == Deadline::immediate()) return retryable("full", Cause::Full);
  ++blocked_puts_;
  if (is_full_) changed_.notify_all();
  const auto may_go_on = [&] { return !is_full_ || stop.stop_requested(); };
  const bool is_in_time =
      deadline.is_never() ? changed_.wait_for(lock, kPatience, may_go_on) : changed_.wait_until(lock, deadline.when(), may_go_on);
  --blocked_puts_;
  if (!is_in_time) return retryable("full", Cause::Full);
  if (is_full_) return retryable("stopped", Cause::Stopped);
  if (judge_) FLUME_TRY(judge_(batch));
  events_ += batch.size();
  if (!counts_only_) {
    batch_sizes_.push_back(batch.size());
    for (const EventView event : batch) {
      bodies_.emplace_back(event.body());
      auto& headers = headers_.emplace_back();
      event.each_header([&headers](std::string_view key, std::string_view value) { headers.emplace(key, value); });
    }
  }
  apply(deltas);
  batch.clear();
  changed_.notify_all();
  return {};
}

void CollectingChannel::apply(std::span<const BookmarkDelta> deltas) {
  for (const BookmarkDelta& delta : deltas) {
    Bookmark& bookmark = bookmarks_[std::string(delta.owner)];
    for (const KeyValue& entry : delta.set) {
      if (entry.value) {
        bookmark[std::string(entry.key)] = *entry.value;
      } else {
        bookmark.erase(std::string(entry.key));
      }
    }
  }
}

}  // namespace flume
