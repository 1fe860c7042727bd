#include "support/sim_durable_channel.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace flume {
namespace {

Status crashed() { return retryable("the simulated channel has crashed since", Cause::Io); }
Status failed_by_test(const char* what) { return retryable(std::string(what) + " fails because the test says so", Cause::Io); }

bool use_up(std::uint32_t& times) {
  if (times == 0) return false;
  --times;
  return true;
}

/// Different in each program, equal in none: epochs of two channels must not be mistaken for each other.
std::uint64_t next_epoch() {
  static std::atomic<std::uint64_t> last{0x5eed'0000'0000'0000};
  return ++last;
}

}  // namespace

class SimDurableChannel::SimPutter final : public Putter {
 public:
  explicit SimPutter(SimDurableChannel& channel) : channel_(channel), run_(channel.run_) {}
  ~SimPutter() override {
    const std::lock_guard lock(channel_.mutex_);
    std::erase_if(channel_.space_waiters_, [this](const SpaceWaiter& waiter) { return waiter.putter == this; });
  }

  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) override {
    const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
    const bool waits = deadline != Deadline::immediate();
    const Deadline until = waits ? std::min(deadline, channel_.clock_.in(channel_.settings_.keep_alive)) : deadline;
    std::unique_lock lock(channel_.mutex_);
    if (channel_.is_dead(run_)) return crashed();
    if (!failure_.ok()) return failure_;
    if (batch.size() > channel_.settings_.transaction_capacity) {
      return {ErrorKind::Rejected, "batch of " + std::to_string(batch.size()) + " events is above transactionCapacity", Cause::TooLarge};
    }
    for (bool is_late = !waits; channel_.written_.events.size() + batch.size() > channel_.settings_.capacity;) {
      if (stop.stop_requested() && waits) return retryable("stopped while waiting for room", Cause::Stopped);
      if (is_late) {
        refused_ = batch.size();
        return retryable("the channel is full", Cause::Full);
      }
      channel_.parked_.insert(parker_);
      lock.unlock();
      is_late = !channel_.clock_.park(*parker_, until);
      lock.lock();
      channel_.parked_.erase(parker_);
      if (channel_.is_dead(run_)) return crashed();
    }
    FLUME_TRY(channel_.written_.bookmarks.check(deltas));
    if (use_up(channel_.failing_puts_)) return failed_by_test("put");
    Disk& disk = channel_.written_;
    while (!batch.empty()) disk.events.emplace(disk.next_id++, batch.split_front(1));
    disk.bookmarks.apply(deltas);
    channel_.log(Durability::Synced);
    const auto callbacks = channel_.changed();
    lock.unlock();
    for (const auto& callback : callbacks) callback();
    return {};
  }

  Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) override {
    Status stored = put(batch, deltas, Deadline::immediate(), {});
    // Room and size are told at once; what the disk says comes with the completion, as from a real log.
    if (stored.cause() == Cause::Full || stored.cause() == Cause::TooLarge) return stored;
    if (!stored.ok() && failure_.ok()) {
      failure_ = retryable("an earlier put of this putter failed: " + stored.message(), stored.cause());
    }
    // Stored, the batch is empty already; else it goes back by way of the completion.
    EventBatch unsent = batch.split_front(batch.size());
    if (done) done(std::move(stored), std::move(unsent));
    return {};
  }

  void on_space(std::function<void()> callback) override {
    {
      const std::lock_guard lock(channel_.mutex_);
      if (channel_.written_.events.size() + refused_ > channel_.settings_.capacity) {
        channel_.space_waiters_.push_back({this, refused_, std::move(callback)});
        return;
      }
    }
    callback();
  }

 private:
  SimDurableChannel& channel_;
  const std::uint64_t run_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();
  std::uint64_t refused_ = 1;
  Status failure_;  // sticky: no event overtakes a lost one
};

