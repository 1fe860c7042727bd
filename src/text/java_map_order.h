// The order in which java.util.HashMap walks its keys: the order of headers wherever Flume prints a map
// (header_and_text, logger). Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace flume {

/// String.hashCode() of a text in UTF-8 (malformed sequences count as U+FFFD).
[[nodiscard]] std::int32_t java_string_hash(std::string_view text) noexcept;

/// Sets `order` to the positions in `keys` (unique, in order of insertion) as a map walks them that the keys were put
/// into one by one. Differs from Flume: maps that some of its sources copy at once have another order when
/// they are small; an event does not tell which it was.
void java_map_order(std::span<const std::string_view> keys, std::vector<std::uint32_t>& order);

}  // namespace flume
