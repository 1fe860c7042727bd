// The bookmark that a sink leaves in its dead-letter channel with each put: which events of its own channel were put.
//   key    <uuid of that channel, 32 hexadecimal digits>.<part>
//   value  1 <epoch of that channel> <ids: 5-7,9>
// The first word is the version. Pure; any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "flume/channel.h"

namespace flume::runtime {

/// "deadLetter:k1"; every owner with this beginning has such bookmarks.
inline constexpr std::string_view kWindowOwnerPrefix = "deadLetter:";
/// So many ranges are below the longest value of a bookmark, however large their ids are.
inline constexpr std::size_t kMostWindowRanges = 90;

[[nodiscard]] std::string window_key_prefix(const ChannelIdentity& channel);
[[nodiscard]] std::string window_value(const ChannelIdentity& channel, const Ranges& ids);

/// The ids, if the epoch is of this channel's past; none if not (a channel from a backup gives ids anew). Corrupt: not such a
/// value, or of a version that is not known.
[[nodiscard]] Result<Ranges> read_window(const ChannelIdentity& channel, std::string_view value);

}  // namespace flume::runtime
