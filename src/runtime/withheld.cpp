#include "runtime/withheld.h"

#include <utility>

namespace flume::runtime {

Status Withheld::write(const Ranges& doubtful, const Ranges& refused, const Ranges& of_sink) {
  Hold hold{owner_, doubtful};
  hold.ids.add(refused);
  hold.ids.add(of_sink);
  FLUME_TRY(channel_.note({}, Durability::Written, &hold));
  is_known_ = true;
  return {};
}

void Withheld::adopt_what_was_left() {
  doubtful_ = channel_.held(owner_);
  doubtful_.remove(of_sink_);
}

Status Withheld::hold_for_sink(const Ranges& ids) {
  FLUME_TRY(write(doubtful_, refused_, ids));
  of_sink_ = ids;
  return {};
}

Status Withheld::add_doubtful(const Ranges& ids) {
  doubtful_.add(ids);
  refused_.remove(ids);
  is_known_ = false;
  return make_known();
}

Status Withheld::make_known() { return is_known_ ? Status() : write(doubtful_, refused_, of_sink_); }

Status Withheld::add_refused(const Ranges& ids) {
  if (refused_.contains(ids)) return {};
  Ranges refused = refused_;
  refused.add(ids);
  FLUME_TRY(write(doubtful_, refused, of_sink_));
  refused_ = std::move(refused);
  doubtful_.remove(ids);
  return {};
}

Status Withheld::release(const Ranges& ids) {
  if (doubtful_.intersection(ids).empty() && refused_.intersection(ids).empty()) return {};
  doubtful_.remove(ids);
  refused_.remove(ids);
  Status written = write(doubtful_, refused_, of_sink_);
  if (!written.ok()) doubtful_.add(ids);
  return written;
}

Status Withheld::release_refused() {
  if (refused_.empty()) return {};
  refused_.clear();
  return write(doubtful_, refused_, of_sink_);
}

void Withheld::forget(const Ranges& ids) noexcept {
  if (!doubtful_.empty()) doubtful_.remove(ids);
  if (!refused_.empty()) refused_.remove(ids);
  if (!of_sink_.empty()) of_sink_.remove(ids);
}

void Withheld::forget_what_is_gone() {
  const Ranges held = channel_.held(owner_);
  doubtful_ = doubtful_.intersection(held);
  refused_ = refused_.intersection(held);
}

}  // namespace flume::runtime
