#include "runtime/source_writer.h"

#include <algorithm>
#include <mutex>

#include "runtime/guarded.h"

namespace flume::runtime {
namespace {

/// Between log lines about one channel.
constexpr auto kTellingPause = std::chrono::seconds(60);

/// A bookmark position as channels take it: views over what the write owns.
class DeltaViews {
 public:
  explicit DeltaViews(const std::vector<Write::OwnedEntry>& position) {
    entries_.reserve(position.size());
    for (const Write::OwnedEntry& entry : position) {
      entries_.push_back({entry.key, entry.value ? std::optional<std::string_view>(*entry.value) : std::nullopt});
    }
    // Entries of one owner stand together.
    for (std::size_t first = 0; first < position.size();) {
      std::size_t last = first;
      while (last < position.size() && position[last].owner == position[first].owner) ++last;
      deltas_.push_back({position[first].owner, std::span(entries_).subspan(first, last - first)});
      first = last;
    }
  }
  [[nodiscard]] std::span<const BookmarkDelta> deltas() const { return {deltas_.begin(), deltas_.size()}; }

 private:
  std::vector<KeyValue> entries_;
  SmallVector<BookmarkDelta, 1> deltas_;
};

std::vector<Write::OwnedEntry> owned(const Position& position) {
  std::vector<Write::OwnedEntry> entries;
  for (const BookmarkDelta& delta : position.set) {
    for (const KeyValue& entry : delta.set) {
      entries.push_back(
          {std::string(delta.owner), std::string(entry.key), entry.value ? std::optional<std::string>(*entry.value) : std::nullopt});
    }
  }
  return entries;
}

}  // namespace

/// The puts of one store_async() that are on their way. Kept alive by their completions.
struct SourceWriter::InFlight {
  std::mutex mutex;         // guards what follows, and the parts of `write`
  std::size_t pending = 1;  // one for the caller, until all are sent
  Status first_error;
  Write* write = nullptr;
  std::function<void(Status)> done;
};

Result<std::unique_ptr<SourceWriter>> SourceWriter::make(const SourceWiring& wiring, SourceCounters& counters, LedgerCounters& ledger) {
  std::unique_ptr<SourceWriter> writer(new SourceWriter(wiring, counters, ledger));
  if (Status opened = guarded("interceptors and selector", [&] { return writer->open_chain(); }); !opened.ok()) return opened;
  if (Status opened = writer->open(); !opened.ok()) return opened;
  return writer;
}

Status SourceWriter::open_chain() {
  const Services& services = *wiring_.services;
  // An unconditional interceptor is fused into the builder unless one before it looks at or changes headers.
  bool may_fuse = true;
  for (const config::PlannedComponent& planned : wiring_.plan->interceptors) {
    auto interceptor = planned.info->make<Interceptor>(planned.options.get(), services);
    if (may_fuse && interceptor->fuse(plan_)) continue;
    may_fuse = may_fuse && !interceptor->uses_headers();
    chain_.push_back(std::move(interceptor));
  }
  std::vector<std::string> names;
  for (const WiredChannel& wired : wiring_.channels) names.push_back(wired.name);
  const config::PlannedComponent& selector = wiring_.plan->selector;
  selector_ = selector.info->make<ChannelSelector>(selector.options.get(), services);
  FLUME_TRY(selector_->bind(names).with_context("selector"));
  balancing_ = dynamic_cast<BalancingSelector*>(selector_.get());
  route_of_all_ = selector_->route_of_all();
  if (!route_of_all_) return {};
  // Required ones first, as Flume does.
  for (const bool is_required : {true, false}) {
    const ChannelSet targets = is_required ? route_of_all_->required : route_of_all_->optional;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (targets.contains(i)) order_of_all_.push_back({i, is_required});
    }
  }
  return {};
}

Status SourceWriter::open() {
  for (const WiredChannel& wired : wiring_.channels) {
    auto putter = wired.channel->putter(wiring_.services->name);
    if (!putter) return std::move(putter).status().with_context("channel " + wired.name);
    targets_.push_back(std::make_unique<Target>());
    targets_.back()->name = wired.name;
    targets_.back()->channel = wired.channel;
    targets_.back()->putter = *std::move(putter);
    targets_.back()->no_sink_left = wired.no_sink_left;
    max_batch_ = std::min(max_batch_, wired.channel->limits().transaction_capacity);
  }
  required_events_.resize(targets_.size());
  optional_events_.resize(targets_.size());
  return {};
}

Result<std::unique_ptr<ChannelWriter>> SourceWriter::another() {
  auto next = make(wiring_, counters_, ledger_);
  if (!next) return std::move(next).status();
  return std::unique_ptr<ChannelWriter>(*std::move(next));
}

