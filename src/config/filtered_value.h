// Values that came from config filters, and how not to show them. Values, pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace flume::config {

struct FilteredValue {
  std::string value;
  std::string placeholder;  ///< what is shown instead: "${name['key']}"
};

/// `text` with each value in it replaced by its placeholder, the longest first. Values of less than four bytes stay: they say
/// nothing, and would be found everywhere.
[[nodiscard]] std::string without_filtered_values(std::string text, const std::vector<FilteredValue>& values);

}  // namespace flume::config
