#include "runtime/source_writer.h"

#include <algorithm>
#include <mutex>

namespace flume::runtime {
namespace {

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

Result<std::unique_ptr<SourceWriter>> SourceWriter::make(const SourceWiring& wiring, SourceCounters& counters, LedgerCounters& ledger) {
  std::unique_ptr<SourceWriter> writer(new SourceWriter(wiring, counters, ledger));
  if (Status opened = writer->open(); !opened.ok()) return opened;
  return writer;
}

Status SourceWriter::open() {
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
  route_of_all_ = selector_->route_of_all();
  required_ = route_of_all_ ? route_of_all_->required : ChannelSet::first(names.size());

  max_batch_ = UINT32_MAX;
  for (const WiredChannel& wired : wiring_.channels) {
    auto putter = wired.channel->putter(services.name);
    if (!putter) return std::move(putter).status().with_context("channel " + wired.name);
    putters_.push_back(*std::move(putter));
    max_batch_ = std::min(max_batch_, wired.channel->limits().transaction_capacity);
  }
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
    FLUME_TRY(interceptor->intercept(batch));
    if (batch.empty()) break;
  }
  if (batch.size() < events_before) {
    ledger_.dropped_by_rule.add(events_before - batch.size());
    // Little is left of large slabs: copy it, so that a channel's memory follows what it holds.
    if (!batch.empty() && batch.bytes() * 2 < bytes_before) {
      Status copied;
      EventBatch compact = batch.rewrite(rewritten_, [&](const EventView& event, BatchBuilder& builder) {
        if (copied.ok()) copied = builder.add(event);
      });
      FLUME_TRY(std::move(copied));
      batch = std::move(compact);
    }
  }
  return {};
}

void SourceWriter::route(const EventBatch& batch, const Position& position, SmallVector<Write::Part, 1>& parts) const {
  const std::size_t channels = wiring_.channels.size();
  if (route_of_all_) {
    // Required ones first, as Flume does.
    for (const bool is_required : {true, false}) {
      const ChannelSet targets = (is_required ? route_of_all_->required : route_of_all_->optional) & position.only;
      for (std::size_t i = 0; i < channels; ++i) {
        if (targets.contains(i) && (!batch.empty() || !position.set.empty())) parts.push_back({i, is_required, batch});
      }
    }
    return;
  }
  std::vector<std::vector<std::uint32_t>> required(channels);
  std::vector<std::vector<std::uint32_t>> optional(channels);
  std::uint32_t index = 0;
  std::uint32_t unrouted = 0;
  for (const EventView event : batch) {
    const Route route = selector_->route(event);
    if (route.required.empty() && route.optional.empty()) ++unrouted;
    for (std::size_t i = 0; i < channels; ++i) {
      if (route.required.contains(i)) {
        required[i].push_back(index);
      } else if (route.optional.contains(i)) {
        optional[i].push_back(index);
      }
    }
    ++index;
  }
  if (unrouted != 0) ledger_.dropped_by_rule.add(unrouted);
  for (const bool is_required : {true, false}) {
    auto& positions = is_required ? required : optional;
    for (std::size_t i = 0; i < channels; ++i) {
      if (!position.only.contains(i)) continue;
      if (!positions[i].empty()) {
        parts.push_back({i, is_required, batch.pick(positions[i])});
      } else if (is_required && !position.set.empty() && optional[i].empty()) {
        parts.push_back({i, true, {}});  // the bookmark reaches every channel
      }
    }
  }
}

Result<Write> SourceWriter::prepare(EventBatch batch, const Position& position) {
  counters_.event_received.add(batch.size());
  ledger_.received.add(batch.size());
  if (!chain_.empty()) {
    const std::uint32_t received = batch.size();
    if (Status intercepted = intercept(batch); !intercepted.ok()) {
      ledger_.rejected.add(received);
      return std::move(intercepted).with_context("interceptors");
    }
  }
  SmallVector<Write::Part, 1> parts;
  route(batch, position, parts);
  return Write(*this, std::move(parts), owned(position));
}

Status SourceWriter::not_stored(const Write::Part& part, Status why) const {
  const std::string& name = wiring_.channels[part.channel].name;
  if (why.cause() != Cause::Stopped) counters_.channel_write_fail.increment();
  if (part.is_required) return std::move(why).with_context("channel " + name);
  wiring_.services->log.warn("optional channel did not take a batch", {{"channel", name}, {"events", part.events.size()}, {"reason", why}});
  return {};
}

void SourceWriter::count_stored(std::uint64_t events) {
  counters_.event_accepted.add(static_cast<std::int64_t>(events));
  ledger_.stored.add(static_cast<std::int64_t>(events));
}

Status SourceWriter::store(Write& write, Deadline deadline, std::stop_token stop) {
  auto& parts = write.parts();
  if (parts.empty()) return {};
  const DeltaViews position(write.position());
  while (!parts.empty()) {
    Write::Part& part = parts.front();
    const std::uint32_t events = part.events.size();
    Status stored = events == 0 ? wiring_.channels[part.channel].channel->note(position.deltas(), Durability::Written)
                                : putters_[part.channel]->put(part.events, position.deltas(), deadline, stop);
    const bool is_stored = stored.ok();
    if (!is_stored) FLUME_TRY(not_stored(part, std::move(stored)));
    if (is_stored) count_stored(events);
    parts.erase(parts.begin(), parts.begin() + 1);
  }
  return {};
}

namespace {

/// The puts of one write that are on their way. Kept alive by their completions.
struct InFlight {
  std::mutex mutex;
  std::size_t pending = 1;  // one for the caller, until all are sent
  Status first_error;
  std::function<void(Status)> done;
};

void finish_one(InFlight& flight, Status status) {
  std::function<void(Status)> done;
  Status result;
  {
    const std::lock_guard lock(flight.mutex);
    if (!status.ok() && flight.first_error.ok()) flight.first_error = std::move(status);
    if (--flight.pending != 0) return;
    done = std::move(flight.done);
    result = std::move(flight.first_error);
  }
  if (done) done(std::move(result));
}

}  // namespace

Status SourceWriter::store_async(Write& write, std::function<void(Status)> done) {
  auto& parts = write.parts();
  const DeltaViews position(write.position());
  const auto flight = std::make_shared<InFlight>();
  flight->done = std::move(done);
  SmallVector<Write::Part, 1> sent;
  sent = std::move(parts);
  parts.clear();
  bool is_any_sent = false;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    Write::Part& part = sent[i];
    const std::uint32_t events = part.events.size();
    Status accepted;
    if (events == 0) {
      accepted = wiring_.channels[part.channel].channel->note(position.deltas(), Durability::Written);
    } else {
      {
        const std::lock_guard lock(flight->mutex);
        ++flight->pending;
      }
      const std::size_t channel = part.channel;
      const bool is_required = part.is_required;
      accepted = putters_[channel]->put_async(part.events, position.deltas(),
                                              [this, flight, &write, channel, is_required, events](Status stored, EventBatch unsent) {
                                                if (stored.ok()) {
                                                  count_stored(events);
                                                } else {
                                                  Write::Part back{channel, is_required, std::move(unsent)};
                                                  stored = not_stored(back, std::move(stored));
                                                  if (!stored.ok()) {
                                                    const std::lock_guard lock(flight->mutex);
                                                    write.parts().push_back(std::move(back));
                                                  }
                                                }
                                                finish_one(*flight, std::move(stored));
                                              });
      if (!accepted.ok()) {
        const std::lock_guard lock(flight->mutex);
        --flight->pending;
      }
    }
    if (accepted.ok()) {
      is_any_sent = true;
      continue;
    }
    Status refused = not_stored(part, std::move(accepted));
    if (refused.ok()) continue;  // an optional channel
    {
      const std::lock_guard lock(flight->mutex);
      for (; i < sent.size(); ++i) write.parts().push_back(std::move(sent[i]));
    }
    if (!is_any_sent) return refused;
    // Some parts are on their way: the caller hears of the refusal when they have arrived.
    finish_one(*flight, std::move(refused));
    return {};
  }
  finish_one(*flight, {});
  return {};
}

void SourceWriter::on_space(std::function<void()> callback) {
  std::vector<Putter*> waiting;
  for (std::size_t i = 0; i < putters_.size(); ++i) {
    if (required_.contains(i)) waiting.push_back(putters_[i].get());
  }
  if (waiting.empty()) {
    callback();
    return;
  }
  const auto left = std::make_shared<std::atomic<std::size_t>>(waiting.size());
  const auto shared = std::make_shared<std::function<void()>>(std::move(callback));
  for (Putter* putter : waiting) {
    putter->on_space([left, shared] {
      if (left->fetch_sub(1) == 1) (*shared)();
    });
  }
}

}  // namespace flume::runtime
