#include "cli/channel/find_channels.h"

#include <algorithm>

#include "cli/filter_agent.h"
#include "components/channels/file/file_options.h"
#include "components/channels/spillable_memory/spillable_memory_options.h"
#include "config/agent_plan.h"
#include "storage/segment_keys.h"

namespace flume::cli {
namespace {

StoredChannel unplanned(const std::string& name, const config::ComponentTree& tree) {
  const config::Property* type = tree.find("type");
  return {name, type == nullptr ? "?" : type->value, std::nullopt,
          "is used by no source or sink, or is configured wrongly (flume-ng validate says which): name its folders by --dataDirs"};
}

Result<std::shared_ptr<storage::SegmentKeys>> keys_of(Files& files, const FileOptions& options) {
  if (!options.has_keys()) return std::shared_ptr<storage::SegmentKeys>();
  auto provider = crypto::KeyProvider::open(files, options.key_settings());
  if (!provider) return std::move(provider).status();
  return std::make_shared<storage::SegmentKeys>(*std::move(provider), options.active_key);
}

}  // namespace

Result<std::vector<StoredChannel>> find_channels(Files& files, const CommandLine& line, const Preparation& preparation) {
  Configuration configuration;
  ComponentRegistry registry;
  fill_registry(files, line, preparation.environment, registry, configuration.diagnostics);
  SystemClock clock;
  read_configuration(files, line, preparation, {.clock = clock}, configuration);
  if (configuration.agents.empty()) return invalid_config("the configuration has no agent:\n" + configuration.diagnostics.to_lines());
  const std::string name = line.value("name");
  std::string there;
  for (const auto& [agent, tree] : configuration.agents) there += (there.empty() ? "" : ", ") + agent;
  const auto agent = name.empty() && configuration.agents.size() == 1 ? configuration.agents.begin() : configuration.agents.find(name);
  if (agent == configuration.agents.end())
    return invalid_config((name.empty() ? std::string("which agent?") : "no agent is called " + name + ";") + " there is " + there +
                          " (--name)");
  const CheckContext context{files, preparation.conf_folder, preparation.hadoop, preparation.host.user_home, preparation.tls_defaults};
  config::Diagnostics diagnostics;
  filter_agent(files, preparation, registry, agent->second, diagnostics);
  const config::AgentPlan plan = config::plan_agent(agent->second, registry, config::FlumeTypes(), context, diagnostics);
  std::vector<StoredChannel> channels;
  for (const auto& [channel, tree] : agent->second.group(config::Group::Channels).components) {
    const auto planned = std::find_if(plan.channels.begin(), plan.channels.end(),
                                      [&](const config::PlannedComponent& known) { return known.name == channel; });
    if (planned == plan.channels.end()) {
      channels.push_back(unplanned(channel, tree));
      continue;
    }
    StoredChannel found{channel, std::string(planned->info->type), std::nullopt};
    found.why_without = "keeps no events in folders";
    // A spillable channel keeps here what did not fit into memory.
    const FileOptions* options = nullptr;
    if (found.type == "file") options = static_cast<const FileOptions*>(planned->options.get());
    if (found.type == "spillablememory") options = &static_cast<const SpillableMemoryOptions*>(planned->options.get())->overflow;
    if (options != nullptr) {
      found.log = options->log_settings(preparation.host.user_home);
      auto keys = keys_of(files, *options);
      if (!keys) return std::move(keys).status().with_context(channel + ": encryption");
      found.log->keys = *std::move(keys);
    }
    channels.push_back(std::move(found));
  }
  return channels;
}

StoredChannel channel_in(std::vector<std::string> folders) {
  StoredChannel channel{folders.front(), "file", storage::LogSettings()};
  channel.log->folders = std::move(folders);
  channel.log->without_keys = "--dataDirs names no keys: say --conf-file FILE instead, whose encryption.* keys the channel has";
  return channel;
}

}  // namespace flume::cli
