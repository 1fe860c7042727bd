#include "event/bookmark_table.h"

namespace flume {
namespace {

Status too_large(std::string_view owner, std::string_view what, std::size_t bytes, std::size_t limit) {
  return {ErrorKind::Rejected,
          "bookmark of " + std::string(owner) + ": " + std::string(what) + " of " + std::to_string(bytes) + " bytes, at most " +
              std::to_string(limit) + " are stored",
          Cause::TooLarge};
}

}  // namespace

Status BookmarkTable::check(std::span<const BookmarkDelta> deltas, std::size_t more_bytes) const {
  for (const BookmarkDelta& delta : deltas) {
    const auto known = owners_.find(delta.owner);
    std::size_t delta_bytes = 0;
    std::size_t owner_bytes = known == owners_.end() ? 0 : known->second.bytes;
    for (const KeyValue& entry : delta.set) {
      if (entry.key.size() > kMaxBookmarkKey) return too_large(delta.owner, "key", entry.key.size(), kMaxBookmarkKey);
      const std::size_t value_bytes = entry.value ? entry.value->size() : 0;
      if (value_bytes > kMaxBookmarkValue) {
        return too_large(delta.owner, "value of key " + std::string(entry.key), value_bytes, kMaxBookmarkValue);
      }
      delta_bytes += entry.key.size() + value_bytes;
      if (entry.value) owner_bytes += entry.key.size() + value_bytes;
      if (known == owners_.end()) continue;
      const auto old = known->second.entries.find(entry.key);
      // A key named twice in one delta is subtracted twice: never below zero, and the next check sees the true sum.
      if (old != known->second.entries.end()) owner_bytes -= std::min(owner_bytes, old->first.size() + old->second.size());
    }
    if (delta_bytes > kMaxBookmarkDelta) return too_large(delta.owner, "change", delta_bytes, kMaxBookmarkDelta);
    if (owner_bytes + more_bytes > kMaxBookmarkOwner) return too_large(delta.owner, "state", owner_bytes, kMaxBookmarkOwner);
  }
  return {};
}

void BookmarkTable::apply(std::span<const BookmarkDelta> deltas) {
  for (const BookmarkDelta& delta : deltas) {
    auto owner = owners_.find(delta.owner);
    for (const KeyValue& entry : delta.set) {
      if (!entry.value) {
        if (owner == owners_.end()) continue;
        const auto old = owner->second.entries.find(entry.key);
        if (old == owner->second.entries.end()) continue;
        owner->second.bytes -= old->first.size() + old->second.size();
        owner->second.entries.erase(old);
        continue;
      }
      if (owner == owners_.end()) owner = owners_.try_emplace(std::string(delta.owner)).first;
      const auto old = owner->second.entries.find(entry.key);
      if (old != owner->second.entries.end()) {
        owner->second.bytes += entry.value->size() - old->second.size();
        old->second.assign(*entry.value);
      } else {
        owner->second.bytes += entry.key.size() + entry.value->size();
        owner->second.entries.emplace(entry.key, *entry.value);
      }
    }
    if (owner != owners_.end() && owner->second.entries.empty()) owners_.erase(owner);
  }
}

Bookmark BookmarkTable::get(std::string_view owner) const {
  const auto known = owners_.find(owner);
  return known == owners_.end() ? Bookmark() : known->second.entries;
}

std::vector<std::string> BookmarkTable::owners() const {
  std::vector<std::string> names;
  names.reserve(owners_.size());
  for (const auto& [name, owner] : owners_) names.push_back(name);
  return names;
}

}  // namespace flume
