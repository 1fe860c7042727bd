// The life and the rounds of a sink; what a deliver leads to is in sink_delivery.cpp.
#include "runtime/sink_member.h"

#include <algorithm>

#include "runtime/dead_letter_channel.h"
#include "runtime/dead_letter_files.h"
#include "runtime/guarded.h"

namespace flume::runtime {
namespace {

/// "The sink was called for a few events a moment ago": then a short nap gathers more of them.
constexpr std::uint32_t kFewEvents = 32;
constexpr auto kMoment = std::chrono::milliseconds(1);

}  // namespace

SinkMember::SinkMember(const SinkWiring& wiring, SinkStop& stop)
    : wiring_(wiring),
      log_(wiring.services->log),
      component_("sinks." + wiring.plan->name),
      owner_("sink:" + wiring.plan->name),
      counters_(wiring.plan->name),
      ledger_(component_),
      withheld_(*wiring.channel, owner_),
      sink_(wiring.plan->info->make<Sink>(wiring.plan->options.get(), *wiring.services)),
      bad_events_(*wiring.plan, *wiring.services, ledger_, make_dead_letters()),
      stop_(stop),
      expects_events_(!wiring.is_in_group) {
  if (!wiring.plan->info->traits.has_counters) counters_.hide_from_flume_json();
  counters_membership_ = wiring.services->metrics.join(counters_);
  ledger_membership_ = wiring.services->metrics.join(ledger_);
}

std::vector<const Channel*> SinkMember::held_channels() const {
  std::vector<const Channel*> channels{wiring_.channel};
  if (wiring_.dead_letters != nullptr) channels.push_back(wiring_.dead_letters);
  return channels;
}

std::unique_ptr<DeadLetters> SinkMember::make_dead_letters() {
  const config::PlannedSink& plan = *wiring_.plan;
  if (plan.bad_events != config::BadEventPolicy::DeadLetter) return nullptr;
  if (plan.dead_letter_files) {
    SinkContext& context = *this;
    return std::make_unique<DeadLetterFiles>(*plan.dead_letter_files, context, *wiring_.channel, *wiring_.services);
  }
  return std::make_unique<DeadLetterChannel>(
      DeadLetterChannel::Settings{*wiring_.channel, *wiring_.dead_letters, plan.channel, plan.dead_letter_channel, plan.name,
                                  [this] { return wiring_.dead_letters_started(stop_.source.get_token()); },
                                  [this](const Ranges& ids) { return settle_for_ever(ids); }},
      log_);
}

Status SinkMember::settle_for_ever(const Ranges& ids) {
  FLUME_TRY(settle(ids, {}));
  return wiring_.channel->note({}, Durability::Synced);
}

Status SinkMember::note(std::span<const KeyValue> set, Durability durability) {
  const BookmarkDelta delta{owner_, set};
  return wiring_.channel->note({&delta, 1}, durability);
}

Status SinkMember::settle(const Ranges& ids, std::span<const KeyValue> set) {
  const BookmarkDelta delta{owner_, set};
  FLUME_TRY(wiring_.channel->settle(ids, {&delta, set.empty() ? 0U : 1U}));
  withheld_.forget(ids);
  return {};
}

Result<TakeTransaction> SinkMember::take_exactly(const Ranges& ids) {
  return taker_->take({.events = UINT32_MAX}, Deadline::immediate(), {}, &ids);
}

Status SinkMember::try_start() {
  if (!taker_) {
    auto taker = wiring_.channel->taker(owner_);
    if (!taker) return std::move(taker).status().with_context("channel " + wiring_.plan->channel);
    taker_ = *std::move(taker);
  }
  bad_events_.start();
  FLUME_TRY(guarded("start", [this] { return sink_->start(*this); }));
  withheld_.adopt_what_was_left();
  return {};
}

bool SinkMember::start(const std::function<void()>& on_failure) {
  if (!wiring_.wait_for_channel(stop_.source.get_token())) {
    if (!stop_.is_requested()) {
      wiring_.health->set(log_, component_, ComponentState::Failed, "its channel " + wiring_.plan->channel + " has failed");
      return false;
    }
    wiring_.health->set(log_, component_, ComponentState::Stopped);
    return false;
  }
  // Once, before the first try: what the sink counts while it starts stays.
  counters_.start(wiring_.services->clock.wall());
  for (;;) {
    const Status started = try_start();
    if (started.ok()) {
      wiring_.health->set(log_, component_, ComponentState::Running);
      return true;
    }
    if (started.kind() != ErrorKind::Retryable) {
      wiring_.health->set(log_, component_, ComponentState::Failed, started.message());
      return false;
    }
    // The agent is ready when the others of its group are.
    wiring_.health->set(
        log_, component_, wiring_.is_in_group ? ComponentState::Impaired : ComponentState::Retrying,
        started.message() + "; the events wait in channel " + wiring_.plan->channel + ", " + next_try_in(wiring_.settings.start_retry));
    if (on_failure) on_failure();
    if (!wiring_.services->clock.sleep_for(wiring_.settings.start_retry, stop_.source.get_token())) {
      wiring_.health->set(log_, component_, ComponentState::Stopped);
      return false;
    }
  }
}

void SinkMember::takes_no_more() {
  if (wiring_.takes_no_more) wiring_.takes_no_more();
}

void SinkMember::let_go() {
  for (const Status& released : {withheld_.release_refused(), withheld_.release_waiting()}) {
    if (!released.ok()) log_.warn("events stay set aside for this sink", {{"reason", released}});
  }
  if (const Status known = withheld_.make_known(); !known.ok()) {
    log_.error("events in doubt are not withheld: they will be delivered again, though the destination may have them", {{"reason", known}});
  }
}

void SinkMember::close() {
  Clock& clock = wiring_.services->clock;
  const Deadline until = stop_.is_requested() ? Deadline(stop_.drain_until()) : clock.in(wiring_.settings.stop_deadline);
  if (const Status stopped = guarded("stop", [&] { sink_->stop(*this, until); }); !stopped.ok()) {
    log_.error("the sink could not be stopped", {{"reason", stopped}});
  }
  bad_events_.stop(until);
  counters_.stop(clock.wall());
}

void SinkMember::tell_starting() { wiring_.health->set(log_, component_, ComponentState::Starting); }

void SinkMember::tell_stopped() {
  if (!has_failed_) wiring_.health->set(log_, component_, ComponentState::Stopped);
}

void SinkMember::give_up_doubt() {
  const Ranges doubtful = withheld_.doubtful();
  log_.warn("the destination has not said in time whether it has these events: they are delivered again, and may be there twice",
            {{"events", doubtful.count()}});
  ledger_.redelivered.add(static_cast<std::int64_t>(doubtful.count()));
  if (const Status released = withheld_.release(doubtful); !released.ok()) {
    impaired("channel " + wiring_.plan->channel + ": " + released.message());
  }
}

Instant SinkMember::call_tick() {
  const Instant now = wiring_.services->clock.steady();
  const Instant next_of_letters = bad_events_.tick();
  if (!ticks_.is_due(now)) return std::min(ticks_.next(), next_of_letters);
  const Status ticked = guarded("tick", [&] { ticks_.answered(now, sink_->tick(*this)); });
  if (!ticked.ok()) {
    impaired(ticked.message());
    ticks_.answered(now, now + wiring_.settings.sink_error_pause);
  }
  return std::min(ticks_.next(), next_of_letters);
}

Instant::duration SinkMember::pause_after(Next next) {
  Instant::duration wait = wiring_.settings.sink_error_pause;
  if (next == Next::BackOff) {
    ++backoffs_in_a_row_;
    wait = std::min<Instant::duration>(wiring_.settings.sink_backoff_step * backoffs_in_a_row_, wiring_.settings.sink_backoff_maximum);
  }
  return stop_.is_draining ? std::min<Instant::duration>(wait, wiring_.settings.sink_backoff_step) : wait;
}

template <typename Work>
Next SinkMember::guarded_round(Work&& work) {
  Next next = Next::Pause;
  const Status thrown = guarded("sink", [&] { next = work(); });
  if (!thrown.ok()) {
    is_searching_ = false;
    fares(Fate::Failed);
    impaired(thrown.message());
  }
  return next;
}

Next SinkMember::round() {
  return guarded_round([this] {
    if (is_past_drain()) return Next::Stop;
    if (const auto next = own_work()) return *next;
    return take_and_deliver(Instant::max());
  });
}

Next SinkMember::deliver_next(Instant latest) {
  fate_ = Fate::NoEvents;
  const Next next = guarded_round([&] { return take_and_deliver(latest); });
  if (fate_ == Fate::Delivered) backs_off_no_more();
  // What is in doubt now is asked for after a pause.
  if (fate_ == Fate::Failed) next_own_try_ = wiring_.services->clock.steady() + pause_after(next);
  return next;
}

Ranges SinkMember::deliver_exactly(const Ranges& ids) {
  fate_ = Fate::NoEvents;
  settled_.clear();
  Ranges left = ids;
  Next next = Next::Go;
  while (!left.empty() && next <= Next::BackOff && !is_past_drain()) {
    const Ranges some = one_take_of(left);
    left.remove(some);
    next = guarded_round([&] {
      auto taken = take_exactly(some);
      return taken ? deliver(*std::move(taken), false) : Next::Pause;
    });
  }
  Ranges unsettled = ids;
  unsettled.remove(settled_);
  return unsettled;
}

Instant SinkMember::tend() {
  const Clock& clock = wiring_.services->clock;
  if (clock.steady() >= next_own_try_) {
    const Next next = guarded_round([this] { return own_work().value_or(Next::Go); });
    next_own_try_ = next == Next::Go ? Instant::min() : clock.steady() + pause_after(next);
    if (next == Next::Go) backs_off_no_more();
  }
  Instant due = call_tick();
  if (!withheld_.doubtful().empty()) due = std::min(due, next_own_try_);
  if (has_withheld()) due = std::min(due, std::max(next_own_try_, next_withheld_try_));
  return due;
}

std::optional<Next> SinkMember::own_work() {
  if (const Status settled = bad_events_.settle_stored(); !settled.ok()) {
    impaired("channel " + wiring_.plan->channel + ": events that are in the dead letters could not be taken from it: " + settled.message());
    return Next::Pause;
  }
  if (!withheld_.doubtful().empty()) {
    withheld_.make_known().ignore();  // at the end of the run it is told if that never worked
    call_tick();
    return retry_doubtful();
  }
  if (stop_.is_draining) {
    withheld_.release_waiting().ignore();  // tried like all others from now on; at the end they count as left behind
  } else if (has_withheld() && wiring_.services->clock.steady() >= next_withheld_try_ && !std::exchange(has_tried_withheld_, false)) {
    has_tried_withheld_ = true;
    return retry_withheld();
  }
  return std::nullopt;
}

Next SinkMember::take_and_deliver(Instant latest) {
  Clock& clock = wiring_.services->clock;
  if (wiring_.settings.linger.count() != 0 && !stop_.is_draining && last_events_ < kFewEvents && clock.steady() - last_round_ < kMoment &&
      wiring_.channel->size() < kFewEvents) {
    Parker parker;
    clock.park(parker, clock.in(wiring_.settings.linger));
  }
  TakeTransaction take;
  auto taken = take_next(sink_->limits(), latest, take);
  if (!taken) {
    counters_.channel_read_fail.increment();
    impaired("channel " + wiring_.plan->channel + ": " + taken.status().message());
    return Next::Pause;
  }
  if (take.empty()) return *taken;
  const Next next = deliver(std::move(take), false);
  last_round_ = clock.steady();
  return next;
}

Result<Next> SinkMember::take_next(const TakeLimit& limit, Instant latest, TakeTransaction& take) {
  TakeLimit capped = limit;
  capped.events = std::min(limit.events, wiring_.channel->limits().transaction_capacity);
  Instant until = std::min({latest, call_tick(), next_empty_take()});
  if (has_withheld()) until = std::min(until, std::max(next_own_try_, next_withheld_try_));
  auto first =
      stop_.is_draining ? taker_->take(capped, Deadline::immediate(), {}) : taker_->take(capped, Deadline(until), stop_.source.get_token());
  if (!first) return std::move(first).status();
  if (first->empty()) {
    took_nothing();
    last_events_ = UINT32_MAX;
    return stop_.is_draining ? Next::Stop : Next::Go;
  }
  next_empty_take_.reset();
  empty_takes_in_a_row_ = 0;
  last_events_ = first->events().size();
  const bool is_full = last_events_ >= capped.events;
  // A full take of a small batch says nothing about how much there is.
  if (is_full) last_events_ = UINT32_MAX;
  if (!is_full) {
    counters_.batch_underflow.increment();
  } else {
    counters_.batch_complete.increment();
  }
  take = *std::move(first);
  for (std::uint32_t joined = 1; joined < limit.join; ++joined) {
    auto more = taker_->take(capped, Deadline::immediate(), {});
    if (!more || more->empty()) break;
    // Events that another sink gave back have lower ids: they are the next round's, so that a batch stays in id order.
    if (more->ids().lowest() < take.ids().end_id()) break;
    if (!is_full) last_events_ += more->events().size();
    take.join(*std::move(more));
  }
  return Next::Go;
}

Instant SinkMember::next_empty_take() {
  const Settings& settings = wiring_.settings;
  if (settings.sink_empty_take == std::chrono::milliseconds::max()) return Instant::max();
  if (!next_empty_take_) {
    const auto backoff = std::min(settings.sink_backoff_step * empty_takes_in_a_row_, settings.sink_backoff_maximum);
    next_empty_take_ = wiring_.services->clock.steady() + settings.sink_empty_take + backoff;
  }
  return *next_empty_take_;
}

void SinkMember::took_nothing() {
  const bool is_due = wiring_.services->clock.steady() >= next_empty_take();
  // The clock's work, too, ends a wait; Flume has no take there.
  if (!is_due && !stop_.is_draining) return;
  counters_.batch_empty.increment();
  ++empty_takes_in_a_row_;
  next_empty_take_.reset();
}

void SinkMember::impaired(std::string_view why) {
  is_impaired_ = true;
  wiring_.health->set(log_, component_, ComponentState::Impaired, why);
}

void SinkMember::went_well() {
  if (!is_impaired_ || is_searching_ || has_withheld() || !withheld_.doubtful().empty()) return;
  is_impaired_ = false;
  wiring_.health->set(log_, component_, ComponentState::Running);
}

}  // namespace flume::runtime
