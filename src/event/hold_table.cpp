#include "event/hold_table.h"

#include <utility>

namespace flume {

Ranges HoldTable::held(std::string_view owner) const {
  const auto known = owners_.find(owner);
  return known == owners_.end() ? Ranges() : known->second;
}

Ranges HoldTable::held_among(const Ranges& ids) const {
  Ranges found;
  for (const auto& [name, held] : owners_) found.add(held.intersection(ids));
  return found;
}

Ranges HoldTable::held_by_others(std::string_view owner, const Ranges& ids) const {
  Ranges found;
  for (const auto& [name, held] : owners_) {
    if (name != owner) found.add(held.intersection(ids));
  }
  return found;
}

void HoldTable::replace(std::string_view owner, Ranges ids) {
  const auto known = owners_.find(owner);
  if (ids.empty()) {
    if (known != owners_.end()) owners_.erase(known);
  } else if (known != owners_.end()) {
    known->second = std::move(ids);
  } else {
    owners_.emplace(owner, std::move(ids));
  }
}

void HoldTable::add(std::string_view owner, const Ranges& ids) {
  if (ids.empty()) return;
  const auto known = owners_.find(owner);
  if (known != owners_.end()) {
    known->second.add(ids);
  } else {
    owners_.emplace(owner, ids);
  }
}

void HoldTable::release(const Ranges& ids) {
  for (auto owner = owners_.begin(); owner != owners_.end();) {
    owner->second.remove(ids);
    owner = owner->second.empty() ? owners_.erase(owner) : std::next(owner);
  }
}

Status held_by_another(const Ranges& ids) { return retryable("events " + to_string(ids) + " are held by another owner", Cause::NotFound); }

}  // namespace flume
