// What config filters are made with: they work before the agent has services. Everything outlives them. Main's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "config/config_filters.h"
#include "flume/component.h"
#include "flume/files.h"
#include "io/process.h"

namespace flume {

struct ConfigFilterContext {
  using Environment = std::map<std::string, std::string, std::less<>>;
  /// Runs a command to its end and gives what it printed; InvalidConfig when that takes longer or is more than 1 MiB.
  using Run = std::function<Result<std::pair<std::string, ExitStatus>>(Command command, std::chrono::milliseconds longest)>;

  const Environment& environment;  ///< with what flume-env.sh set
  Files& files;
  std::string conf_folder;         ///< --conf, or empty
  std::string hadoop_conf_folder;  ///< or empty
  Run run;
};

/// A config filter declares itself as other components do; the SDK has no interface of its own for it, so how it is made stands
/// in its header.
using MakeConfigFilter = Result<std::unique_ptr<config::ConfigFilter>> (*)(const void* options, const ConfigFilterContext& context);

template <const auto& Table>
constexpr ComponentInfo describe_config_filter(std::string_view type, std::string_view doc, WordList class_names) {
  using Options = typename std::remove_cvref_t<decltype(Table)>::Options;
  return {.kind = Kind::ConfigFilter,
          .type = type,
          .doc = doc,
          .class_names = class_names,
          .options = Table.rows,
          .make_options = []() -> OptionsPtr { return std::make_shared<Options>(); },
          .check = nullptr,
          .factory = {},
          .traits = {}};
}

}  // namespace flume
