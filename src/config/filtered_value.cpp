#include "config/filtered_value.h"

#include <algorithm>

namespace flume::config {

std::string without_filtered_values(std::string text, const std::vector<FilteredValue>& values) {
  constexpr std::size_t kShortestHidden = 4;
  std::vector<const FilteredValue*> longest_first;
  for (const FilteredValue& each : values) {
    if (each.value.size() >= kShortestHidden) longest_first.push_back(&each);
  }
  std::sort(longest_first.begin(), longest_first.end(), [](const auto* a, const auto* b) { return a->value.size() > b->value.size(); });
  for (const FilteredValue* each : longest_first) {
    for (std::size_t at = text.find(each->value); at != std::string::npos; at = text.find(each->value, at + each->placeholder.size()))
      text.replace(at, each->value.size(), each->placeholder);
  }
  return text;
}

}  // namespace flume::config
