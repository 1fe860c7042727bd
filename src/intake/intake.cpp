#include "intake/intake.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <utility>

namespace flume {
namespace {

constexpr Instant::duration kFirstPause = std::chrono::seconds(1);
constexpr Instant::duration kLongestPause = std::chrono::seconds(5);
/// A channel that says that it has room and then refuses again must not keep the loop busy.
constexpr Instant::duration kPauseWhenRefusedAgain = std::chrono::milliseconds(10);
constexpr std::uint32_t kRefusalsBeforePause = 3;

}  // namespace

/// What a channel calls when it has room again, from any thread and perhaps when nobody cares any more.
class Intake::Waker {
 public:
  explicit Waker(Intake& intake) : intake_(&intake) {}
  static void wake(const std::shared_ptr<Waker>& waker) {
    const std::lock_guard lock(waker->mutex_);
    if (waker->intake_ == nullptr) return;
    waker->intake_->loop_.post([waker] {
      // In the loop, where alone it is let go.
      if (waker->intake_ != nullptr) waker->intake_->resume();
    });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    intake_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Intake* intake_;
};

Intake::Intake(EventLoop& loop, ChannelWriter& writer, SourceContext& context, const Log& log, IntakeSettings settings)
    : loop_(loop),
      writer_(writer),
      context_(context),
      log_(log),
      settings_(settings),
      most_in_batch_(std::max<std::uint32_t>(1, writer.max_batch())),
      builder_(writer.builder()),
      flush_timer_(loop.make_timer()),
      pause_timer_(loop.make_timer()),
      patience_timer_(loop.make_timer()),
      changed_(loop),
      waker_(std::make_shared<Waker>(*this)),
      next_pause_(kFirstPause) {}

Intake::~Intake() {
  assert(under_way_ == 0);
  waker_->let_go();
}

bool Intake::has_room() const noexcept {
  // What was read and has no answer to wait for is lost in a crash: it stays with its sender while the channel is full.
  if (is_paused_ && !settings_.patience) return false;
  return gathered_.size() < settings_.most_events && waiting_bytes_ < settings_.most_bytes;
}

void Intake::submit(Answer answer) {
  // Those that come while nothing is stored must not share the fate of one that has waited long before them.
  if (is_paused_ && settings_.patience && gathered_since_ + *settings_.patience / 4 < loop_.now()) close_batch();
  EventBatch events = builder_.take();
  if (gathered_since_ == Instant{}) gathered_since_ = loop_.now();
  if (answer) gathered_shares_.push_back({std::make_shared<Request>(Request{std::move(answer)}), events.size()});
  waiting_bytes_ += events.bytes();
  gathered_.append(std::move(events));
  flush_later();
}

void Intake::flush_later() {
  if (std::exchange(is_flush_due_, true)) return;
  // Behind whatever is ready in this turn of the loop.
  flush_timer_->set(Deadline(loop_.now()), [this] {
    is_flush_due_ = false;
    pump();
  });
}

void Intake::pump() {
  if (std::exchange(is_pumping_, true)) return;
  while (Batch* const next = next_to_start()) start(*next);
  answer_ended();
  is_pumping_ = false;
  wake_readers();
}

Intake::Batch* Intake::next_to_start() {
  if (is_paused_ || under_way_ >= settings_.most_writes) return nullptr;
  const auto is_waiting = [](const auto& batch) { return batch->state == State::Waiting; };
  auto next = std::find_if(queue_.begin(), queue_.end(), is_waiting);
  if (next == queue_.end()) {
    close_batch();
    next = std::find_if(queue_.begin(), queue_.end(), is_waiting);
    if (next == queue_.end()) return nullptr;
  }
  // A putter that has failed refuses all that it was given later: begin again when all of it is back.
  if ((*next)->has_come_back && under_way_ != 0) return nullptr;
  if ((*next)->has_come_back) {
    for (const auto& batch : queue_) batch->has_come_back = false;
  }
  return next->get();
}

void Intake::close_batch() {
  if (gathered_.empty() && gathered_shares_.empty()) return;
  enqueue(std::exchange(gathered_, {}), std::exchange(gathered_shares_, {}), std::exchange(gathered_since_, {}), ChannelSet::all(),
          queue_.end());
}

void Intake::enqueue(EventBatch events, std::vector<Share> shares, Instant since, ChannelSet channels, Queue::iterator before) {
  // As many batches as the channels demand; a request may begin in one and end in another.
  auto share = shares.begin();
  do {
    EventBatch part = events.split_front(std::min(events.size(), most_in_batch_));
    std::vector<Share> part_shares;
    for (std::uint32_t room = part.size(); share != shares.end() && (room != 0 || share->events == 0);) {
      const std::uint32_t taken = std::min(room, share->events);
      part_shares.push_back({share->request, taken});
      ++share->request->pieces;
      room -= taken;
      share->events -= taken;
      if (share->events != 0) break;
      ++share;
    }
    auto batch = std::make_unique<Batch>(Batch{*this, std::move(part), std::move(part_shares), since, channels});
    before = std::next(queue_.insert(before, std::move(batch)));
  } while (!events.empty());
}

void Intake::start(Batch& batch) {
  if (batch.events.empty()) return end(batch, {});
  if (!batch.write) {
    auto prepared = writer_.prepare(batch.events, {.set = {}, .only = batch.channels});
    if (!prepared) return refused(batch, std::move(prepared).status());
    batch.write.emplace(*std::move(prepared));
  }
  batch.state = State::UnderWay;
  waiting_bytes_ -= batch.events.bytes();
  ++under_way_;
  batch.starter = std::this_thread::get_id();
  is_starting_ = true;
  Status accepted = batch.write->store_async([&batch](Status stored) {
    Intake& intake = batch.owner;
    if (batch.starter == std::this_thread::get_id() && intake.is_starting_) {
      intake.inline_result_.emplace(std::move(stored));
      return;
    }
    intake.loop_.post([&batch, stored = std::move(stored)] {
      Intake& owner = batch.owner;
      owner.arrived(batch, stored);
      owner.pump();
    });
  });
  is_starting_ = false;
  if (!accepted.ok()) {
    inline_result_.emplace(std::move(accepted));
  } else if (!inline_result_) {
    return;
  }
  arrived(batch, *std::exchange(inline_result_, std::nullopt));
}

void Intake::arrived(Batch& batch, Status stored) {
  --under_way_;
  if (stored.ok()) {
    refusals_in_a_row_ = 0;
    next_pause_ = kFirstPause;
    if (std::exchange(is_troubled_, false)) context_.recovered();
    return end(batch, {});
  }
  batch.state = State::Waiting;
  waiting_bytes_ += batch.events.bytes();
  refused(batch, std::move(stored));
}

void Intake::refused(Batch& batch, Status why) {
  if (why.kind() == ErrorKind::Rejected) return refused_for_good(batch, std::move(why));
  const bool is_full = why.cause() == Cause::Full;
  if (is_full && (!settings_.patience || loop_.now() < batch.since + *settings_.patience)) return await_channel();
  if (settings_.patience || why.kind() != ErrorKind::Retryable) return end(batch, std::move(why));
  batch.has_come_back = true;
  if (!std::exchange(is_troubled_, true)) {
    log_.warn("events cannot be stored now; trying again", {{"error", why}});
    context_.impaired("events cannot be stored: " + why.message());
  }
  pause(next_pause_);
  next_pause_ = std::min(2 * next_pause_, kLongestPause);
}

void Intake::refused_for_good(Batch& batch, Status why) {
  const bool is_one = batch.shares.empty() ? batch.events.size() <= 1 : batch.shares.size() == 1;
  if (!is_one) return split(batch);
  context_.counters().generic_processing_fail.increment();
  if (batch.shares.empty()) log_.error("event refused; the others go on", {{"error", why}});
  end(batch, std::move(why));
}

void Intake::split(Batch& batch) {
  // Some event (or request) is at fault: it is found by halves, in the channels that have none of them yet.
  ChannelSet channels = batch.channels;
  if (batch.write) {
    channels = {};
    for (const Write::Part& part : batch.write->parts()) channels.add(part.channel);
  }
  const auto at = std::find_if(queue_.begin(), queue_.end(), [&](const auto& each) { return each.get() == &batch; });
  const std::unique_ptr<Batch> whole = std::move(*at);
  auto before = queue_.erase(at);
  std::vector<Share> front(whole->shares.begin(), whole->shares.begin() + static_cast<std::ptrdiff_t>(whole->shares.size() / 2));
  std::vector<Share> back(whole->shares.begin() + static_cast<std::ptrdiff_t>(front.size()), whole->shares.end());
  std::uint32_t front_events = whole->shares.empty() ? whole->events.size() / 2 : 0;
  for (const Share& share : front) front_events += share.events;
  for (const Share& share : whole->shares) --share.request->pieces;
  EventBatch front_batch = whole->events.split_front(front_events);
  const auto position = before - queue_.begin();
  enqueue(std::move(front_batch), std::move(front), whole->since, channels, before);
  enqueue(std::move(whole->events), std::move(back), whole->since, channels, queue_.begin() + position + 1);
}

void Intake::end(Batch& batch, Status how) {
  if (batch.state == State::Waiting) waiting_bytes_ -= batch.events.bytes();
  batch.state = State::Ended;
  batch.error = std::move(how);
}

void Intake::await_channel() {
  if (++refusals_in_a_row_ > kRefusalsBeforePause) {
    pause(kPauseWhenRefusedAgain);
  } else {
    is_paused_ = true;
    writer_.on_space([waker = waker_] { Waker::wake(waker); });
  }
  watch_patience();
}

void Intake::watch_patience() {
  if (!settings_.patience) return;
  const auto oldest = std::find_if(queue_.begin(), queue_.end(), [](const auto& batch) { return batch->state == State::Waiting; });
  const Instant since = oldest != queue_.end() ? (*oldest)->since : gathered_since_;
  if (since == Instant{}) return patience_timer_->cancel();
  patience_timer_->set(Deadline(since + *settings_.patience), [this] {
    give_up(loop_.now() - *settings_.patience, retryable("no room in the channel", Cause::Full));
    if (is_paused_) watch_patience();
  });
}

void Intake::pause(Instant::duration wait) {
  is_paused_ = true;
  pause_timer_->set(loop_.in(wait), [this] { resume(); });
}

void Intake::resume() {
  is_paused_ = false;
  patience_timer_->cancel();
  pump();
}

void Intake::give_up(Instant asked_until, const Status& why) {
  if (gathered_since_ != Instant{} && gathered_since_ <= asked_until) close_batch();
  for (const auto& batch : queue_) {
    if (batch->state == State::Waiting && batch->since <= asked_until) end(*batch, why);
  }
  pump();
}

void Intake::answer_ended() {
  while (!queue_.empty() && queue_.front()->state == State::Ended) {
    const std::unique_ptr<Batch> batch = std::move(queue_.front());
    queue_.pop_front();
    if (!batch->error.ok()) context_.counters().channel_write_fail.add(std::max<std::int64_t>(1, batch->events.size()));
    if (!batch->error.ok() && batch->shares.empty() && batch->error.kind() != ErrorKind::Rejected) {
      log_.error("events were received but could not be stored; they are lost",
                 {{"events", batch->events.size()}, {"error", batch->error}});
    }
    for (const Share& share : batch->shares) {
      Request& request = *share.request;
      if (!batch->error.ok() && request.error.ok()) request.error = batch->error;
      if (--request.pieces == 0) request.answer(request.error);
    }
  }
  changed_.notify_all();
}

void Intake::wake_readers() {
  while (!readers_.empty() && has_room()) {
    const std::function<void()> reader = std::move(readers_.front());
    readers_.pop_front();
    reader();
  }
}

Task<Status> Intake::drain(Deadline deadline) {
  pump();
  while (!is_idle()) {
    const bool has_changed = co_await changed_.wait(deadline);
    if (has_changed) continue;
    give_up(Instant::max(), retryable("the source stops", Cause::Stopped));
    break;
  }
  while (under_way_ != 0) co_await changed_.wait(Deadline::never());
  give_up(Instant::max(), retryable("the source stops", Cause::Stopped));
  patience_timer_->cancel();
  pause_timer_->cancel();
  waker_->let_go();
  co_return Status();
}

}  // namespace flume