Result<std::vector<Bookmark>> SourceWriter::bookmarks(std::string_view owner) {
  std::vector<Bookmark> all;
  for (const WiredChannel& wired : wiring_.channels) {
    auto bookmark = wired.channel->bookmark(owner);
    if (!bookmark) return std::move(bookmark).status().with_context("channel " + wired.name);
    all.push_back(*std::move(bookmark));
  }
  return all;
}

Status SourceWriter::intercept(EventBatch& batch) {
  const std::uint32_t events_before = batch.size();
  const std::uint64_t bytes_before = batch.bytes();
  for (const auto& interceptor : chain_) {
    FLUME_TRY(guarded("intercept", [&] { return interceptor->intercept(batch); }));
    if (batch.empty()) break;
  }
  if (batch.size() < events_before) {
    ledger_.dropped_by_rule.add(events_before - batch.size());
    batch = compacted(std::move(batch), bytes_before);
  }
  return {};
}

EventBatch SourceWriter::compacted(EventBatch batch, std::uint64_t bytes_before) {
  // Little is left of large slabs: copy it, so that a channel's memory follows what it holds.
  if (batch.empty() || batch.bytes() * 2 >= bytes_before) return batch;
  Status copied;
  EventBatch compact = batch.rewrite(rewritten_, [&](const EventView& event, BatchBuilder& builder) {
    if (copied.ok()) copied = builder.add(event);
  });
  return copied.ok() ? std::move(compact) : std::move(batch);
}

void SourceWriter::route_all(EventBatch batch, const Position& position, Parts& parts) const {
  if (batch.empty() && position.set.empty()) return;
  if (order_of_all_.size() == 1 && position.only == ChannelSet::all()) {
    parts.emplace_back(order_of_all_[0].channel, order_of_all_[0].is_required, std::move(batch));
    return;
  }
  for (const Target::Place place : order_of_all_) {
    if (position.only.contains(place.channel)) parts.emplace_back(place.channel, place.is_required, batch);
  }
}

void SourceWriter::route_to_one(EventBatch batch, const Position& position, Parts& parts) {
  const ChannelSet among = position.only & ChannelSet::first(targets_.size());
  if (among.empty()) return;
  const std::size_t chosen = batch.empty() ? targets_.size() : balancing_->next(among);
  for (std::size_t i = 0; i < targets_.size() && !position.set.empty(); ++i) {
    if (i != chosen && among.contains(i)) parts.emplace_back(i, true, EventBatch());
  }
  if (!batch.empty()) parts.emplace_back(chosen, true, std::move(batch));
}

std::uint32_t SourceWriter::route_each(const EventBatch& batch, const Position& position, Parts& parts) {
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    required_events_[i].clear();
    optional_events_[i].clear();
  }
  std::uint32_t index = 0;
  std::uint32_t unrouted = 0;
  for (const EventView event : batch) {
    const Route route = selector_->route(event);
    if (route.required.empty() && route.optional.empty()) ++unrouted;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (route.required.contains(i)) {
        required_events_[i].push_back(index);
      } else if (route.optional.contains(i)) {
        optional_events_[i].push_back(index);
      }
    }
    ++index;
  }
  for (const bool is_required : {true, false}) {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (!position.only.contains(i)) continue;
      const std::vector<std::uint32_t>& events = is_required ? required_events_[i] : optional_events_[i];
      if (events.size() == batch.size() && !events.empty()) {
        parts.push_back({i, is_required, batch});
      } else if (!events.empty()) {
        parts.push_back({i, is_required, compacted(batch.pick(events), batch.bytes())});
      } else if (is_required && !position.set.empty() && optional_events_[i].empty()) {
        parts.push_back({i, true, {}});  // the bookmark reaches every channel
      }
    }
  }
  return unrouted;
}

Result<Write> SourceWriter::prepare(EventBatch batch, const Position& position) {
  const std::uint32_t received = batch.size();
  if (wiring_.plan->info->traits.counts_received) counters_.event_received.add(received);
  ledger_.received.add(received);
  if (!chain_.empty() && received != 0) {
    if (Status intercepted = intercept(batch); !intercepted.ok()) {
      ledger_.rejected.add(received);
      return std::move(intercepted).with_context("interceptors");
    }
  }
  std::uint32_t events = batch.size();
  Parts parts;
  std::uint32_t unrouted = 0;
  if (balancing_ != nullptr) {
    route_to_one(std::move(batch), position, parts);
  } else if (route_of_all_) {
    if (order_of_all_.empty()) unrouted = events;
    route_all(std::move(batch), position, parts);
  } else {
    unrouted = route_each(batch, position, parts);
  }
  if (unrouted != 0) ledger_.dropped_by_rule.add(unrouted);
  events -= unrouted;
  const bool is_stored = parts.empty();  // every channel has them already
  Write write(*this, std::move(parts), owned(position), events, received - events);
  if (is_stored) count_stored(write);
  return write;
}

