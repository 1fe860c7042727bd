#include "runtime/dead_letter_channel.h"

#include <algorithm>

#include "runtime/guarded.h"
#include "runtime/stored_window.h"

namespace flume::runtime {
namespace {

/// Cuts the first ids from `ids`: at most `events` of them, in at most `ranges` ranges.
Ranges cut_front(Ranges& ids, std::uint64_t events, std::size_t ranges) {
  Ranges front;
  for (const IdRange& range : ids) {
    if (events == 0 || front.range_count() == ranges) break;
    const std::uint64_t some = std::min(range.size(), events);
    front.add({range.lo, range.lo + some});
    events -= some;
  }
  ids.remove(front);
  return front;
}

}  // namespace

Status DeadLetterChannel::start() {
  FLUME_TRY(open());
  if (settings_.source.survives_crash() && !settings_.target.survives_crash()) {
    log_.warn("bad events leave a channel that survives a crash for one that does not: a crash loses them",
              {{"channel", settings_.source_name}, {"dead_letters", settings_.target_name}});
  }
  return settle_stored().status();
}

Status DeadLetterChannel::open() {
  if (putter_) return {};
  if (!settings_.has_started()) return retryable("channel " + settings_.target_name + " has not started");
  if (settings_.source.survives_crash()) FLUME_TRY(read_windows());
  auto putter = settings_.target.putter(owner_);
  if (!putter) return std::move(putter).status();
  putter_ = *std::move(putter);
  return {};
}

Status DeadLetterChannel::read_windows() {
  const ChannelIdentity identity = settings_.source.identity();
  const std::string prefix = window_key_prefix(identity);
  Ranges stored;
  std::size_t parts = 0;
  // Of all sinks: what another one of this channel had put may come to this one.
  for (const std::string& owner : settings_.target.owners()) {
    if (!owner.starts_with(kWindowOwnerPrefix)) continue;
    const auto bookmark = settings_.target.bookmark(owner);
    if (!bookmark) return bookmark.status();
    for (const auto& [key, value] : *bookmark) {
      if (!key.starts_with(prefix)) continue;
      auto ids = read_window(identity, value);
      if (!ids) return std::move(ids).status().with_context("bookmark of " + owner + " in channel " + settings_.target_name);
      stored.add(*ids);
      if (owner == owner_) ++parts;
    }
  }
  stored_ = std::move(stored);
  parts_ = parts;
  return {};
}

Result<std::uint64_t> DeadLetterChannel::settle_stored() {
  if (stored_.empty()) return std::uint64_t{0};
  FLUME_TRY(settings_.settle(stored_));
  stored_.clear();
  return std::exchange(returned_, {}).count();
}

void DeadLetterChannel::committed() {
  stored_.remove(answered_);
  returned_.remove(answered_);
  answered_.clear();
}

void DeadLetterChannel::given_back() {
  returned_.add(answered_);
  answered_.clear();
}

DeadLetters::Stored DeadLetterChannel::store(EventBatch letters, const Ranges& ids) {
  Stored stored = put_what_is_new(std::move(letters), ids);
  answered_ = stored.ids;
  return stored;
}

DeadLetters::Stored DeadLetterChannel::put_what_is_new(EventBatch letters, const Ranges& ids) {
  if (Status opened = open(); !opened.ok()) return {{}, std::move(opened)};
  const Ranges known = stored_.intersection(ids);
  Ranges others = stored_;
  others.remove(ids);
  if (!others.empty()) {
    if (Status settled = settings_.settle(others); !settled.ok()) return {known, std::move(settled)};
    stored_ = known;
  }
  // The next bookmark would forget these: they are committed first.
  if (!known.empty()) return {known, known == ids ? Status() : retryable("others, stored before, go first")};
  Stored stored;
  Ranges left = ids;
  for (std::size_t part = 0; !left.empty(); ++part) {
    const Ranges some = cut_front(left, std::max(1U, settings_.target.limits().transaction_capacity), kMostWindowRanges);
    EventBatch batch = letters.split_front(static_cast<std::uint32_t>(some.count()));
    stored.trouble = put(batch, some, part);
    if (!stored.trouble.ok()) break;
    stored.ids.add(some);
    stored_.add(some);
  }
  return stored;
}

Status DeadLetterChannel::put(EventBatch& batch, const Ranges& ids, std::size_t part) {
  std::vector<std::string> keys;
  std::vector<KeyValue> set;
  std::string value;
  if (settings_.source.survives_crash()) {
    const ChannelIdentity identity = settings_.source.identity();
    const std::string prefix = window_key_prefix(identity);
    const std::size_t last = part == 0 ? std::max<std::size_t>(parts_, 1) : part + 1;
    for (std::size_t i = part; i < last; ++i) keys.push_back(prefix + std::to_string(i));
    value = window_value(identity, ids);
    for (const std::string& key : keys) set.push_back({key, std::nullopt});
    set.front().value = value;
  }
  const BookmarkDelta delta{owner_, set};
  FLUME_TRY(guarded("put", [&] { return putter_->put(batch, {&delta, set.empty() ? 0U : 1U}, Deadline::immediate(), {}); }));
  parts_ = part + 1;
  return {};
}

}  // namespace flume::runtime
