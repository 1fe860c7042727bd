#include "runtime/sink_runner.h"

#include <algorithm>
#include <exception>

namespace flume::runtime {
namespace {

/// Rejected events that are remembered as logged; beyond, the oldest is forgotten (and would be logged again).
constexpr std::size_t kMostBlocked = 10'000;
/// "The sink was called for a few events a moment ago": then a short nap gathers more of them.
constexpr std::uint32_t kFewEvents = 32;
constexpr auto kMoment = std::chrono::milliseconds(1);

std::vector<KeyValue> views(const std::vector<Delivery::BookmarkEntry>& entries) {
  std::vector<KeyValue> set;
  set.reserve(entries.size());
  for (const auto& entry : entries) set.push_back({entry.key, entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt});
  return set;
}

}  // namespace

SinkRunner::SinkRunner(const SinkWiring& wiring)
    : wiring_(wiring),
      log_(wiring.services->log),
      component_("sinks." + wiring.plan->name),
      owner_("sink:" + wiring.plan->name),
      counters_(wiring.plan->name),
      ledger_(component_),
      sink_(wiring.plan->info->make<Sink>(wiring.plan->options.get(), *wiring.services)) {
  if (!wiring.plan->info->traits.has_counters) counters_.hide_from_flume_json();
  counters_membership_ = wiring.services->metrics.join(counters_);
  ledger_membership_ = wiring.services->metrics.join(ledger_);
}

SinkRunner::~SinkRunner() {
  drain(Deadline::immediate());
  wait();
}

void SinkRunner::start() {
  wiring_.health->set(log_, component_, ComponentState::Starting);
  thread_ = std::thread([this] { run(); });
}

void SinkRunner::drain(Deadline deadline) {
  drain_until_.store(deadline.when(), std::memory_order_release);
  stop_.request_stop();
}

void SinkRunner::wait() {
  if (thread_.joinable()) thread_.join();
}

Status SinkRunner::note(std::span<const KeyValue> set, Durability durability) {
  const BookmarkDelta delta{owner_, set};
  return wiring_.channel->note({&delta, 1}, durability);
}

Status SinkRunner::hold(const Ranges& ids) {
  const Hold hold{owner_, ids};
  return wiring_.channel->note({}, Durability::Written, &hold);
}

Status SinkRunner::settle(const Ranges& ids, std::span<const KeyValue> set) {
  const BookmarkDelta delta{owner_, set};
  return wiring_.channel->settle(ids, {&delta, set.empty() ? 0U : 1U});
}

Result<TakeTransaction> SinkRunner::take_exactly(const Ranges& ids) {
  return taker_->take({.events = UINT32_MAX}, Deadline::immediate(), {}, &ids);
}

bool SinkRunner::start_sink() {
  if (!wiring_.wait_for_channel(stop_.get_token())) return false;
  for (;;) {
    Status started;
    if (!taker_) {
      auto taker = wiring_.channel->taker(owner_);
      if (taker) {
        taker_ = *std::move(taker);
      } else {
        started = std::move(taker).status().with_context("channel " + wiring_.plan->channel);
      }
    }
    if (started.ok()) {
      try {
        started = sink_->start(*this);
      } catch (const std::exception& error) {
        started = fatal(std::string("start: ") + error.what());
      }
    }
    if (started.ok()) {
      counters_.start(wiring_.services->clock.wall());
      wiring_.health->set(log_, component_, ComponentState::Running);
      return true;
    }
    if (started.kind() != ErrorKind::Retryable) {
      wiring_.health->set(log_, component_, ComponentState::Failed, started.message());
      return false;
    }
    wiring_.health->set(log_, component_, ComponentState::Retrying, started.message());
    if (!wiring_.services->clock.sleep_for(wiring_.settings.start_retry, stop_.get_token())) return false;
  }
}

void SinkRunner::run() {
  if (!start_sink()) return;
  for (;;) {
    const Next next = round();
    if (next == Next::Stop) break;
    if (next == Next::Go) {
      backoffs_in_a_row_ = 0;
    } else {
      pause(next);
    }
  }
  try {
    sink_->stop(*this, Deadline(drain_until_.load(std::memory_order_acquire)));
  } catch (const std::exception& error) {
    log_.error("stop failed", {{"reason", error.what()}});
  }
  counters_.stop(wiring_.services->clock.wall());
  const auto all = wiring_.health->all();
  const bool has_failed = std::any_of(all.begin(), all.end(), [&](const ComponentHealth& health) {
    return health.component == component_ && health.state == ComponentState::Failed;
  });
  if (!has_failed) wiring_.health->set(log_, component_, ComponentState::Stopped);
}

Instant SinkRunner::call_tick() {
  const Instant now = wiring_.services->clock.steady();
  if (now < next_tick_) return next_tick_;
  try {
    next_tick_ = sink_->tick(*this);
  } catch (const std::exception& error) {
    log_.error("tick failed", {{"reason", error.what()}});
    next_tick_ = now + wiring_.settings.sink_error_pause;
  }
  return next_tick_;
}

void SinkRunner::pause(Next next) {
  Clock& clock = wiring_.services->clock;
  Instant::duration wait = wiring_.settings.sink_error_pause;
  if (next == Next::BackOff) {
    ++backoffs_in_a_row_;
    wait = std::min<Instant::duration>(wiring_.settings.sink_backoff_step * backoffs_in_a_row_, wiring_.settings.sink_backoff_maximum);
  }
  if (is_draining_) wait = std::min<Instant::duration>(wait, wiring_.settings.sink_backoff_step);
  const Instant end = clock.steady() + wait;
  // The clock's work goes on while the sink waits for its destination.
  while (clock.steady() < end) {
    const Deadline until(std::min(end, call_tick()));
    if (is_draining_) {
      Parker parker;
      clock.park(parker, Deadline(std::min(until.when(), drain_until_.load(std::memory_order_acquire))));
      if (clock.steady() >= drain_until_.load(std::memory_order_acquire)) return;
    } else if (!clock.sleep_until(until, stop_.get_token())) {
      return;
    }
  }
}

bool SinkRunner::drained(bool took_nothing) const {
  if (!is_draining_) return false;
  return took_nothing || wiring_.services->clock.steady() >= drain_until_.load(std::memory_order_acquire);
}

SinkRunner::Next SinkRunner::round() {
  is_draining_ = stop_.stop_requested();
  if (drained(false)) {
    log_.warn("stopped before the channel was empty", {{"events", wiring_.channel->size()}});
    return Next::Stop;
  }
  if (!doubtful_.empty()) {
    call_tick();
    return retry_doubtful();
  }
  Clock& clock = wiring_.services->clock;
  if (wiring_.settings.linger.count() != 0 && !is_draining_ && last_events_ < kFewEvents && clock.steady() - last_round_ < kMoment) {
    Parker parker;
    clock.park(parker, clock.in(wiring_.settings.linger));
  }
  TakeTransaction take;
  auto taken = take_next(sink_->limits(), take);
  if (!taken) {
    counters_.channel_read_fail.increment();
    impaired(taken.status().message());
    return Next::Pause;
  }
  if (*taken != Next::Go) return *taken;
  const Next next = deliver(std::move(take), false);
  last_round_ = clock.steady();
  return next;
}

Result<SinkRunner::Next> SinkRunner::take_next(const TakeLimit& limit, TakeTransaction& take) {
  TakeLimit capped = limit;
  capped.events = std::min(limit.events, wiring_.channel->limits().transaction_capacity);
  const Deadline until = is_draining_ ? Deadline::immediate() : Deadline(call_tick());
  if (is_draining_) call_tick();
  auto first = taker_->take(capped, until, is_draining_ ? std::stop_token() : stop_.get_token());
  if (!first) return std::move(first).status();
  if (first->empty()) {
    counters_.batch_empty.increment();
    last_events_ = UINT32_MAX;
    return drained(true) ? Next::Stop : Next::Go;
  }
  last_events_ = first->events().size();
  if (last_events_ < capped.events) {
    counters_.batch_underflow.increment();
  } else {
    counters_.batch_complete.increment();
  }
  take = *std::move(first);
  for (std::uint32_t joined = 1; joined < limit.join; ++joined) {
    auto more = taker_->take(capped, Deadline::immediate(), {});
    if (!more || more->empty()) break;
    last_events_ += more->events().size();
    take.join(*std::move(more));
  }
  return Next::Go;
}

Result<Outcome> SinkRunner::call_deliver(const EventBatch& batch, Delivery& delivery) {
  try {
    return sink_->deliver(batch, delivery);
  } catch (const std::exception& error) {
    return retryable(std::string("deliver: ") + error.what());
  }
}

SinkRunner::Next SinkRunner::deliver(TakeTransaction take, bool was_in_doubt) {
  const EventBatch& batch = take.events();
  const Ranges all = take.ids();
  counters_.event_drain_attempt.add(batch.size());
  Delivery delivery(*this, all, was_in_doubt);
  auto outcome = call_deliver(batch, delivery);

  if (!outcome && outcome.status().kind() == ErrorKind::Rejected && delivery.rejected().empty()) {
    const Status why = outcome.status();
    const std::uint32_t events = batch.size();
    finish(std::move(take), delivery.delivered_ids(), delivery, Next::Go);
    if (events > 1) {
      log_.warn("the sink refuses a batch without naming the bad event: looking for it by halves", {{"events", events}, {"reason", why}});
      return bisect(all);
    }
    Delivery named(*this, all, was_in_doubt);
    named.reject(0, why.message());
    note_rejected(all, named);
    return Next::Pause;
  }
  if (outcome && *outcome == Outcome::InDoubt) {
    if (Status held = take.hold(owner_); !held.ok()) log_.error("events in doubt could not be held", {{"reason", held}});
    take.give_back();
    doubtful_.add(all);
    sink_->given_back(*this);
    impaired("the destination has not said whether it has the last batch");
    return Next::BackOff;
  }
  if (!outcome) {
    counters_.event_write_fail.increment();
    const Status why = outcome.status();
    if (why.kind() == ErrorKind::Fatal) {
      finish(std::move(take), delivery.delivered_ids(), delivery, Next::Stop);
      wiring_.health->set(log_, component_, ComponentState::Failed, why.message());
      return Next::Stop;
    }
    impaired(why.message());
    return finish(std::move(take), delivery.delivered_ids(), delivery, Next::Pause);
  }
  if (*outcome == Outcome::NotDelivered) return finish(std::move(take), delivery.delivered_ids(), delivery, Next::BackOff);

  Ranges part = all;
  for (const Delivery::Rejected& bad : delivery.rejected()) {
    const EventId id = all.at(bad.index);
    part.remove({id, id + 1});
  }
  note_rejected(all, delivery);
  const Next next = part.empty() ? Next::Pause : delivery.backs_off() ? Next::BackOff : Next::Go;
  if (is_impaired_ && delivery.rejected().empty()) {
    is_impaired_ = false;
    wiring_.health->set(log_, component_, ComponentState::Running);
  }
  return finish(std::move(take), part, delivery, next);
}

void SinkRunner::impaired(std::string_view why) {
  is_impaired_ = true;
  wiring_.health->set(log_, component_, ComponentState::Impaired, why);
}

void SinkRunner::note_rejected(const Ranges& ids, const Delivery& delivery) {
  // Policy `block`, as Flume: a bad event goes back and is tried again. Dead letters take it from here once they exist.
  for (const Delivery::Rejected& bad : delivery.rejected()) {
    const EventId id = ids.at(bad.index);
    if (!blocked_.insert(id).second) continue;
    if (blocked_.size() > kMostBlocked) blocked_.erase(blocked_.begin());
    ledger_.rejected.increment();
    impaired("event " + std::to_string(id) + " is refused and blocks its place in the channel: " + bad.reason);
  }
}

SinkRunner::Next SinkRunner::finish(TakeTransaction take, const Ranges& part, const Delivery& delivery, Next next) {
  const std::uint64_t events = take.ids().count();
  const bool is_whole = part.count() == events;
  bool is_committed = false;
  if (!part.empty() || !delivery.bookmark_entries().empty()) {
    const std::vector<KeyValue> set = views(delivery.bookmark_entries());
    const BookmarkDelta delta{owner_, set};
    const Status committed = take.commit({&delta, set.empty() ? 0U : 1U}, delivery.durability(), is_whole ? nullptr : &part);
    is_committed = committed.ok();
    if (!is_committed) {
      impaired("channel " + wiring_.plan->channel + ": " + committed.message());
      next = Next::Pause;
    }
  }
  take.give_back();
  const std::uint64_t delivered = is_committed ? part.count() : 0;
  if (is_committed) {
    counters_.event_drain_success.add(static_cast<std::int64_t>(delivered));
    ledger_.delivered.add(static_cast<std::int64_t>(delivered));
    sink_->committed(*this);
  }
  if (delivered != events) {
    ledger_.returned.add(static_cast<std::int64_t>(events - delivered));
    sink_->given_back(*this);
  }
  return next;
}

SinkRunner::Next SinkRunner::bisect(const Ranges& ids) {
  const std::uint64_t half = ids.count() / 2;
  Ranges left;
  Ranges right;
  std::uint64_t seen = 0;
  for (const IdRange& range : ids) {
    const std::uint64_t to_left = std::min(range.size(), half > seen ? half - seen : 0);
    left.add({range.lo, range.lo + to_left});
    right.add({range.lo + to_left, range.hi});
    seen += range.size();
  }
  Next worst = Next::Go;
  for (const Ranges* part : {&left, &right}) {
    if (part->empty()) continue;
    auto taken = take_exactly(*part);
    if (!taken) return Next::Pause;  // no longer all there: the next round sees what is
    const Next next = deliver(*std::move(taken), false);
    if (next == Next::Stop) return next;
    worst = std::max(worst, next);
  }
  return worst;
}

SinkRunner::Next SinkRunner::retry_doubtful() {
  const Ranges ids = std::exchange(doubtful_, {});
  auto taken = take_exactly(ids);
  if (!taken) {
    // Settled in the meantime: the destination had them.
    return taken.cause() == Cause::NotFound ? Next::Go : (doubtful_ = ids, Next::BackOff);
  }
  ledger_.redelivered.add(static_cast<std::int64_t>(ids.count()));
  return deliver(*std::move(taken), true);
}

}  // namespace flume::runtime
