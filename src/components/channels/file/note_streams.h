// Which stream of puts the bookmarks of an owner came with last. A note of the same owner must not be stored when one of those
// puts was not: it would say that their events are there. Guarded by the channel's lock.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "flume/bookmark.h"

namespace flume {

class NoteStreams {
 public:
  using Stream = std::shared_ptr<std::atomic<bool>>;

  void came_with(std::string_view source, std::span<const BookmarkDelta> deltas, const Stream& stream) {
    for (const BookmarkDelta& delta : deltas) {
      const auto found = streams_.find(delta.owner);
      if (found == streams_.end()) {
        streams_.emplace(delta.owner, Last{std::string(source), stream});
      } else if (found->second.stream != stream) {
        found->second = {std::string(source), stream};
      }
    }
  }
  /// The source has a new putter: it has heard of what was not stored.
  void forget(std::string_view source) {
    std::erase_if(streams_, [source](const auto& each) { return each.second.source == source; });
  }
  /// Null: the owners have none. Of several the one that has failed.
  [[nodiscard]] Stream of(std::span<const BookmarkDelta> deltas) const {
    Stream last;
    for (const BookmarkDelta& delta : deltas) {
      const auto found = streams_.find(delta.owner);
      if (found != streams_.end() && (!last || *found->second.stream)) last = found->second.stream;
    }
    return last;
  }

 private:
  struct Last {
    std::string source;
    Stream stream;
  };
  std::map<std::string, Last, std::less<>> streams_;  // by owner: as many as sources with bookmarks
};

}  // namespace flume
