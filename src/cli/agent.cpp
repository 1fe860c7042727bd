// flume-ng agent: reads the configuration, says everything that is wrong with it, and runs what is right until a signal.
#include "runtime/agent.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <set>
#include <thread>
#include <unistd.h>

#include "cli/configuration.h"
#include "cli/filter_agent.h"
#include "cli/hiding_log_target.h"
#include "cli/plan_report.h"
#include "cli/start_report.h"
#include "cli/stop_signals.h"
#include "cli/verbs.h"
#include "config/agent_plan.h"
#include "config/characters.h"
#include "config/shown_value.h"
#include "flume/version.h"
#include "io/posix_files.h"
#include "io/process_lock.h"
#include "log/spdlog_target.h"
#include "net/asio_network.h"
#include "output/leftover_lists.h"
#include "runtime/monitoring.h"
#include "saved_events/leftover_saves.h"

namespace flume::cli {
namespace {

/// SIGTERM, SIGINT and SIGHUP are waited for by main; no other thread gets them. A SIGHUP that is ignored (nohup) stays
/// ignored. A closed pipe and a file that may not grow further (ulimit -f) are errors of the write, not signals.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  struct sigaction hang_up{};
  if (sigaction(SIGHUP, nullptr, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  return signals;
}

bool is_true(const CommandLine& line, std::string_view property) {
  const auto found = line.system_properties.find(property);
  return found != line.system_properties.end() && found->second == "true";
}

Status fill_log_settings(const CommandLine& line, LogSettings& settings) {
  // Differs from Flume, whose default comes from the log4j2.xml of --conf: without a word the log goes to the console.
  settings.to_console = true;
  settings.to_file = false;
  for (const auto& [key, value] : line.system_properties) {
    auto taken = take_log_property(settings, key, value);
    if (!taken) return invalid_config("-D" + taken.status().message());
  }
  return {};
}

/// Reads -Dflume.monitoring.*; nullopt when no server is asked for.
Result<std::optional<runtime::MonitoringSettings>> monitoring_settings(const CommandLine& line) {
  const auto property = [&](std::string_view key) {
    const auto found = line.system_properties.find(key);
    return found == line.system_properties.end() ? std::string() : found->second;
  };
  const std::string type = property("flume.monitoring.type");
  if (type.empty()) return std::optional<runtime::MonitoringSettings>();
  const std::string lower = to_lower(type);
  if (lower != "http" && lower != "prometheus" && type != "org.apache.flume.instrumentation.http.HTTPMetricsServer") {
    return invalid_config("-Dflume.monitoring.type=" + type + ": not in this version; 'http' is (with /metrics and /prometheus)");
  }
  runtime::MonitoringSettings settings;
  if (const std::string port = property("flume.monitoring.port"); !port.empty()) {
    std::int64_t number = 0;
    FLUME_TRY(option_text::parse_integer(port, 0, 65535, number).with_context("-Dflume.monitoring.port"));
    settings.port = static_cast<std::uint16_t>(number);
  }
  if (const std::string host = property("flume.monitoring.host"); !host.empty()) settings.host = host;
  return std::optional(settings);
}

/// -Dflume.spillOnStop: whether a normal stop saves what memory channels still hold.
Result<bool> saves_on_stop_setting(const CommandLine& line) {
  const auto found = line.system_properties.find("flume.spillOnStop");
  if (found == line.system_properties.end()) return true;
  const std::string word = to_lower(found->second);
  if (word != "true" && word != "false") return invalid_config("-Dflume.spillOnStop=" + found->second + ": either true or false");
  return word == "true";
}

/// FNV-1a: only to tell configurations apart in a folder's name.
std::string short_hash(const std::vector<std::string>& identities) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::string& identity : identities) {
    for (const char c : identity + '\n') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return std::string(text, 8);
}

/// Where this agent of this configuration keeps its small state: -Dflume.state.dir, else below the user's home.
std::string state_folder(const CommandLine& line, const Configuration& configuration, const config::HostFacts& host,
                         const std::string& agent) {
  const auto given = line.system_properties.find("flume.state.dir");
  if (given != line.system_properties.end() && !given->second.empty()) return given->second + "/" + agent;
  return host.user_home + "/.flume/state/" + agent + "-" + short_hash(configuration.identities);
}

/// The same signal often comes twice (to the process and to its group): only one this much later is meant as "at once".
constexpr auto kSecondSignal = std::chrono::seconds(3);

/// Waits for the first signal, then stops the agent; a second signal, some seconds later, ends the process at once.
bool run_until_signal(runtime::Agent& agent, const Clock& clock, const runtime::Settings& settings, const sigset_t& signals,
                      const Log& log) {
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) != 0) {
  }
  log.info("stopping: sources first, then the channels are drained", {{"signal", strsignal(signal_number)}});
  const Instant first = clock.steady();
  std::atomic<bool> is_stopped{false};
  bool is_empty = false;
  std::thread stopper([&] {
    is_empty = agent.stop(clock.in(settings.stop_deadline));
    is_stopped.store(true, std::memory_order_release);
    kill(getpid(), SIGTERM);  // wakes the wait below
  });
  while (sigwait(&signals, &signal_number) == 0) {
    if (is_stopped.load(std::memory_order_acquire)) break;
    if (clock.steady() - first < kSecondSignal) continue;
    log.error("second signal: ended without draining", {});
    _exit(128 + signal_number);
  }
  stopper.join();
  if (!agent.hanging().empty()) {
    log.error("ended with components that do not stop (named above)", {{"components", agent.hanging().size()}});
    _exit(kExitHanging);
  }
  return is_empty;
}

