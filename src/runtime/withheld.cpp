#include "runtime/withheld.h"

#include <utility>

namespace flume::runtime {

Status Withheld::change_to(Sets sets) {
  Hold hold{owner_, sets.doubtful};
  hold.ids.add(sets.refused);
  hold.ids.add(sets.waiting);
  hold.ids.add(sets.of_sink);
  FLUME_TRY(channel_.note({}, Durability::Written, &hold));
  sets_ = std::move(sets);
  is_known_ = true;
  return {};
}

void Withheld::adopt_what_was_left() {
  sets_.doubtful = channel_.held(owner_);
  sets_.doubtful.remove(sets_.of_sink);
}

Status Withheld::hold_for_sink(const Ranges& ids) {
  Sets sets = sets_;
  sets.of_sink = ids;
  return change_to(std::move(sets));
}

Status Withheld::add_doubtful(const Ranges& ids) {
  sets_.doubtful.add(ids);
  sets_.refused.remove(ids);
  sets_.waiting.remove(ids);
  is_known_ = false;
  return make_known();
}

Status Withheld::make_known() { return is_known_ ? Status() : change_to(sets_); }

Status Withheld::add_refused(const Ranges& ids) {
  if (sets_.refused.contains(ids)) return {};
  if (sets_.refused.range_count() + ids.range_count() > kMostRefused) {
    return retryable("there are " + std::to_string(sets_.refused.count()) +
                         " already, and more are not passed: with badEvents = deadletter or drop they would be",
                     Cause::Full);
  }
  Sets sets = sets_;
  sets.refused.add(ids);
  sets.doubtful.remove(ids);
  sets.waiting.remove(ids);
  return change_to(std::move(sets));
}

Status Withheld::add_waiting(const Ranges& ids) {
  if (sets_.waiting.contains(ids)) return {};
  Sets sets = sets_;
  sets.waiting.add(ids);
  sets.doubtful.remove(ids);
  return change_to(std::move(sets));
}

Status Withheld::release(const Ranges& ids) {
  if (sets_.doubtful.intersection(ids).empty() && sets_.refused.intersection(ids).empty()) return {};
  sets_.doubtful.remove(ids);
  sets_.refused.remove(ids);
  Status written = change_to(sets_);
  if (!written.ok()) sets_.doubtful.add(ids);
  return written;
}

Status Withheld::release_refused() {
  if (sets_.refused.empty()) return {};
  sets_.refused.clear();
  return change_to(sets_);
}

Status Withheld::release_waiting() {
  if (sets_.waiting.empty()) return {};
  Sets sets = sets_;
  sets.waiting.clear();
  return change_to(std::move(sets));
}

void Withheld::forget(const Ranges& ids) noexcept {
  for (Ranges* set : {&sets_.doubtful, &sets_.refused, &sets_.waiting, &sets_.of_sink}) {
    if (!set->empty()) set->remove(ids);
  }
}

void Withheld::forget_what_is_gone() {
  const Ranges held = channel_.held(owner_);
  for (Ranges* set : {&sets_.doubtful, &sets_.refused, &sets_.waiting}) *set = set->intersection(held);
}

}  // namespace flume::runtime
