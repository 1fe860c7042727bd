// flume-ng validate: what `agent` would make of a configuration, without starting anything; with --probe, whether
// what it would work with is there.
#include <cstdio>
#include <memory>

#include "cli/configuration.h"
#include "cli/filter_agent.h"
#include "cli/plan_report.h"
#include "cli/probe.h"
#include "cli/verbs.h"
#include "config/advice.h"
#include "io/posix_files.h"

namespace flume::cli {
namespace {

/// The agent that was asked for, or all. A missing one is an error in the diagnostics.
std::vector<const config::AgentTree*> trees_to_check(const CommandLine& line, Configuration& configuration) {
  std::vector<const config::AgentTree*> trees;
  if (!line.has("name") && !configuration.agents.empty()) {
    for (const auto& [name, tree] : configuration.agents) trees.push_back(&tree);
    return trees;
  }
  const std::string name = line.value("name");
  // Of an unreadable file it is known already why the agent is not there.
  if (!configuration.is_complete && !configuration.agents.contains(name)) return trees;
  const config::Location file = config::location_of_file(configuration.names.front());
  const config::AgentTree* tree = config::find_agent(configuration.agents, name, file, configuration.diagnostics);
  if (tree != nullptr) trees.push_back(tree);
  return trees;
}

}  // namespace

int run_validate(CommandLine line) {
  const auto shared_files = std::make_shared<PosixFiles>();
  Files& files = *shared_files;
  Configuration configuration;
  const auto preparation = prepare(files, line, configuration.diagnostics);
  if (!preparation) {
    std::fprintf(stderr, "Error: %s\n", preparation.status().message().c_str());
    return kExitNo;
  }
  if (!names_configuration(line)) {
    std::fprintf(stderr, "Error: which configuration? say it by --conf-file FILE\n");
    return kExitRefused;
  }
  ComponentRegistry registry;
  fill_registry(files, line, preparation->environment, registry, configuration.diagnostics);
  SystemClock clock;
  read_configuration(files, line, *preparation, {.clock = clock}, configuration);

  const CheckContext context{files, preparation->conf_folder, preparation->hadoop, preparation->host.user_home, preparation->tls_defaults};
  std::vector<config::AgentPlan> plans;
  for (const config::AgentTree* tree : trees_to_check(line, configuration)) {
    config::AgentTree agent = *tree;
    warn_of_remote_commands(agent, configuration);
    filter_agent(files, *preparation, registry, agent, configuration.diagnostics);
    plans.push_back(config::plan_agent(agent, registry, config::FlumeTypes(), context, configuration.diagnostics));
    config::advise(plans.back(), configuration.diagnostics);
  }
  if (line.has("probe")) probe(plans, shared_files, line, *preparation, configuration.diagnostics);
  configuration.diagnostics.sort_by_place();

  const PlanReport report{configuration.names, configuration.diagnostics, std::move(plans), line.has("strict")};
  const std::string text = line.has("json") ? report_as_json(report) : report_as_text(report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return report.is_valid() ? kExitDone : kExitNo;
}

}  // namespace flume::cli