class SimDurableChannel::SimTaker final : public Taker, private TakeTransaction::Home {
 public:
  SimTaker(SimDurableChannel& channel, std::string_view name) : channel_(channel), run_(channel.run_), name_(name) {}

  Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly) override {
    const std::stop_callback wake(stop, [parker = parker_] { parker->unpark(); });
    std::unique_lock lock(channel_.mutex_);
    if (channel_.is_dead(run_)) return crashed();
    if (exactly != nullptr) return take_exactly(*exactly);
    const std::uint32_t most = std::min(limit.events, channel_.settings_.transaction_capacity);
    Ranges there = channel_.takeable();
    for (bool is_late = deadline == Deadline::immediate(); there.empty();) {
      if (is_late || stop.stop_requested()) return TakeTransaction();
      channel_.parked_.insert(parker_);
      lock.unlock();
      is_late = !channel_.clock_.park(*parker_, deadline);
      lock.lock();
      channel_.parked_.erase(parker_);
      if (channel_.is_dead(run_)) return crashed();
      there = channel_.takeable();
    }
    EventBatch events;
    Ranges ids;
    for (const IdRange& range : there) {
      for (EventId id = range.lo; id < range.hi; ++id) {
        const EventBatch& event = channel_.written_.events.at(id);
        if (events.size() == most || (!events.empty() && events.bytes() + event.bytes() > limit.bytes))
          return opened(std::move(events), ids);
        events.append(event);
        ids.add({id, id + 1});
      }
    }
    return opened(std::move(events), ids);
  }

 private:
  Result<TakeTransaction> opened(EventBatch events, const Ranges& ids) {
    if (ids.empty()) return TakeTransaction();
    channel_.open_takes_.push_back({name_, ids});
    return TakeTransaction(*this, std::move(events), ids);
  }

  Result<TakeTransaction> take_exactly(const Ranges& ids) {
    Ranges there = channel_.takeable();
    Ranges own = channel_.written_.holds.held(name_);
    own.remove(channel_.open_ids());
    there.add(own);
    if (!there.contains(ids)) return retryable("some of the events " + to_string(ids) + " are not there", Cause::NotFound);
    EventBatch events;
    for (const IdRange& range : ids) {
      for (EventId id = range.lo; id < range.hi; ++id) events.append(channel_.written_.events.at(id));
    }
    return opened(std::move(events), ids);
  }

  /// The transaction's takes: several when they were joined.
  void close(const TakeTransaction& transaction) {
    std::erase_if(channel_.open_takes_, [&](const OpenTake& take) { return transaction.ids().contains(take.ids); });
  }

  Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                     const Ranges* part) override {
    std::unique_lock lock(channel_.mutex_);
    if (channel_.is_dead(run_)) return crashed();
    const Ranges gone = part == nullptr ? transaction.ids() : *part;
    if (!transaction.ids().contains(gone)) return rejected("commit of events that are not in this take: " + to_string(gone));
    const auto first = std::find_if(channel_.open_takes_.begin(), channel_.open_takes_.end(),
                                    [this](const OpenTake& take) { return take.owner == name_; });
    if (first == channel_.open_takes_.end() || !transaction.ids().contains(first->ids))
      return retryable("an earlier take of " + name_ + " is still open");
    FLUME_TRY(channel_.written_.bookmarks.check(deltas));
    if (use_up(channel_.failing_commits_)) return failed_by_test("commit");
    close(transaction);
    for (const IdRange& range : gone)
      channel_.written_.events.erase(channel_.written_.events.find(range.lo), channel_.written_.events.lower_bound(range.hi));
    channel_.written_.holds.release(gone);
    channel_.written_.bookmarks.apply(deltas);
    channel_.log(durability);
    const auto callbacks = channel_.changed();
    lock.unlock();
    for (const auto& callback : callbacks) callback();
    return {};
  }

  Status hold_take(TakeTransaction& transaction, std::string_view owner) override {
    std::unique_lock lock(channel_.mutex_);
    if (channel_.is_dead(run_)) return crashed();
    const Ranges others = channel_.written_.holds.held_by_others(owner, transaction.ids());
    if (!others.empty()) return held_by_another(others);
    if (use_up(channel_.failing_notes_)) return failed_by_test("hold");
    close(transaction);
    channel_.written_.holds.add(owner, transaction.ids());
    channel_.log(Durability::Written);
    return {};
  }

  void give_back(TakeTransaction& transaction) noexcept override {
    std::unique_lock lock(channel_.mutex_);
    if (channel_.is_dead(run_)) return;
    close(transaction);
    const auto callbacks = channel_.changed();
    lock.unlock();
    for (const auto& callback : callbacks) callback();
  }

  SimDurableChannel& channel_;
  const std::uint64_t run_;
  const std::string name_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();
};

SimDurableChannel::SimDurableChannel(Clock& clock, Settings settings) : clock_(clock), settings_(settings) {
  const std::uint64_t id = next_epoch();
  for (std::size_t i = 0; i < sizeof id; ++i) identity_.uuid[i] = static_cast<std::uint8_t>(id >> (8 * i));
  open_again();
}

SimDurableChannel::~SimDurableChannel() = default;

void SimDurableChannel::open_again() {
  ++run_;
  open_takes_.clear();
  space_waiters_.clear();
  failing_puts_ = failing_commits_ = failing_notes_ = 0;
  identity_.epochs.push_back(next_epoch());
  if (identity_.epochs.size() > 16) identity_.epochs.erase(identity_.epochs.begin());
}

