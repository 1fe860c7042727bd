// The component types that Apache Flume 1.11 has, by alias and class: so that none of them is ever called unknown.
// A constant table, compared with tests/data/keys.tsv by a test. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/agent_plan.h"

namespace flume::config {

struct FlumeType {
  Kind kind;
  std::string_view alias;  ///< empty: only by class
  std::string_view class_name;
};

/// All of them, by kind, those with an alias first.
[[nodiscard]] std::span<const FlumeType> flume_types();

/// Why a type of Flume's is not here.
inline constexpr std::string_view kNotInThisVersion = "in Apache Flume, but not in this version of flume-cpp";

class FlumeTypes final : public ForeignTypes {
 public:
  [[nodiscard]] std::optional<std::string> about(Kind kind, std::string_view type_or_class) const override;
  [[nodiscard]] std::vector<std::string> words(Kind kind) const override;
};

}  // namespace flume::config
