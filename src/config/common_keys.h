// The keys that the plan itself reads, for every component of a kind: `type`, `channels`, `selector.*`, ... The component's
// own keys are in its option table. Constants; any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "flume/options.h"

namespace flume::config {

struct CommonKey {
  std::string_view key;  ///< relative to the component; `<name>` and `*` stand for what the user chooses
  std::string_view type;
  std::string_view default_text;
  std::string_view doc;
  bool required = false;
  std::string_view no_effect{};
  bool extension = false;  ///< a key that Apache Flume does not have
};

/// In the order in which people read them.
[[nodiscard]] std::span<const CommonKey> common_keys(Kind kind);

/// Where the keys of a component of this kind are: "<agent>.sources.<name>.", "interceptors.<name>.".
[[nodiscard]] std::string_view key_prefix(Kind kind);

/// `key` (relative to a source, channel or sink) is the plan's to read, not the component's.
[[nodiscard]] bool is_common_key(Kind kind, std::string_view key);

}  // namespace flume::config