void SimDurableChannel::crash_process() {
  const std::lock_guard lock(mutex_);
  open_again();
}

void SimDurableChannel::crash_power() {
  const std::lock_guard lock(mutex_);
  written_ = synced_;
  open_again();
}

void SimDurableChannel::fail_puts(std::uint32_t times) {
  const std::lock_guard lock(mutex_);
  failing_puts_ = times;
}
void SimDurableChannel::fail_commits(std::uint32_t times) {
  const std::lock_guard lock(mutex_);
  failing_commits_ = times;
}
void SimDurableChannel::fail_notes(std::uint32_t times) {
  const std::lock_guard lock(mutex_);
  failing_notes_ = times;
}
std::uint64_t SimDurableChannel::written() const {
  const std::lock_guard lock(mutex_);
  return written_count_;
}
std::uint64_t SimDurableChannel::synced() const {
  const std::lock_guard lock(mutex_);
  return synced_count_;
}

void SimDurableChannel::log(Durability durability) {
  ++written_count_;
  if (durability != Durability::Synced) return;
  ++synced_count_;
  synced_ = written_;
}

Ranges SimDurableChannel::open_ids() const {
  Ranges ids;
  for (const OpenTake& take : open_takes_) ids.add(take.ids);
  return ids;
}

Ranges SimDurableChannel::takeable() const {
  Ranges ids;
  for (const auto& [id, event] : written_.events) ids.add({id, id + 1});
  ids.remove(open_ids());
  ids.remove(written_.holds.held_among(ids));
  return ids;
}

std::vector<std::function<void()>> SimDurableChannel::changed() {
  for (const auto& parker : parked_) parker->unpark();
  std::vector<std::function<void()>> callbacks;
  std::erase_if(space_waiters_, [&](SpaceWaiter& waiter) {
    if (written_.events.size() + waiter.events > settings_.capacity) return false;
    callbacks.push_back(std::move(waiter.callback));
    return true;
  });
  return callbacks;
}

ChannelIdentity SimDurableChannel::identity() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

std::uint64_t SimDurableChannel::size() const {
  const std::lock_guard lock(mutex_);
  return written_.events.size();
}

Result<std::unique_ptr<Putter>> SimDurableChannel::putter(std::string_view) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<SimPutter>(*this);
}

Result<std::unique_ptr<Taker>> SimDurableChannel::taker(std::string_view sink_or_group) {
  const std::lock_guard lock(mutex_);
  return std::make_unique<SimTaker>(*this, sink_or_group);
}

Result<Bookmark> SimDurableChannel::bookmark(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  return written_.bookmarks.get(owner);
}

std::vector<std::string> SimDurableChannel::owners() const {
  const std::lock_guard lock(mutex_);
  return written_.bookmarks.owners();
}

Ranges SimDurableChannel::held(std::string_view owner) const {
  const std::lock_guard lock(mutex_);
  return written_.holds.held(owner);
}

Status SimDurableChannel::note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold) {
  std::unique_lock lock(mutex_);
  FLUME_TRY(written_.bookmarks.check(deltas));
  if (hold != nullptr) {
    const Ranges others = written_.holds.held_by_others(hold->owner, hold->ids);
    if (!others.empty()) return held_by_another(others);
  }
  if (use_up(failing_notes_)) return failed_by_test("note");
  if (hold != nullptr) {
    Ranges there;
    for (const IdRange& range : hold->ids) {
      for (auto event = written_.events.lower_bound(range.lo); event != written_.events.end() && event->first < range.hi; ++event) {
        there.add({event->first, event->first + 1});
      }
    }
    written_.holds.replace(hold->owner, std::move(there));
  }
  written_.bookmarks.apply(deltas);
  log(durability);
  const auto callbacks = changed();
  lock.unlock();
  for (const auto& callback : callbacks) callback();
  return {};
}

Status SimDurableChannel::settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) {
  std::unique_lock lock(mutex_);
  FLUME_TRY(written_.bookmarks.check(deltas));
  const Ranges open = open_ids().intersection(ids);
  if (!open.empty()) return retryable("events " + to_string(open) + " are in an open take");
  for (const IdRange& range : ids) written_.events.erase(written_.events.lower_bound(range.lo), written_.events.lower_bound(range.hi));
  written_.holds.release(ids);
  written_.bookmarks.apply(deltas);
  log(Durability::Written);
  const auto callbacks = changed();
  lock.unlock();
  for (const auto& callback : callbacks) callback();
  return {};
}

}  // namespace flume
