// What a segment log must say of itself, and what it does say.
#pragma once

#include <map>
#include <string>

#include "flume/bookmark.h"
#include "flume/ids.h"
#include "flume/result.h"
#include "storage/segment_log.h"

namespace flume::power {

struct LogContents {
  EventId next_id = 1;
  std::map<EventId, std::string> live;  // not delivered
  std::map<std::string, Bookmark> bookmarks;
  std::map<std::string, Ranges> holds;
  friend bool operator==(const LogContents&, const LogContents&) = default;
};

std::string to_string(const LogContents& contents);
/// Of an opened log. An error: it says that it is damaged, or cannot be read.
Result<LogContents> observe(storage::SegmentLog& log);

}  // namespace flume::power
