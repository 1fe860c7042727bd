#include "runtime/bad_events.h"

#include <algorithm>

#include "runtime/guarded.h"

namespace flume::runtime {
namespace {

constexpr std::size_t kLongestReason = 1000;
/// Between log lines about bad events, which may be as many as events.
constexpr auto kTellingPause = std::chrono::seconds(60);

/// Cut where a character of UTF-8 begins.
std::string_view short_reason(std::string_view reason) {
  if (reason.size() <= kLongestReason) return reason;
  std::size_t end = kLongestReason;
  while (end != 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U) --end;
  return reason.substr(0, end);
}

}  // namespace

BadEvents::BadEvents(const config::PlannedSink& plan, const Services& services, SinkLedger& ledger, std::unique_ptr<DeadLetters> letters)
    : plan_(plan), services_(services), ledger_(ledger), letters_(std::move(letters)), pool_(SlabPool::make(2)), builder_(*pool_) {}

void BadEvents::start() {
  if (!letters_) return;
  if (const Status started = letters_->start(); !started.ok()) {
    services_.log.warn("the dead letters cannot be reached: bad events stay in their channel meanwhile", {{"reason", started}});
  }
}

Status BadEvents::settle_stored() {
  if (!letters_) return {};
  const auto settled = letters_->settle_stored();
  if (settled) ledger_.dead_lettered.add(static_cast<std::int64_t>(*settled));
  return settled.status();
}

Ranges BadEvents::dispose(const EventBatch& events, const Ranges& ids, const Ranges& refused, const Refusals& reasons) {
  trouble_.clear();
  if (plan_.bad_events == config::BadEventPolicy::Block) return {};
  const auto reason = reasons.find(refused.lowest());
  last_reason_ = reason == reasons.end() ? std::string() : reason->second;
  if (!letters_) return refused;
  Ranges wanted = refused;
  EventBatch letters = letters_of(events, ids, reasons, wanted);
  if (wanted.empty()) return {};
  DeadLetters::Stored stored = letters_->store(std::move(letters), wanted);
  if (!stored.trouble.ok()) trouble_ = stored.trouble.message();
  return stored.ids;
}

EventBatch BadEvents::letters_of(const EventBatch& events, const Ranges& ids, const Refusals& reasons, Ranges& wanted) {
  const std::string time = std::to_string(services_.clock.wall().time_since_epoch().count());
  const Ranges refused = wanted;
  auto range = ids.begin();
  EventId id = range->lo;
  for (const EventView event : events) {
    if (refused.contains(id)) {
      const auto reason = reasons.find(id);
      builder_.headers_of(event);
      builder_.header(dead_letter_header::kReason, reason == reasons.end() ? std::string_view() : short_reason(reason->second));
      builder_.header(dead_letter_header::kSink, plan_.name);
      builder_.header(dead_letter_header::kChannel, plan_.channel);
      builder_.header(dead_letter_header::kAttempts, std::to_string(++attempts_[id]));
      builder_.header(dead_letter_header::kTime, time);
      if (const Status built = builder_.body(event.body()); !built.ok()) {
        trouble_ = built.message();
        wanted.remove({id, id + 1});
      }
    }
    ++id;
    if (id != range->hi) continue;
    ++range;
    if (range != ids.end()) id = range->lo;
  }
  return builder_.take();
}

void BadEvents::add_deltas(std::vector<BookmarkDelta>& deltas) {
  if (letters_) letters_->add_deltas(deltas);
}

void BadEvents::committed(const Ranges& disposed) {
  if (letters_) letters_->committed();
  (letters_ ? ledger_.dead_lettered : ledger_.dropped).add(static_cast<std::int64_t>(disposed.count()));
  tell(disposed);
}

void BadEvents::forget(const Ranges& gone) {
  if (attempts_.empty()) return;
  for (const IdRange& range : gone) attempts_.erase(attempts_.lower_bound(range.lo), attempts_.lower_bound(range.hi));
}

void BadEvents::given_back() {
  if (letters_) letters_->given_back();
}

void BadEvents::tell(const Ranges& disposed) {
  untold_ += disposed.count();
  const Instant now = services_.clock.steady();
  if (now < next_told_) return;
  next_told_ = now + kTellingPause;
  services_.log.warn(letters_ ? "bad events were put into the dead letters" : "bad events were dropped",
                     {{"events", std::exchange(untold_, 0)}, {"channel", plan_.channel}, {"reason", last_reason_}});
}

void BadEvents::stop(Deadline deadline) {
  if (letters_) letters_->stop(deadline);
}

}  // namespace flume::runtime
