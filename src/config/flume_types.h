// The component types that Apache Flume 1.11 has, by alias and class: so that none of them is ever called unknown.
// A constant table, compared with tests/data/keys.tsv by a test. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/agent_plan.h"

namespace flume::config {

class FlumeTypes final : public ForeignTypes {
 public:
  [[nodiscard]] std::optional<std::string> about(Kind kind, std::string_view type_or_class) const override;
  [[nodiscard]] std::vector<std::string> words(Kind kind) const override;
};

}  // namespace flume::config
