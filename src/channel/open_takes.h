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
  /// True when no earlier take of the owner is open. An open take is known by its lowest id.
  [[nodiscard]] bool is_first(const std::string* owner, EventId lowest) const noexcept {
    for (const Take& take : takes_) {
      if (take.owner == owner) return take.ids.lowest() == lowest;
    }
    return false;
  }
  /// The takes whose events are all among `ids`: one, or several that were joined.
  void remove(const Ranges& ids) noexcept {
    Take* kept = takes_.begin();
    for (Take& take : takes_) {
      if (!ids.contains(take.ids)) std::swap(*kept++, take);
    }
    takes_.erase(kept, takes_.end());
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
  SmallVector<Take, 4> takes_;
};

}  // namespace flume
