// Channels: the only place where threads meet. A put of a batch is a transaction; a take is one until
// it is committed or given back. Every channel (memory, file, Kafka, SQL, simulated) keeps the contract
// that tests/conformance/channel_conformance.h checks.
//
// Owner: the agent, apart from the plan, so that a channel can outlive its sources and sinks.
// Threads: Channel any; a Putter, a Taker and its transactions one thread each.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "flume/bookmark.h"
#include "flume/clock.h"
#include "flume/event.h"
#include "flume/ids.h"
#include "flume/result.h"

namespace flume {

/// What an ok answer promises: survives kill -9; survives power loss.
enum class Durability : std::uint8_t { Written, Synced };

/// Ids that only `owner` may take (by `exactly`). Replaces that owner's earlier hold; empty releases it.
struct Hold {
  std::string_view owner;
  Ranges ids;
};

/// Which channel this is, and which of its pasts a position from outside may come from: a position counts
/// only if its epoch is in the lineage (a channel restored from a backup would give old ids anew).
struct ChannelIdentity {
  std::array<std::uint8_t, 16> uuid{};
  std::vector<std::uint64_t> epochs;  ///< one per open, newest last, at most 16
};

struct ChannelLimits {
  std::uint64_t capacity = 0;              ///< events stored at most
  std::uint32_t transaction_capacity = 0;  ///< events in one put or take at most
};

/// How much one take may bring.
struct TakeLimit {
  std::uint32_t events = 100;
  std::uint64_t bytes = UINT64_MAX;  ///< encoded; one event is given even if it is larger
  std::uint32_t join = 1;            ///< takes that one deliver may get together (sink runner)
};

/// Status, and the events if they were not stored. Called in call order, once, on any thread; must not block.
using Completion = std::function<void(Status, EventBatch unsent)>;

/// The put side of a channel for one source and event loop.
class Putter {
 public:
  virtual ~Putter() = default;
  /// Stores the batch and the bookmarks as one transaction, all or nothing. Waits for room until the channel's
  /// own patience (keep-alive) or the deadline ends: Retryable, Cause::Full; or until stopped: Cause::Stopped. More than
  /// transaction_capacity events: Rejected, Cause::TooLarge. On ok the batch is moved away; on error it is untouched.
  virtual Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, std::stop_token stop) = 0;
  /// Reserves room at once: Full is answered now, the batch untouched, the completion not called. On ok the batch is moved
  /// away and the completion tells when it is stored (or hands it back). After one failure every later put of this putter fails
  /// too, so that no event overtakes a lost one.
  virtual Status put_async(EventBatch& batch, std::span<const BookmarkDelta> deltas, Completion done) = 0;
  /// Calls `callback` once, when there is (again) room; at once if there is now. Any thread: post to your loop, never block.
  virtual void on_space(std::function<void()> callback) = 0;
};

/// Events out of a channel, not yet gone. Move-only. Unless committed, they go back to their place by id.
class TakeTransaction {
 public:
  /// What a channel implements; a taker serves its own transactions.
  class Home {
   public:
    virtual Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                               const Ranges* part) = 0;
    virtual Status hold_take(TakeTransaction& transaction, std::string_view owner) = 0;
    virtual void give_back(TakeTransaction& transaction) noexcept = 0;

