// Sinks: consumers of batches. The runner owns the loop (take, deliver, commit, else back off); a sink says what
// happened to the events. The least a sink must do is deliver(); sinks/null is the model.
// Threads: one thread (the runner's) calls a sink; its clients may own threads.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "flume/channel.h"
#include "flume/services.h"

namespace flume {

struct SinkCounters;

/// Delivered: all but the rejected events have arrived (as durable as the sink was asked to make them).
/// NotDelivered: nothing arrived but what Delivery::delivered() names; give back, back off (Flume's BACKOFF).
/// InDoubt: the destination may or may not have them; only this sink may see them again until it is known.
/// An error Status is Flume's exception: as NotDelivered, with the longer pause.
enum class Outcome : std::uint8_t { Delivered, NotDelivered, InDoubt };

/// What a sink may ask of its channel outside deliver(). Valid in start, tick and committed.
class SinkContext {
 public:
  virtual ~SinkContext() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// Flume's counters of this sink. The runner counts batches and drained events; the sink what only it knows (connections:
  /// files and clients opened, closed, failed).
  virtual SinkCounters& counters() = 0;
  /// True when the channel brings events and bookmarks back after a crash; false: what a crash leaves at the
  /// destination is all there is, and the sink keeps its own small state file.
  [[nodiscard]] virtual bool channel_survives_crash() const = 0;
  /// False for a sink of a group while it is another one's turn: it may get no events for long, or ever, and need not prepare
  /// for any.
  [[nodiscard]] virtual bool expects_events() const { return true; }
  /// This sink's last committed bookmark.
  [[nodiscard]] virtual Result<Bookmark> bookmark() = 0;
  virtual Status note(std::span<const KeyValue> set, Durability durability) = 0;
  /// These ids are withheld from others until released by an empty hold, a commit or a settle. Replaces the earlier hold.
  virtual Status hold(const Ranges& ids) = 0;
  virtual Status settle(const Ranges& ids, std::span<const KeyValue> set) = 0;
  virtual Result<TakeTransaction> take_exactly(const Ranges& ids) = 0;
  /// Requested when the agent stops. Whatever the sink is at then, a deliver as well, should be back by stop_deadline(), which is
  /// known from that moment. Any thread, for as long as the sink lives.
  [[nodiscard]] virtual std::stop_token stop_token() const { return {}; }
  [[nodiscard]] virtual Deadline stop_deadline() const { return Deadline::never(); }
};

/// One deliver's side of the talk with the runner. Valid during that call.
class Delivery {
 public:
  struct Rejected {
    std::uint32_t index;
    std::string reason;
  };
  struct BookmarkEntry {
    std::string key;
    std::optional<std::string> value;
  };

  /// `waiting`: for waiting(); outlives this; null: none.
  Delivery(SinkContext& context, const Ranges& ids, bool was_in_doubt, const Ranges* waiting = nullptr)
      : context_(context), ids_(ids), was_in_doubt_(was_in_doubt), waiting_(waiting) {}

  /// The i-th event of the batch has the i-th id.
  [[nodiscard]] const Ranges& ids() const noexcept { return ids_; }
  /// True when these events were InDoubt before: the destination may have them already.
  [[nodiscard]] bool was_in_doubt() const noexcept { return was_in_doubt_; }
  /// Those of `ids` that earlier delivers set aside and that have not arrived since, this batch's own among them.
  [[nodiscard]] Ranges still_waiting(const Ranges& ids) const { return waiting_ == nullptr ? Ranges() : ids.intersection(*waiting_); }
  [[nodiscard]] SinkContext& context() noexcept { return context_; }

  /// With an error or NotDelivered: these have arrived all the same and are committed with the bookmark entries.
  void delivered(const Ranges& ids) { delivered_.add(ids); }
  /// This event is at fault, not the destination; the policy for bad events decides. The others go on.
  void reject(std::uint32_t index, std::string reason) { rejected_.push_back({index, std::move(reason)}); }
  /// These wait for something that is not the others' concern (a file that hangs, ...): kept from the next takes, tried again
  /// by themselves after a few seconds. Whatever deliver answers, they are not committed.
  void set_aside(const Ranges& ids, std::string why) {
    set_aside_.add(ids);
    why_set_aside_ = std::move(why);
  }
  /// Stored atomically with the commit; without a value: erased.
  void bookmark(std::string key, std::optional<std::string> value) { bookmark_.push_back({std::move(key), std::move(value)}); }
  /// The commit survives power loss before committed() is called: asked by a sink that will do what cannot be undone.
  void commit_synced() noexcept { durability_ = Durability::Synced; }
  /// Pause before the next take even though this one is delivered.
  void back_off() noexcept { backs_off_ = true; }
  /// With NotDelivered or InDoubt: why, for the log and /health.
  void explain(std::string why) { explanation_ = std::move(why); }
  /// So many of the events that are committed do not count in EventDrainSuccessCount, as the sink is configured.
  void leave_uncounted(std::uint32_t events) noexcept { uncounted_ += events; }

  [[nodiscard]] const Ranges& delivered_ids() const noexcept { return delivered_; }
  [[nodiscard]] const Ranges& set_aside_ids() const noexcept { return set_aside_; }
  [[nodiscard]] const std::string& why_set_aside() const noexcept { return why_set_aside_; }
  [[nodiscard]] const std::vector<Rejected>& rejected() const noexcept { return rejected_; }
  [[nodiscard]] const std::vector<BookmarkEntry>& bookmark_entries() const noexcept { return bookmark_; }
  [[nodiscard]] Durability durability() const noexcept { return durability_; }
  [[nodiscard]] bool backs_off() const noexcept { return backs_off_; }
  [[nodiscard]] const std::string& explanation() const noexcept { return explanation_; }
  [[nodiscard]] std::uint32_t uncounted() const noexcept { return uncounted_; }

 private:
  SinkContext& context_;
  const Ranges& ids_;
  bool was_in_doubt_;
  const Ranges* waiting_;
  bool backs_off_ = false;
  std::uint32_t uncounted_ = 0;
  std::string explanation_;
  Durability durability_ = Durability::Written;
  Ranges delivered_;
  Ranges set_aside_;
  std::string why_set_aside_;
  std::vector<Rejected> rejected_;
  std::vector<BookmarkEntry> bookmark_;
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Opens what it needs and makes the destination agree with its bookmark, before the first take. An error is retried.
  virtual Status start(SinkContext& context) {
    static_cast<void>(context);
    return {};
  }
  [[nodiscard]] virtual TakeLimit limits() const { return {}; }
  virtual Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) = 0;
  /// The last deliver's events are gone from the channel: only now rename, roll, forget how to undo.
  virtual void committed(SinkContext& context) { static_cast<void>(context); }
  /// The last deliver's events (those it called Delivered included) went back to the channel: undo, or remember that they come again.
  virtual void given_back(SinkContext& context) { static_cast<void>(context); }
  /// Time's work: rolls, idle closes, retries. Returns when to be called next; a deliver makes that a tenth of a second later
  /// than itself at most, so Instant::max() means: only after events.
  virtual Instant tick(SinkContext& context) {
    static_cast<void>(context);
    return Instant::max();
  }
  virtual void stop(SinkContext& context, Deadline deadline) {
    static_cast<void>(context);
    static_cast<void>(deadline);
  }
};

}  // namespace flume
