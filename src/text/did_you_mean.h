// The name that a misspelt one probably stands for. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flume {

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other, ignoring the
/// case of ASCII letters; `limit` + 1 when there are more than `limit`.
[[nodiscard]] std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate next to `written` if it is near enough for its length (short names allow fewer slips);
/// the first one on a tie; never `written` itself.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string> candidates);
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string_view> candidates);

/// "did you mean NAME?", or nothing.
[[nodiscard]] std::string did_you_mean(const std::optional<std::string>& name);

}  // namespace flume