   protected:
    ~Home() = default;
  };

  TakeTransaction() noexcept = default;
  TakeTransaction(Home& home, EventBatch events, Ranges ids) noexcept : home_(&home), events_(std::move(events)), ids_(std::move(ids)) {}
  TakeTransaction(TakeTransaction&& other) noexcept
      : home_(std::exchange(other.home_, nullptr)), events_(std::move(other.events_)), ids_(std::move(other.ids_)) {}
  TakeTransaction& operator=(TakeTransaction&& other) noexcept {
    if (this != &other) {
      give_back();
      home_ = std::exchange(other.home_, nullptr);
      events_ = std::move(other.events_);
      ids_ = std::move(other.ids_);
    }
    return *this;
  }
  ~TakeTransaction() { give_back(); }

  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  [[nodiscard]] bool is_open() const noexcept { return home_ != nullptr; }
  /// In id order: the i-th event has the i-th id.
  [[nodiscard]] const EventBatch& events() const noexcept { return events_; }
  [[nodiscard]] const Ranges& ids() const noexcept { return ids_; }

  /// Takes over the events of `next`, a later take of the same taker with higher ids: both are then committed as one transaction.
  void join(TakeTransaction next) noexcept {
    if (home_ == nullptr) {
      *this = std::move(next);
      return;
    }
    assert(next.home_ == nullptr || next.home_ == home_);
    events_.append(std::move(next.events_));
    ids_.add(next.ids_);
    next.home_ = nullptr;
  }
  /// Removes the events (or only the ids in `part`; the rest goes back to its place) and stores the bookmarks, atomically.
  /// On error nothing is removed and the transaction is still open.
  Status commit(std::span<const BookmarkDelta> deltas = {}, Durability durability = Durability::Written, const Ranges* part = nullptr) {
    if (home_ == nullptr) return {};
    FLUME_TRY(home_->commit_take(*this, deltas, durability, part));
    close();
    return {};
  }
  /// Gives the events back, but only `owner` may take them from now on, by `exactly`. Added to the owner's hold.
  Status hold(std::string_view owner) {
    if (home_ == nullptr) return {};
    FLUME_TRY(home_->hold_take(*this, owner));
    close();
    return {};
  }
  void give_back() noexcept {
    if (home_ != nullptr) home_->give_back(*this);
    close();
  }

 private:
  void close() noexcept {
    home_ = nullptr;
    events_.clear();
    ids_.clear();
  }
  Home* home_ = nullptr;
  EventBatch events_;
  Ranges ids_;
};

/// The take side of a channel for one sink or sink group. Outlives its transactions.
class Taker {
 public:
  virtual ~Taker() = default;
  /// Waits for the first event until the deadline, then gives what is there within the limit: an empty transaction when none
  /// came (or stop was requested). Several may be open; an owner's are committed in take order. With `exactly` only these ids,
  /// all of them: Cause::NotFound when some are not there (settled, taken, or held by another owner).
  virtual Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop,
                                       const Ranges* exactly = nullptr) = 0;
};

class Channel {
 public:
  virtual ~Channel() = default;

  /// Opens what it needs; may fail and is then retried. stop(): no put or take comes any more.
  virtual Status start() { return {}; }
  virtual void stop(Deadline deadline) { static_cast<void>(deadline); }

  [[nodiscard]] virtual ChannelIdentity identity() const = 0;
  [[nodiscard]] virtual ChannelLimits limits() const = 0;
  /// Events stored now, those in open takes included.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// True when events, ids and bookmarks are there again after a crash of the process.
  [[nodiscard]] virtual bool survives_crash() const = 0;
  /// True when events are there again after a normal stop: of themselves, or because save() keeps them.
  [[nodiscard]] virtual bool survives_stop() const { return survives_crash(); }
  /// Called in a normal stop, before stop(), when events are left that a crash would lose: keeps them for the next start and
  /// says how many; tells why when it is not all. Sources and sinks have ended or were given up in a call: what these have in
  /// open takes is not kept, and after this nothing is put or taken any more. Bound by the deadline, and not by stop()'s.
  virtual Result<std::uint64_t> save(Deadline deadline) {
    static_cast<void>(deadline);
    return std::uint64_t{0};
  }

  /// `source`, `sink_or_group`: the component's name; the same name continues its earlier transactions' order.
  virtual Result<std::unique_ptr<Putter>> putter(std::string_view source) = 0;
  virtual Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) = 0;

  /// The owner's last committed bookmark; empty when it has none.
  [[nodiscard]] virtual Result<Bookmark> bookmark(std::string_view owner) const = 0;
  [[nodiscard]] virtual std::vector<std::string> owners() const = 0;
  /// Bookmarks without events, and (with `hold`) ids withheld from everybody else - also ids of the owner's own open take.
  /// Commit and settle release held ids.
  virtual Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) = 0;
  [[nodiscard]] virtual Ranges held(std::string_view owner) const = 0;
  /// The destination has these events: they are removed without being taken (also from holds). Ids that are gone already are
  /// ignored; ids of an open take are refused.
  virtual Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) = 0;
};

}  // namespace flume