Result<Putter*> SourceWriter::putter(Target& target) {
  if (target.has_failed.load(std::memory_order_acquire) && target.in_flight.load(std::memory_order_acquire) == 0) {
    auto next = target.channel->putter(wiring_.services->name);
    if (!next) return std::move(next).status();
    target.previous = std::exchange(target.putter, *std::move(next));
    target.has_failed.store(false, std::memory_order_release);
  }
  return target.putter.get();
}

Status SourceWriter::not_stored(const Write::Part& part, Status why) {
  Target& target = *targets_[part.channel];
  if (why.cause() != Cause::Stopped) counters_.channel_write_fail.increment();
  if (part.is_required) return std::move(why).with_context("channel " + target.name);
  ledger_.missed_by_optional.add(part.events.size());
  if (!target.is_missing_out.exchange(true)) {
    wiring_.services->log.warn("optional channel does not take events: it goes without them", {{"channel", target.name}, {"reason", why}});
  }
  return {};
}

void SourceWriter::pass_over(const Write::Part& part, const Status& why, std::span<const BookmarkDelta> deltas) {
  if (deltas.empty() || part.events.empty() || why.cause() == Cause::Stopped) return;
  if (const Status noted = targets_[part.channel]->channel->note(deltas, Durability::Written); !noted.ok()) {
    wiring_.services->log.debug("bookmark of an optional channel stays behind", {{"reason", noted}});
  }
}

void SourceWriter::took_again(const Write::Part& part) {
  Target& target = *targets_[part.channel];
  if (part.is_required || !target.is_missing_out.load(std::memory_order_relaxed) || !target.is_missing_out.exchange(false)) return;
  wiring_.services->log.info("optional channel takes events again", {{"channel", target.name}});
}

void SourceWriter::tell_full(Target& target) {
  const Instant now = wiring_.services->clock.steady();
  if (now < target.next_tell_full) return;
  target.next_tell_full = now + kTellingPause;
  target.is_told_full = true;
  const std::string_view meanwhile = balancing_ != nullptr ? "the source waits for room in it, and the other channels get nothing meanwhile"
                                                           : "the source waits for room in it";
  wiring_.services->log.warn("a channel is full", {{"channel", target.name}, {"events", target.channel->size()}, {"so", meanwhile}});
}

void SourceWriter::tell_room(Target& target) {
  target.is_told_full = false;
  wiring_.services->log.info("the channel has room again", {{"channel", target.name}});
}

Status SourceWriter::unless_in_vain(const Target& target, Status stored) {
  const bool has_no_room = stored.cause() == Cause::Full || stored.cause() == Cause::Stopped;
  if (!has_no_room || !target.no_sink_left.stop_requested()) return stored;
  return fatal("it is full, and no sink is left to take from it", Cause::Stopped);
}

void SourceWriter::count_stored(const Write& write) {
  // Flume's counter is of what the source gave, dropped events included.
  counters_.event_accepted.add(write.events() + write.left_out());
  ledger_.stored.add(write.events());
}

void SourceWriter::given_up(Write& write) noexcept { ledger_.rejected.add(write.events()); }

Status SourceWriter::store(Write& write, Deadline deadline, std::stop_token stop) {
  auto& parts = write.parts();
  if (parts.empty()) return {};
  const DeltaViews position(write.position());
  while (!parts.empty()) {
    Write::Part& part = parts.front();
    Target& target = *targets_[part.channel];
    Status stored;
    // Before a note, too: the channel refuses those that come behind a put that failed, until the source has a new putter.
    if (auto opened = putter(target); !opened) {
      stored = std::move(opened).status();
    } else if (part.events.empty()) {
      stored = target.channel->note(position.deltas(), note_durability());
    } else if (stop.stop_possible()) {
      stored = (*opened)->put(part.events, position.deltas(), deadline, parts.size() == 1 ? std::exchange(stop, {}) : stop);
    } else {
      stored = unless_in_vain(target, (*opened)->put(part.events, position.deltas(), deadline, target.no_sink_left));
    }
    if (stored.ok()) {
      took_again(part);
      if (target.is_told_full) tell_room(target);
    } else {
      if (!part.is_required) pass_over(part, stored, position.deltas());
      if (part.is_required && stored.cause() == Cause::Full) {
        target.has_refused = true;
        if (deadline != Deadline::immediate()) tell_full(target);
      }
      FLUME_TRY(not_stored(part, std::move(stored)));
    }
    parts.erase(parts.begin(), parts.begin() + 1);
  }
  count_stored(write);
  return {};
}

