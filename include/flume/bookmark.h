// Bookmarks: small named state of a source or sink that a channel stores atomically with a put, a take
// or a note: a source's position, a sink's file lengths. They are what makes exactly-once possible.
// Limits (a channel refuses more, Cause::TooLarge): key 256 B, value 4 KiB, one delta 1 MiB, owner 16 MiB.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flume {

/// Sets `key` to `value`; without a value it is erased.
struct KeyValue {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// A change of one owner's bookmark. Views: the channel copies before it returns.
/// `owner` = type + identity: "sink:k1", "taildir:/var/lib/flume/position.json".
struct BookmarkDelta {
  std::string_view owner;
  std::span<const KeyValue> set;
};

inline constexpr std::size_t kMaxBookmarkKey = 256;
inline constexpr std::size_t kMaxBookmarkValue = 4096;
inline constexpr std::size_t kMaxBookmarkDelta = 1024 * 1024;
inline constexpr std::size_t kMaxBookmarkOwner = 16 * 1024 * 1024;

/// One owner's state, as last committed.
using Bookmark = std::map<std::string, std::string, std::less<>>;

}  // namespace flume
