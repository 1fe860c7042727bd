#include "cli/filter_agent.h"

#include <utility>

#include "cli/shell_output.h"
#include "components/config_filters/env/env_config_filter.h"
#include "components/config_filters/external/external_config_filter.h"
#include "components/config_filters/hadoop/hadoop_config_filter.h"

namespace flume::cli {
namespace {

constexpr std::size_t kLongestOutput = 1U << 20U;

MakeConfigFilter maker_of(const ComponentInfo& info) {
  if (&info == &components::config_filter_env) return make_env_config_filter;
  if (&info == &components::config_filter_external) return make_external_config_filter;
  if (&info == &components::config_filter_hadoop) return make_hadoop_config_filter;
  return nullptr;
}

}  // namespace

Result<std::pair<std::string, ExitStatus>> run_command(Command command, std::chrono::milliseconds longest) {
  const std::string what = command.arguments.front();
  auto output = shell_output(std::move(command), what, {.longest = longest}, kLongestOutput);
  if (!output) return std::move(output).status();
  return std::pair(std::move(output->text), output->end);
}

std::vector<config::FilteredValue> filter_agent(Files& files, const Preparation& preparation, ComponentRegistry& registry,
                                                config::AgentTree& agent, config::Diagnostics& diagnostics, const RunCommand& run) {
  const CheckContext check{files, preparation.conf_folder, preparation.hadoop};
  const ConfigFilterContext context{preparation.environment, files, preparation.conf_folder, preparation.hadoop.conf_folder, run};
  config::ConfigFilters filters;
  for (const auto& planned : config::plan_config_filters(agent, registry, config::FlumeTypes(), check, diagnostics)) {
    const std::string key = agent.full_key(config::Group::ConfigFilters, planned.name);
    const MakeConfigFilter make = maker_of(*planned.info);
    auto filter =
        make != nullptr ? make(planned.options.get(), context) : invalid_config("config filters of modules cannot be made in this version");
    if (filter) {
      filters.insert_or_assign(planned.name, *std::move(filter));
    } else {
      diagnostics.error(planned.at, key, "the config filter is left out: " + filter.status().message());
    }
  }
  return config::apply_config_filters(agent, filters, diagnostics);
}

}  // namespace flume::cli
