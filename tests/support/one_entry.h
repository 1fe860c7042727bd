// The bookmark entry that a test puts, takes or notes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "flume/bookmark.h"

namespace flume {

/// One owner's delta of one key, with the memory that it points to.
class OneEntry {
 public:
  OneEntry(std::string owner, std::string key, std::optional<std::string> value)
      : owner_(std::move(owner)), key_(std::move(key)), value_(std::move(value)), entry_{key_, value_}, delta_{owner_, {&entry_, 1}} {}
  OneEntry(const OneEntry&) = delete;
  OneEntry& operator=(const OneEntry&) = delete;
  operator std::span<const BookmarkDelta>() const { return {&delta_, 1}; }

 private:
  std::string owner_;
  std::string key_;
  std::optional<std::string> value_;
  KeyValue entry_;
  BookmarkDelta delta_;
};

}  // namespace flume
