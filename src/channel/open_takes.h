// The takes that are neither committed nor given back, in take order. An owner's are committed in that order, so that
// what a sink undoes after a failure never belongs to a later take that is committed already.
// Owned and locked by the channel.
#pragma once

#include <string>

#include "flume/ids.h"

namespace flume {

class OpenTakes {
 public:
  /// `owner`: the taker's name, one object per name.
  void add(const std::string* owner, const Ranges& ids) { takes_.push_back({owner, ids}); }
  /// True when no earlier take of the owner is open than those that are all among `ids`: one, or several that were joined, in
  /// whatever order they were taken.
  [[nodiscard]] bool is_first(const std::string* owner, const Ranges& ids) const noexcept {
    for (const Take& take : takes_) {
      if (take.owner == owner) return ids.contains(take.ids);
    }
    return false;
  }
  /// The takes whose events are all among `ids`: one, or several that were joined.
  void remove(const Ranges& ids) noexcept {
    remove_if([&](const Take& take) { return ids.contains(take.ids); });
  }
  /// Of one owner: when others may have taken the events already.
  void remove(const std::string* owner, const Ranges& ids) noexcept {
    remove_if([&](const Take& take) { return take.owner == owner && ids.contains(take.ids); });
  }
  [[nodiscard]] Ranges open_among(const Ranges& ids) const {
    Ranges found;
    for (const Take& take : takes_) found.add(take.ids.intersection(ids));
    return found;
  }
  [[nodiscard]] bool empty() const noexcept { return takes_.empty(); }

 private:
  struct Take {
    const std::string* owner;
    Ranges ids;
  };
  template <typename Which>
  void remove_if(Which&& which) noexcept {
    Take* kept = takes_.begin();
    for (Take& take : takes_) {
      if (!which(take)) std::swap(*kept++, take);
    }
    takes_.erase(kept, takes_.end());
  }
  SmallVector<Take, 4> takes_;
};

}  // namespace flume