void SourceWriter::finish_one(InFlight& flight, Status status) {
  std::function<void(Status)> done;
  Status result;
  {
    const std::lock_guard lock(flight.mutex);
    if (!status.ok() && flight.first_error.ok()) flight.first_error = std::move(status);
    if (--flight.pending != 0) return;
    done = std::move(flight.done);
    result = std::move(flight.first_error);
    if (result.ok()) count_stored(*flight.write);
  }
  if (done) done(std::move(result));
}

Status SourceWriter::send(Write& write, Write::Part& part, std::span<const BookmarkDelta> deltas, const std::shared_ptr<InFlight>& flight) {
  Target& target = *targets_[part.channel];
  auto opened = putter(target);
  if (!opened) return std::move(opened).status();
  if (part.events.empty()) return target.channel->note(deltas, note_durability());
  {
    const std::lock_guard lock(flight->mutex);
    ++flight->pending;
  }
  target.in_flight.fetch_add(1, std::memory_order_relaxed);
  const auto arrived = [this, flight, &write, &target, channel = part.channel, is_required = part.is_required](Status stored,
                                                                                                               EventBatch unsent) {
    Write::Part back{channel, is_required, std::move(unsent)};
    if (stored.ok()) {
      took_again(back);
    } else {
      target.has_failed.store(true, std::memory_order_release);
      stored = not_stored(back, std::move(stored));
      if (!stored.ok()) {
        const std::lock_guard lock(flight->mutex);
        write.parts().push_back(std::move(back));
      }
    }
    target.in_flight.fetch_sub(1, std::memory_order_release);
    finish_one(*flight, std::move(stored));
  };
  Status accepted = unless_in_vain(target, (*opened)->put_async(part.events, deltas, arrived));
  if (!accepted.ok()) {
    target.in_flight.fetch_sub(1, std::memory_order_relaxed);
    const std::lock_guard lock(flight->mutex);
    --flight->pending;
  }
  return accepted;
}

Status SourceWriter::store_async(Write& write, std::function<void(Status)> done) {
  if (write.parts().empty()) {
    if (done) done({});
    return {};
  }
  const DeltaViews position(write.position());
  const auto flight = std::make_shared<InFlight>();
  flight->write = &write;
  flight->done = std::move(done);
  // What is not yet sent is here; completions put back into the write what did not arrive.
  Parts unsent = std::move(write.parts());
  bool is_any_sent = false;
  for (std::size_t i = 0; i < unsent.size(); ++i) {
    Write::Part& part = unsent[i];
    Status accepted = send(write, part, position.deltas(), flight);
    if (accepted.ok()) {
      is_any_sent = true;
      continue;
    }
    if (part.is_required) {
      Target& target = *targets_[part.channel];
      target.has_refused = true;
      // Full is an answer here, not a failure: the source waits for room and comes again.
      Status refused = accepted.cause() == Cause::Full ? std::move(accepted).with_context("channel " + target.name)
                                                       : not_stored(part, std::move(accepted));
      {
        const std::lock_guard lock(flight->mutex);
        for (; i < unsent.size(); ++i) write.parts().push_back(std::move(unsent[i]));
      }
      if (!is_any_sent) return refused;
      // Some parts are on their way: the caller hears of the refusal when they have arrived.
      finish_one(*flight, std::move(refused));
      return {};
    }
    pass_over(part, accepted, position.deltas());
    not_stored(part, std::move(accepted)).ignore();  // optional: counted, and that is all
  }
  finish_one(*flight, {});
  return {};
}

void SourceWriter::on_space(std::function<void()> callback) {
  std::vector<Target*> waiting;
  for (const auto& target : targets_) {
    if (std::exchange(target->has_refused, false)) waiting.push_back(target.get());
  }
  if (waiting.empty() && route_of_all_) {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (route_of_all_->required.contains(i)) waiting.push_back(targets_[i].get());
    }
  }
  if (waiting.empty()) {
    callback();
    return;
  }
  const auto left = std::make_shared<std::atomic<std::size_t>>(waiting.size());
  const auto shared = std::make_shared<std::function<void()>>(std::move(callback));
  for (Target* target : waiting) {
    const std::function<void()> is_answered = [left, shared, was_called = std::make_shared<std::atomic<bool>>(false)] {
      if (!was_called->exchange(true) && left->fetch_sub(1) == 1) (*shared)();
    };
    target->at_no_sink_left.emplace(target->no_sink_left, is_answered);
    target->putter->on_space(is_answered);
  }
}

}  // namespace flume::runtime
