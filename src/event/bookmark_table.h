// All bookmarks of a channel in memory, with the limits of flume/bookmark.h. What a channel keeps on disk is its own affair.
// Owned and locked by the channel.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/bookmark.h"
#include "flume/result.h"

namespace flume {

class BookmarkTable {
 public:
  /// Rejected, Cause::TooLarge, when a key, a value, a delta or what it would make of its owner is above the limits. `more_bytes`:
  /// that each owner may get meanwhile.
  [[nodiscard]] Status check(std::span<const BookmarkDelta> deltas, std::size_t more_bytes = 0) const;
  /// Precondition: check(deltas) is ok. An owner without keys is forgotten.
  void apply(std::span<const BookmarkDelta> deltas);

  [[nodiscard]] Bookmark get(std::string_view owner) const;
  [[nodiscard]] std::vector<std::string> owners() const;
  void clear() noexcept { owners_.clear(); }

 private:
  struct Owner {
    Bookmark entries;
    std::size_t bytes = 0;  // of keys and values
  };
  std::map<std::string, Owner, std::less<>> owners_;
};

}  // namespace flume