/// A start waits for what is not there yet, unless it was told to look once only; signals end the wait.
void read_at_start(Files& files, const CommandLine& line, const Preparation& preparation, const sigset_t& signals, Clock& clock,
                   StartReport& report, Configuration& configuration) {
  RemoteReading reading{.clock = clock};
  if (line.has("dryrun") || line.has("no-reload-conf")) return read_configuration(files, line, preparation, reading, configuration);
  const StopSignals stop(signals);
  reading.waits = true;
  reading.stop = stop.token();
  reading.tell = [&report](const std::string& sentence) { report.warn(sentence); };
  read_configuration(files, line, preparation, reading, configuration);
  // A signal that came too late to stop the reading is gone for everybody else.
  configuration.was_stopped = configuration.was_stopped || reading.stop.stop_requested();
}

}  // namespace

int run_agent(CommandLine line) {
  const sigset_t signals = block_signals();
  PosixFiles files;
  SystemClock clock;
  Configuration configuration;
  StartReport report(files, clock);
  // A dry run leaves nothing behind. Of a setting that is wrong it is told below, when JAVA_OPTS are known, too.
  if (LogSettings early; !line.has("dryrun") && fill_log_settings(line, early).ok()) report.set_log(early);
  auto preparation = prepare(files, line, configuration.diagnostics);
  if (!preparation) return report.refuse(preparation.status().message());
  LogSettings log_settings;
  if (const Status read = fill_log_settings(line, log_settings); !read.ok()) return report.refuse(read.message());
  if (!line.has("dryrun")) report.set_log(log_settings);
  const auto saves_on_stop = saves_on_stop_setting(line);
  if (!saves_on_stop) return report.refuse(saves_on_stop.status().message());
  const auto monitoring = monitoring_settings(line);
  if (!monitoring) return report.refuse(monitoring.status().message());

  ComponentRegistry registry;
  fill_registry(files, line, preparation->environment, registry, configuration.diagnostics);
  read_at_start(files, line, *preparation, signals, clock, report, configuration);
  if (configuration.was_stopped) return kExitDone;
  const std::string name = line.value("name");
  config::AgentPlan plan;
  const config::AgentTree* tree = nullptr;
  std::vector<config::FilteredValue> filtered;
  if (configuration.is_complete) {
    const config::Location file = config::location_of_file(configuration.names.front());
    if (name.empty()) {
      std::vector<std::string> names;
      for (const auto& [agent, agent_tree] : configuration.agents) names.push_back(agent);
      configuration.diagnostics.error(file, "--name", "is required: which agent of the configuration is to run?",
                                      names.empty() ? "" : "there is " + config::shown_names(names));
    } else {
      tree = config::find_agent(configuration.agents, name, file, configuration.diagnostics);
    }
    const CheckContext context{files, preparation->conf_folder, preparation->hadoop, preparation->host.user_home,
                               preparation->tls_defaults};
    if (tree != nullptr) {
      config::AgentTree agent = *tree;
      warn_of_remote_commands(agent, configuration);
      filtered = filter_agent(files, *preparation, registry, agent, configuration.diagnostics);
      plan = config::plan_agent(agent, registry, config::FlumeTypes(), context, configuration.diagnostics);
    }
  }
  configuration.diagnostics.sort_by_place();
  report.tell(configuration.diagnostics);
  if (tree == nullptr || plan.is_fatal || plan.is_empty()) return report.refuse("the agent is not started: see above");
  if (line.has("strict") && configuration.diagnostics.count(config::Severity::Error) != 0)
    return report.refuse("the agent is not started: --strict, and the configuration has errors");
  if (line.has("dryrun")) {
    std::printf("%s\n", counts_of(plan).c_str());
    return kExitDone;
  }

  SpdlogTarget lines(log_settings, files, clock);
  HidingLogTarget target(lines, std::move(filtered));
  const Log log(target, "agent");
  for (const std::string& remark : line.remarks) log.info(remark, {});
  for (const std::string& option : line.jvm_options) {
    if (!option.starts_with("-Xmx")) log.info("JVM option has no effect", {{"option", config::without_secrets(option)}});
  }
  if (!line.has("no-reload-conf")) log.info("changes of the configuration are not watched yet: restart the agent to apply them", {});
  std::string budget_origin;
  const std::uint64_t budget = byte_budget(files, line, budget_origin);
  log.info("starting", {{"version", version()}, {"agent", name}, {"channel_bytes", budget}, {"because", budget_origin}});
  if (is_true(line, "org.apache.flume.log.printconfig")) {
    for (const auto& source : plan.sources) {
      for (const auto& value : source.values)
        log.info("configuration", {{"source", source.name}, {"key", value.key}, {"value", value.shown}});
    }
    for (const auto& channel : plan.channels) {
      for (const auto& value : channel.values)
        log.info("configuration", {{"channel", channel.name}, {"key", value.key}, {"value", value.shown}});
    }
    for (const auto& sink : plan.sinks) {
      for (const auto& value : sink.values) log.info("configuration", {{"sink", sink.name}, {"key", value.key}, {"value", value.shown}});
    }
  }

  const std::string state = state_folder(line, configuration, preparation->host, name);
  auto lock = lock_folder(files, state);
  if (!lock && lock.cause() == Cause::Exists) {
    return report.refuse(lock.status().message() + ": another agent called " + config::shown_value("", name) +
                         " keeps its state there. Stop it, if it is this one; to run both, give each a -Dflume.state.dir of its own");
  }
  if (!lock)
    log.warn(
        "no state folder: files that a crash leaves open will not be finished by the next start, and what memory channels hold at a stop "
        "will not be saved",
        {{"reason", lock.status()}});
  std::set<std::string> sinks;
  for (const auto& sink : plan.sinks) sinks.insert(sink.name);
  std::set<std::string> memory_channels;
  for (const auto& channel : plan.channels) {
    if (channel.info->traits.takes_saved_events) memory_channels.insert(channel.name);
  }
  if (lock) {
    output::tell_leftover_lists(files, state, sinks, log);
    saved_events::tell_leftover_saves(files, state, memory_channels, log);
  }

  AsioNetwork network;
  MetricsRegistry metrics;
  const Services services{clock,
                          files,
                          network,
                          network,
                          metrics,
                          log,
                          name,
                          "",
                          lock ? state : std::string(),
                          preparation->conf_folder,
                          budget,
                          is_true(line, "org.apache.flume.log.rawdata"),
                          time_zone_setting(line),
                          preparation->hadoop,
                          preparation->host.user_home,
                          *saves_on_stop,
                          nullptr,
                          preparation->tls_defaults};
  runtime::Settings settings;
  runtime::Agent agent(std::move(plan), services, settings);
  std::unique_ptr<runtime::Monitoring> pages;
  agent.start();
  if (*monitoring) {
    pages = std::make_unique<runtime::Monitoring>(services, agent.health(), **monitoring);
    pages->start(agent.health());
  }
  const bool is_empty = run_until_signal(agent, clock, settings, signals, log);
  pages.reset();
  log.info("stopped", {{"channels_empty", is_empty}});
  return kExitDone;
}

}  // namespace flume::cli
