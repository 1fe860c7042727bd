// Sources: producers of batches. A Source owns its thread or event loop; a PolledSource is called by a runner that
// owns the back-off. Both build events with writer.builder() and store them through the ChannelWriter:
//   Write write = *writer.prepare(builder.take());  FLUME_TRY(write.store_or_wait(stop));
// ok = stored in all required channels; only then acknowledge the client. sources/seq is the model.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "flume/batch_builder.h"
#include "flume/channel.h"
#include "flume/interceptor.h"
#include "flume/selector.h"
#include "flume/services.h"

namespace flume {

struct SourceCounters;

/// Where the source will be when this batch is stored. Views: copied before prepare() returns.
struct Position {
  std::span<const BookmarkDelta> set;
  ChannelSet only = ChannelSet::all();  ///< channels that lack these events (after a restart with unequal bookmarks)
};

class ChannelWriter;

/// A batch on its way: intercepted and routed once, then stored, if need be in several tries: each try goes only to
/// the channels that still lack it. Move-only; the writer outlives it.
class Write {
 public:
  struct Part {
    std::size_t channel;
    bool is_required;
    EventBatch events;  ///< may be empty: then only the bookmarks go there
  };
  struct OwnedEntry {
    std::string owner;
    std::string key;
    std::optional<std::string> value;
  };

  /// `events`: how many the batch has, however many channels get them; `left_out`: how many it had besides, which interceptors
  /// or the selector dropped. Both for the writer's counters.
  Write(ChannelWriter& writer, SmallVector<Part, 1>&& parts, std::vector<OwnedEntry> position, std::uint32_t events = 0,
        std::uint32_t left_out = 0)
      : writer_(&writer), parts_(std::move(parts)), position_(std::move(position)), events_(events), left_out_(left_out) {}
  Write(Write&&) noexcept = default;
  Write& operator=(Write&& other) noexcept;
  /// One that is not stored everywhere is given up: the writer counts its events as refused.
  ~Write();

  /// One try: Retryable with Cause::Full when a required channel has no room within its own patience; repeat, or tell the client.
  Status store(Deadline deadline, std::stop_token stop);
  /// Tries until it is stored or the stop is requested (Cause::Stopped), or an error other than Full comes: for sources
  /// that push back by not reading.
  Status store_or_wait(std::stop_token stop);
  /// Reserves room now (Full at once, and nothing was begun) and completes later; see Putter::put_async. `done` is called once, on any
  /// thread, when no part is on its way any more; until then this object stays where it is. After an error the parts that
  /// are not stored are here again: store what is left by another call.
  Status store_async(std::function<void(Status)> done);

  [[nodiscard]] bool is_stored() const noexcept { return parts_.empty(); }
  [[nodiscard]] SmallVector<Part, 1>& parts() noexcept { return parts_; }
  [[nodiscard]] const std::vector<OwnedEntry>& position() const noexcept { return position_; }
  [[nodiscard]] std::uint32_t events() const noexcept { return events_; }
  [[nodiscard]] std::uint32_t left_out() const noexcept { return left_out_; }

 private:
  ChannelWriter* writer_;
  SmallVector<Part, 1> parts_;
  std::vector<OwnedEntry> position_;
  std::uint32_t events_;
  std::uint32_t left_out_;
};

/// A source's way into its channels: interceptors, selector, putters, ledger. One per event loop or thread.
class ChannelWriter {
 public:
  virtual ~ChannelWriter() = default;
  /// A builder that already adds what the unconditional interceptors would. One per loop, not per connection.
  virtual BatchBuilder builder() = 0;
  /// The next event loop's writer: its own interceptor chain, builder and putters.
  virtual Result<std::unique_ptr<ChannelWriter>> another() = 0;
  /// The owner's bookmark in each channel, in list order: where to resume, and where to cut batches.
  virtual Result<std::vector<Bookmark>> bookmarks(std::string_view owner) = 0;
  /// Interceptors and selector, once. An error refuses the batch; nothing is stored.
  virtual Result<Write> prepare(EventBatch batch, const Position& position = {}) = 0;
  /// Calls back once when every required channel has room again; at once if so now. Any thread: post, never block.
  virtual void on_space(std::function<void()> callback) = 0;
  /// Largest batch that every channel takes at once.
  [[nodiscard]] virtual std::uint32_t max_batch() const = 0;

 private:
  friend class Write;
  virtual Status store(Write& write, Deadline deadline, std::stop_token stop) = 0;
  virtual Status store_async(Write& write, std::function<void(Status)> done) = 0;
  /// `write` ends though some of its parts are not stored.
  virtual void given_up(Write& write) noexcept { static_cast<void>(write); }
};

inline Write::~Write() {
  if (!parts_.empty()) writer_->given_up(*this);
}
inline Write& Write::operator=(Write&& other) noexcept {
  if (this == &other) return *this;
  if (!parts_.empty()) writer_->given_up(*this);
  writer_ = other.writer_;
  parts_ = std::move(other.parts_);
  position_ = std::move(other.position_);
  events_ = other.events_;
  left_out_ = other.left_out_;
  return *this;
}
inline Status Write::store(Deadline deadline, std::stop_token stop) { return writer_->store(*this, deadline, std::move(stop)); }
inline Status Write::store_or_wait(std::stop_token stop) {
  for (;;) {
    Status stored = writer_->store(*this, Deadline::never(), stop);
    if (stored.ok() || stored.cause() != Cause::Full) return stored;
  }
}
inline Status Write::store_async(std::function<void(Status)> done) { return writer_->store_async(*this, std::move(done)); }

/// What the agent offers to a running source.
class SourceContext {
 public:
  virtual ~SourceContext() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// Fires when the source is to stop.
  [[nodiscard]] virtual std::stop_token stop_token() const = 0;
  /// Flume's counters of this source. The writer counts received and accepted events; the source counts what only it
  /// knows (connections, read failures, RPC calls).
  virtual SourceCounters& counters() = 0;
  /// A source that runs on its own tells that it cannot go on; shown in log, /health and metrics. Any thread.
  virtual void failed(const Status& why) = 0;
  /// It goes on, but what it did last failed; shown until recovered() is called. Any thread.
  virtual void impaired(std::string_view why) = 0;
  virtual void recovered() = 0;
  /// It has come to its natural end (a command that ended, all events given). Said again, it changes nothing. Any thread.
  virtual void finished(std::string_view why) = 0;
};

/// Runs on its own thread or event loop from start() to stop().
class Source {
 public:
  virtual ~Source() = default;
  /// Opens what it needs and begins. An error is retried; nothing may be left behind by a failed start.
  virtual Status start(ChannelWriter& writer, SourceContext& context) = 0;
  /// Ends it: no call on the writer after this returns. What was read and can be stored by the deadline is stored.
  virtual void stop(Deadline deadline) = 0;
};

/// Ready: poll again at once. Backoff: nothing was there; the pause grows (backoffSleepIncrement, maxBackoffSleep).
enum class PollOutcome : std::uint8_t { Ready, Backoff };

/// Pauses of the runner; from the option table of the source.
struct PollBackoff {
  std::chrono::milliseconds increment{1000};
  std::chrono::milliseconds maximum{5000};
};

class PolledSource {
 public:
  virtual ~PolledSource() = default;
  virtual Status start(ChannelWriter& writer, SourceContext& context) {
    static_cast<void>(writer);
    static_cast<void>(context);
    return {};
  }
  virtual Result<PollOutcome> poll(ChannelWriter& writer, SourceContext& context) = 0;
  [[nodiscard]] virtual PollBackoff backoff() const { return {}; }
  virtual void stop() {}
};

}  // namespace flume
