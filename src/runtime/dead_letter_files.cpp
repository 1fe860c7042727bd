#include "runtime/dead_letter_files.h"

#include "runtime/guarded.h"

namespace flume::runtime {
namespace {

Services services_of(const config::PlannedComponent& plan, const Services& outer) {
  Services services = outer;
  services.name = plan.name;
  services.log = outer.log.named("sinks." + plan.name);
  return services;
}

}  // namespace

DeadLetterFiles::DeadLetterFiles(const config::PlannedComponent& plan, SinkContext& outer, Channel& channel, const Services& services)
    : outer_(outer),
      channel_(channel),
      services_(services_of(plan, services)),
      owner_("deadLetter:" + outer.name()),
      counters_(plan.name),
      sink_(plan.info->make<Sink>(plan.options.get(), services_)) {}

Status DeadLetterFiles::note(std::span<const KeyValue> set, Durability durability) {
  const BookmarkDelta delta{owner_, set};
  return channel_.note({&delta, 1}, durability);
}

Status DeadLetterFiles::hold(const Ranges& ids) {
  const Hold hold{owner_, ids};
  return channel_.note({}, Durability::Written, &hold);
}

Status DeadLetterFiles::settle(const Ranges& ids, std::span<const KeyValue> set) {
  const BookmarkDelta delta{owner_, set};
  return channel_.settle(ids, {&delta, set.empty() ? 0U : 1U});
}

Status DeadLetterFiles::start() {
  if (has_started_) return {};
  FLUME_TRY(guarded("start", [this] { return sink_->start(*this); }));
  has_started_ = true;
  return {};
}

DeadLetters::Stored DeadLetterFiles::store(EventBatch letters, const Ranges& ids) {
  if (Status started = start(); !started.ok()) return {{}, std::move(started)};
  ids_ = ids;
  set_.clear();
  delivery_.emplace(static_cast<SinkContext&>(*this), ids_, false);
  ticks_.had_events(services_.clock.steady());
  const Result<Outcome> outcome = guarded("deliver", [&] { return sink_->deliver(letters, *delivery_); });
  Stored stored;
  if (outcome && *outcome == Outcome::Delivered) {
    stored.ids = ids;
    for (const Delivery::Rejected& rejected : delivery_->rejected()) {
      if (rejected.index >= letters.size()) continue;
      const EventId id = ids.at(rejected.index);
      stored.ids.remove({id, id + 1});
      stored.trouble = flume::rejected(rejected.reason);
    }
  } else {
    stored.ids = delivery_->delivered_ids().intersection(ids);
    stored.trouble = outcome ? retryable("the files did not take them") : outcome.status();
  }
  if (!delivery_->set_aside_ids().empty()) {
    stored.ids.remove(delivery_->set_aside_ids());
    stored.trouble = retryable(delivery_->why_set_aside());
  }
  is_all_stored_ = stored.ids == ids;
  if (stored.ids.empty()) {
    given_back();
    return stored;
  }
  for (const Delivery::BookmarkEntry& entry : delivery_->bookmark_entries()) {
    set_.push_back({entry.key, entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt});
  }
  return stored;
}

void DeadLetterFiles::add_deltas(std::vector<BookmarkDelta>& deltas) {
  if (delivery_ && !set_.empty()) deltas.push_back({owner_, set_});
}

void DeadLetterFiles::committed() {
  if (!delivery_) return;
  sink_->committed(*this);
  if (!is_all_stored_) sink_->given_back(*this);
  delivery_.reset();
}

void DeadLetterFiles::given_back() {
  if (!delivery_) return;
  sink_->given_back(*this);
  delivery_.reset();
}

Instant DeadLetterFiles::tick() {
  if (!has_started_) return Instant::max();
  const Instant now = services_.clock.steady();
  if (ticks_.is_due(now)) {
    const Status ticked = guarded("tick", [&] { ticks_.answered(now, sink_->tick(*this)); });
    if (!ticked.ok()) {
      services_.log.warn("the files of dead letters could not be looked after", {{"reason", ticked}});
      ticks_.answered(now, now + std::chrono::seconds(5));
    }
  }
  return ticks_.next();
}

void DeadLetterFiles::stop(Deadline deadline) {
  if (!has_started_) return;
  if (const Status stopped = guarded("stop", [&] { sink_->stop(*this, deadline); }); !stopped.ok()) {
    services_.log.error("the files of dead letters could not be closed", {{"reason", stopped}});
  }
}

}  // namespace flume::runtime
