#include "text/did_you_mean.h"

#include <algorithm>
#include <utility>

#include "text/ascii.h"

namespace flume {

namespace {

constexpr std::size_t kLongestCompared = 128;  // bytes; nobody misspells a longer name

std::size_t allowed_slips(std::size_t length) {
  if (length <= 2) return 0;  // only the case may differ
  if (length <= 5) return 1;
  return length <= 9 ? 2 : 3;
}

template <typename Text>
std::optional<std::string> nearest(std::string_view written, std::span<const Text> candidates) {
  std::size_t best = allowed_slips(written.size()) + 1;
  std::optional<std::string> name;
  for (const std::string_view candidate : candidates) {
    if (candidate == written || best == 0) continue;
    const std::size_t distance = spelling_distance(written, candidate, best - 1);
    if (distance >= best) continue;
    best = distance;
    name = candidate;
  }
  return name;
}

}  // namespace

std::size_t spelling_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t longer = std::max(a.size(), b.size());
  if (longer - std::min(a.size(), b.size()) > limit || longer > kLongestCompared) return limit + 1;
  // Three rows of the usual table: a swap of neighbours looks two rows back.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char mine = to_lower(a[i - 1]);
      const char other = to_lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (mine == other ? 0U : 1U)});
      if (i > 1 && j > 1 && mine == to_lower(b[j - 2]) && to_lower(a[i - 2]) == other) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string> candidates) {
  return nearest(written, candidates);
}

std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string_view> candidates) {
  return nearest(written, candidates);
}

std::string did_you_mean(const std::optional<std::string>& name) { return name ? "did you mean " + *name + "?" : std::string(); }

}  // namespace flume
