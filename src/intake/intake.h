// Intake: from the connections of a network source to its channels. Events of all connections of a loop are gathered into one
// batch, which leaves when the loop has served who was ready, while at most a few writes are under way: alone under low
// load, in large batches (and few disk syncs) under high load. Nobody reads on while too much waits, so a full channel pushes
// back to the peers.
//
//   if (!intake.has_room()) return intake.await_room(read_on);
//   ... builder().header(...); FLUME_TRY(builder().body(...)) ...
//   intake.submit([this](const Status& stored) { ... });          // or submit(), when the peer expects no answer
//
// Either every request of an intake has an answer, or none has. Lives in its loop's thread and belongs to the source, which
// drains it before the writer goes. Answers come in the order of the requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "flume/metrics.h"
#include "flume/net.h"
#include "flume/source.h"
#include "net/awaitables.h"

namespace flume {

struct IntakeSettings {
  std::uint32_t most_events = 20'000;                  ///< gathered, before nobody reads on
  std::uint64_t most_bytes = std::uint64_t{4} << 20U;  ///< the same in encoded bytes; one read more than that may come
  std::size_t most_writes = 4;                         ///< under way at a time
  /// How long requests wait for room in a full channel before the answer is no (Flume's channels wait 3 s, keep-alive). Not
  /// set: peers have no way to send again, so events wait for as long as it takes, whatever the error.
  std::optional<Instant::duration> patience = std::nullopt;
};

class Intake {
 public:
  /// ok: every required channel has all events of the request. Otherwise some may be stored: the peer sends all again.
  using Answer = std::function<void(const Status& stored)>;

  /// `writer` and `context` outlive this.
  Intake(EventLoop& loop, ChannelWriter& writer, SourceContext& context, const Log& log, IntakeSettings settings);
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;
  /// Precondition: drained.
  ~Intake();

  [[nodiscard]] BatchBuilder& builder() noexcept { return builder_; }
  /// What was built since the last call is one request (none is fine). `answer` is called once, from the loop, never from
  /// inside; it must bear that its connection has gone.
  void submit(Answer answer = nullptr);
  /// Forgets what was built since the last submit().
  void discard() { builder_.abort(); }

  /// False: read nothing more until await_room() calls back.
  [[nodiscard]] bool has_room() const noexcept;
  /// Calls back once, from the loop; in the order of asking, each after looking again.
  void await_room(std::function<void()> callback) { readers_.push_back(std::move(callback)); }

  /// Stores what is there, until the deadline; then what is left is answered with no, or counted as lost. Ends when no write
  /// is under way. Nothing may be submitted any more.
  Task<Status> drain(Deadline deadline);

 private:
  /// What one peer waits for. Its events may be in several batches.
  struct Request {
    Answer answer;
    std::uint32_t pieces = 0;
    Status error{};
  };
  struct Share {
    std::shared_ptr<Request> request;
    std::uint32_t events;
  };
  enum class State : std::uint8_t { Waiting, UnderWay, Ended };
  struct Batch {
    Intake& owner;
    EventBatch events;
    std::vector<Share> shares;  // empty: nobody waits for an answer
    Instant since;
    ChannelSet channels = ChannelSet::all();
    std::optional<Write> write{};
    State state = State::Waiting;
    bool has_come_back = false;  // refused after it was under way
    Status error{};              // of an ended one
    std::thread::id starter{};
  };
  using Queue = std::deque<std::unique_ptr<Batch>>;
  class Waker;

  void flush_later();
  void pump();
  [[nodiscard]] Batch* next_to_start();
  void close_batch();
  void enqueue(EventBatch events, std::vector<Share> shares, Instant since, ChannelSet channels, Queue::iterator before);
  void start(Batch& batch);
  void arrived(Batch& batch, Status stored);
  void refused(Batch& batch, Status why);
  void refused_for_good(Batch& batch, Status why);
  void split(Batch& batch);
  void end(Batch& batch, Status how);
  void await_channel();
  void pause(Instant::duration wait);
  void resume();
  void give_up(Instant asked_until, const Status& why);
  void watch_patience();
  void answer_ended();
  void wake_readers();
  [[nodiscard]] bool is_idle() const noexcept { return queue_.empty() && gathered_.empty() && gathered_shares_.empty(); }

  EventLoop& loop_;
  ChannelWriter& writer_;
  SourceContext& context_;
  const Log& log_;
  const IntakeSettings settings_;
  const std::uint32_t most_in_batch_;
  BatchBuilder builder_;
  EventBatch gathered_;  // submitted, and in no batch yet
  std::vector<Share> gathered_shares_;
  Instant gathered_since_{};         // the oldest; none: the beginning of time
  Queue queue_;                      // oldest first
  std::uint64_t waiting_bytes_ = 0;  // of all that is not under way
  std::size_t under_way_ = 0;
  std::deque<std::function<void()>> readers_;
  std::unique_ptr<LoopTimer> flush_timer_;
  std::unique_ptr<LoopTimer> pause_timer_;
  std::unique_ptr<LoopTimer> patience_timer_;
  Signal changed_;
  const std::shared_ptr<Waker> waker_;
  Instant::duration next_pause_;
  std::optional<Status> inline_result_;  // of a write that was through before store_async() returned
  std::uint32_t refusals_in_a_row_ = 0;
  bool is_flush_due_ = false;
  bool is_pumping_ = false;
  bool is_paused_ = false;
  bool is_starting_ = false;
  bool is_troubled_ = false;  // told to the context
};

}  // namespace flume
