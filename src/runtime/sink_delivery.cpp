// What a deliver of a sink leads to: commit, withhold, give back. (The rounds are in sink_member.cpp.)
#include <algorithm>

#include "runtime/guarded.h"
#include "runtime/sink_member.h"

namespace flume::runtime {
namespace {

std::vector<KeyValue> views(const std::vector<Delivery::BookmarkEntry>& entries) {
  std::vector<KeyValue> set;
  set.reserve(entries.size());
  for (const auto& entry : entries) set.push_back({entry.key, entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt});
  return set;
}

/// The first `n` ids.
Ranges first_of(const Ranges& ids, std::uint64_t n) {
  Ranges front;
  for (const IdRange& range : ids) {
    const std::uint64_t some = std::min(range.size(), n);
    front.add({range.lo, range.lo + some});
    n -= some;
    if (n == 0) break;
  }
  return front;
}

}  // namespace

Next SinkMember::deliver(TakeTransaction take, bool was_in_doubt) {
  counters_.event_drain_attempt.add(take.events().size());
  ticks_.had_events(wiring_.services->clock.steady());
  Delivery delivery(*this, take.ids(), was_in_doubt, &withheld_.waiting());
  bool has_thrown = true;
  const Result<Outcome> outcome = guarded("deliver", [&] {
    Result<Outcome> answer = sink_->deliver(take.events(), delivery);
    has_thrown = false;
    return answer;
  });
  Verdict verdict;
  if (!delivery.rejected().empty()) verdict.refused = named_bad(delivery, take.ids(), verdict.reasons);
  if (!delivery.set_aside_ids().empty()) {
    verdict.waiting = delivery.set_aside_ids().intersection(take.ids());
    verdict.waiting.remove(verdict.refused);
  }

  if (outcome && *outcome == Outcome::Delivered) {
    fares(Fate::Delivered);
    verdict.done = take.ids();
    verdict.done.remove(verdict.refused);
    verdict.done.remove(verdict.waiting);
    verdict.next = delivery.backs_off() ? Next::BackOff : Next::Go;
    return finish(std::move(take), verdict, delivery);
  }
  if (!delivery.delivered_ids().empty()) verdict.done = delivery.delivered_ids().intersection(take.ids());
  verdict.done.remove(verdict.waiting);
  verdict.refused.remove(verdict.done);
  fares(!outcome && outcome.status().kind() == ErrorKind::Rejected ? Fate::Delivered : Fate::Failed);
  const bool is_in_doubt = (outcome && *outcome == Outcome::InDoubt) || (has_thrown && was_in_doubt);
  if (is_in_doubt) {
    verdict.doubtful = take.ids();
    verdict.doubtful.remove(verdict.done);
    verdict.doubtful.remove(verdict.refused);
    verdict.doubtful.remove(verdict.waiting);
    verdict.next = Next::BackOff;
    if (!outcome) counters_.event_write_fail.increment();
    impaired("the destination has not said whether it has the last batch" +
             (delivery.explanation().empty() ? std::string() : ": " + delivery.explanation()));
    return finish(std::move(take), verdict, delivery);
  }
  if (outcome) {
    verdict.next = Next::BackOff;
    if (!delivery.explanation().empty()) impaired(delivery.explanation() + "; " + where_they_stay());
    return finish(std::move(take), verdict, delivery);
  }
  return not_delivered(std::move(take), std::move(verdict), delivery, outcome.status());
}

Next SinkMember::not_delivered(TakeTransaction take, Verdict verdict, const Delivery& delivery, const Status& why) {
  if (why.kind() == ErrorKind::Rejected && delivery.rejected().empty()) {
    return look_for_bad_event(std::move(take), std::move(verdict), delivery, why);
  }
  counters_.event_write_fail.increment();
  if (why.kind() != ErrorKind::Fatal) {
    impaired(why.message() + "; " + where_they_stay() +
             (wiring_.is_in_group ? std::string() : ", " + next_try_in(wiring_.settings.sink_error_pause)));
    verdict.next = Next::Pause;
    return finish(std::move(take), verdict, delivery);
  }
  has_failed_ = true;
  verdict.next = Next::Stop;
  finish(std::move(take), verdict, delivery);
  wiring_.health->set(log_, component_, ComponentState::Failed, why.message());
  return Next::Stop;
}

std::string SinkMember::where_they_stay() const {
  if (!wiring_.is_in_group) return "the events stay in channel " + wiring_.plan->channel;
  return "the events are the next sink's, those that none takes stay in channel " + wiring_.plan->channel;
}

Ranges SinkMember::named_bad(const Delivery& delivery, const Ranges& ids, Refusals& reasons) {
  Ranges bad;
  const std::uint64_t events = ids.count();
  for (const Delivery::Rejected& rejected : delivery.rejected()) {
    if (rejected.index >= events) continue;
    const EventId id = ids.at(rejected.index);
    bad.add({id, id + 1});
    why_refused_ = rejected.reason;
    reasons.emplace(id, rejected.reason);
  }
  return bad;
}

bool SinkMember::set_aside(const Ranges& refused) {
  if (!wiring_.is_in_group) return withhold(refused);
  // As in Flume the next sink gets what this one did not take.
  if (const Status released = withheld_.release(refused); !released.ok()) return withhold(refused);
  passed_on_.add(refused);
  return true;
}

bool SinkMember::withhold(const Ranges& refused) {
  // As in Flume a bad event stays in the channel and is tried again. Withheld, so that the others pass it.
  Ranges fresh = refused;
  fresh.remove(withheld_.refused());
  plan_withheld_try();
  if (fresh.empty()) return true;
  if (const Status held = withheld_.add_refused(fresh); !held.ok()) {
    impaired("bad events could not be set aside (" + why_refused_ + "): " + held.message());
    return false;
  }
  ledger_.rejected.add(static_cast<std::int64_t>(fresh.count()));
  is_impaired_ = true;
  tell_refused();
  return true;
}

void SinkMember::tell_refused() {
  constexpr std::chrono::minutes kBetweenTold{1};
  constexpr std::uint64_t kMostNamed = 5;
  const Instant now = wiring_.services->clock.steady();
  if (now < next_refusals_told_) return;
  next_refusals_told_ = now + kBetweenTold;
  const std::uint64_t count = withheld_.refused().count();
  const std::string ids = to_string(first_of(withheld_.refused(), kMostNamed)) + (count > kMostNamed ? ", ..." : "");
  const std::string what =
      count == 1 ? "event " + ids + " is refused and stays" : std::to_string(count) + " events (" + ids + ") are refused and stay";
  impaired(what + " in channel " + wiring_.plan->channel + ": " + why_refused_);
}

bool SinkMember::let_wait(const Ranges& waiting, std::string_view why) {
  plan_withheld_try();
  if (const Status held = withheld_.add_waiting(waiting); !held.ok()) {
    impaired("events could not be set aside: " + held.message());
    return false;
  }
  impaired(std::to_string(waiting.count()) + " events wait in channel " + wiring_.plan->channel +
           " while others go on: " + std::string(why));
  return true;
}

void SinkMember::plan_withheld_try() {
  if (next_withheld_) return;  // when this try has ended
  const Instant now = wiring_.services->clock.steady();
  if (has_withheld() && next_withheld_try_ > now && next_withheld_try_ != Instant::max()) return;  // together with those before
  constexpr std::uint32_t kMostDoublings = 4;
  next_withheld_try_ = now + wiring_.settings.sink_error_pause * (1U << std::min(vain_tries_, kMostDoublings));
}

Ranges SinkMember::dispose_of_refused(const TakeTransaction& take, const Verdict& verdict, Next& next) {
  if (verdict.refused.empty()) return {};
  const Ranges disposed = bad_events_.dispose(take.events(), take.ids(), verdict.refused, verdict.reasons);
  Ranges left = verdict.refused;
  left.remove(disposed);
  if (left.empty()) return disposed;
  const std::string& trouble = bad_events_.trouble();
  if (!trouble.empty()) why_refused_ += "; they cannot be put into the dead letters: " + trouble;
  if (!set_aside(left)) next = std::max(next, Next::Pause);
  return disposed;
}

void SinkMember::close_disposal(const Ranges& disposed, bool is_committed) {
  if (is_committed) {
    Ranges fresh = disposed;
    fresh.remove(withheld_.refused());
    ledger_.rejected.add(static_cast<std::int64_t>(fresh.count()));
    bad_events_.committed(disposed);
    return;
  }
  bad_events_.given_back();
  // They may be in the dead letters already: nobody else is to deliver them.
  if (bad_events_.is_kept_elsewhere()) withhold(disposed);
}

Next SinkMember::finish(TakeTransaction take, const Verdict& verdict, const Delivery& delivery) {
  const Ranges ids = take.ids();
  const std::uint64_t events = ids.count();
  const std::uint64_t done = verdict.done.count();
  Next next = verdict.next;
  const Ranges disposed = dispose_of_refused(take, verdict, next);
  Ranges leaving = verdict.done;
  leaving.add(disposed);
  const std::uint64_t left = leaving.count();
  if (!verdict.waiting.empty() && !let_wait(verdict.waiting, delivery.why_set_aside())) next = std::max(next, Next::Pause);
  if (!verdict.doubtful.empty()) {
    if (const Status held = withheld_.add_doubtful(verdict.doubtful); !held.ok()) {
      log_.error("events in doubt could not be withheld from others", {{"reason", held}});
    }
  }
  bool is_committed = false;
  if (left != 0) {
    const std::vector<KeyValue> set = views(delivery.bookmark_entries());
    std::vector<BookmarkDelta> deltas;
    if (done != 0 && !set.empty()) deltas.push_back({owner_, set});
    Durability durability = delivery.durability();
    if (!disposed.empty()) {
      bad_events_.add_deltas(deltas);
      if (bad_events_.is_kept_elsewhere()) durability = Durability::Synced;
    }
    const Status committed = take.commit(deltas, durability, left == events ? nullptr : &leaving);
    is_committed = committed.ok();
    if (!is_committed) {
      impaired("channel " + wiring_.plan->channel + ": " + committed.message());
      next = std::max(next, Next::Pause);
    }
  }
  if (!disposed.empty()) close_disposal(disposed, is_committed);
  if (done != events && delivery.was_in_doubt()) {
    // The destination has spoken: it has not got these. They are events like any other again.
    Ranges back = ids;
    back.remove(verdict.done);
    back.remove(verdict.refused);
    back.remove(verdict.waiting);
    back.remove(verdict.doubtful);
    if (const Status released = withheld_.release(back); !released.ok()) {
      impaired("channel " + wiring_.plan->channel + ": " + released.message());
    }
  }
  if (is_committed) {
    if (next_withheld_ && !has_any_gone_) {
      has_any_gone_ = !leaving.intersection(withheld_.refused()).empty() || !leaving.intersection(withheld_.waiting()).empty();
    }
    withheld_.forget(leaving);
    bad_events_.forget(leaving);
    settled_.add(leaving);
    counters_.event_drain_success.add(static_cast<std::int64_t>(done) -
                                      std::min<std::int64_t>(delivery.uncounted(), static_cast<std::int64_t>(done)));
    ledger_.delivered.add(static_cast<std::int64_t>(done));
  }
  settled_.add(verdict.waiting);
  settled_.add(verdict.doubtful);
  take.give_back();
  if (is_committed && done != 0) sink_->committed(*this);
  if (!is_committed || done != events) {
    ledger_.returned.add(static_cast<std::int64_t>(is_committed ? events - left : events));
    sink_->given_back(*this);
  }
  if (is_committed && next <= Next::BackOff && verdict.doubtful.empty()) went_well();
  return next;
}

Next SinkMember::look_for_bad_event(TakeTransaction take, Verdict verdict, const Delivery& delivery, const Status& why) {
  Ranges left = take.ids();
  left.remove(verdict.done);
  if (left.count() == 1) {
    why_refused_ = why.message();
    verdict.refused = left;
    verdict.reasons.emplace(left.lowest(), why.message());
    return finish(std::move(take), verdict, delivery);
  }
  if (!is_searching_) {
    impaired("the sink refuses a batch without naming the bad event, which is looked for by halves: " + why.message());
  }
  finish(std::move(take), verdict, delivery);
  if (left.empty()) return Next::Go;
  const bool was_searching = std::exchange(is_searching_, true);
  const Next next = bisect(left);
  is_searching_ = was_searching;
  if (next <= Next::BackOff) went_well();
  return next;
}

Next SinkMember::bisect(const Ranges& ids) {
  const Ranges left = first_of(ids, ids.count() / 2);
  Ranges right = ids;
  right.remove(left);
  Next worst = Next::Go;
  for (const Ranges* part : {&left, static_cast<const Ranges*>(&right)}) {
    if (is_past_drain()) return Next::Stop;
    auto taken = take_exactly(*part);
    if (!taken) return Next::BackOff;  // no longer all there: the next round sees what is
    const Next next = deliver(*std::move(taken), false);
    // The destination, not an event, is the trouble now.
    if (next >= Next::Pause) return next;
    worst = std::max(worst, next);
  }
  return worst;
}

Ranges SinkMember::one_take_of(const Ranges& ids) const {
  return first_of(ids, std::max(1U, std::min(sink_->limits().events, wiring_.channel->limits().transaction_capacity)));
}

Next SinkMember::retry_doubtful() {
  const Ranges ids = one_take_of(withheld_.doubtful());
  auto taken = take_exactly(ids);
  if (!taken) {
    if (taken.cause() != Cause::NotFound) {
      impaired("channel " + wiring_.plan->channel + ": " + taken.status().message());
      return Next::BackOff;
    }
    withheld_.forget_what_is_gone();
    return Next::BackOff;
  }
  ledger_.redelivered.add(static_cast<std::int64_t>(ids.count()));
  return deliver(*std::move(taken), true);
}

Next SinkMember::retry_withheld() {
  if (!next_withheld_) {
    next_withheld_ = 0;
    has_any_gone_ = false;
  }
  Ranges left = withheld_.refused();
  left.add(withheld_.waiting());
  left = left.intersection(IdRange{*next_withheld_, UINT64_MAX});
  const Ranges ids = one_take_of(left);
  Next next = Next::Go;
  bool is_last = ids.count() == left.count();
  if (!ids.empty()) {
    next_withheld_ = ids.end_id();
    if (auto taken = take_exactly(ids)) {
      next = deliver(*std::move(taken), false);
    } else {
      withheld_.forget_what_is_gone();
      next = taken.cause() == Cause::NotFound ? Next::Go : Next::BackOff;
    }
  }
  // With a destination that is away the rest would fare no better.
  if (is_last || next != Next::Go) end_withheld_tries();
  // Those that nothing is wrong with go on meanwhile.
  return next == Next::Stop ? Next::Stop : Next::Go;
}

void SinkMember::end_withheld_tries() {
  next_withheld_.reset();
  vain_tries_ = has_any_gone_ ? 0 : vain_tries_ + 1;
  next_withheld_try_ = Instant::max();
  if (has_withheld()) plan_withheld_try();
}

}  // namespace flume::runtime
