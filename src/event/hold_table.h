// Which ids are withheld, and for whom. An id is held by one owner at most. Whether its event waits in the channel
// or is in an open take is the channel's affair. Owned and locked by the channel.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "flume/ids.h"
#include "flume/result.h"

namespace flume {

class HoldTable {
 public:
  [[nodiscard]] bool empty() const noexcept { return owners_.empty(); }
  [[nodiscard]] Ranges held(std::string_view owner) const;
  /// Those of `ids` that are held by anybody, and by anybody but `owner`.
  [[nodiscard]] Ranges held_among(const Ranges& ids) const;
  [[nodiscard]] Ranges held_by_others(std::string_view owner, const Ranges& ids) const;

  /// The owner's hold becomes `ids`; none: it has no hold.
  void replace(std::string_view owner, Ranges ids);
  void add(std::string_view owner, const Ranges& ids);
  /// Nobody holds these any more.
  void release(const Ranges& ids);
  [[nodiscard]] const std::map<std::string, Ranges, std::less<>>& owners() const noexcept { return owners_; }
  void clear() noexcept { owners_.clear(); }

 private:
  std::map<std::string, Ranges, std::less<>> owners_;  // no hold is empty
};

/// The refusal of a hold or take of ids that somebody else holds.
[[nodiscard]] Status held_by_another(const Ranges& ids);

}  // namespace flume
