// flume-ng tool: the tools that are built in, fs and FCINTEGRITYTOOL.
#include <csignal>
#include <cstdio>

#include "cli/configuration.h"
#include "cli/fs_tool.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "flume/metrics.h"
#include "io/posix_files.h"
#include "log/spdlog_target.h"
#include "net/asio_network.h"
#include "output/file_location.h"

namespace flume::cli {

int run_tool(CommandLine line) {
  if (line.arguments.front() != "fs") return run_integrity_tool(line);
  const auto refuse = [](const Status& why, int exit_code) {
    std::fprintf(stderr, "Error: %s\n", why.message().c_str());
    return exit_code;
  };
  // A reader that has seen enough is no error that anybody wants to read about.
  signal(SIGPIPE, SIG_IGN);
  const auto request = fs_request(line);
  if (!request) return refuse(request.status(), kExitRefused);
  PosixFiles files;
  SystemClock clock;
  config::Diagnostics diagnostics;
  auto preparation = prepare(files, line, diagnostics);
  print_diagnostics(diagnostics);
  if (!preparation) return refuse(preparation.status(), kExitNo);
  LogSettings log_settings;
  log_settings.level = LogLevel::Error;
  log_settings.to_console = true;
  log_settings.to_file = false;
  auto configuration = output::hadoop_configuration(files, preparation->conf_folder, preparation->hadoop);
  if (!configuration) return refuse(configuration.status(), kExitNo);
  for (const auto& [key, value] : line.system_properties) {
    const auto is_log_property = take_log_property(log_settings, key, value);
    if (!is_log_property) return refuse(is_log_property.status(), kExitRefused);
    if (!*is_log_property) configuration->set(key, value, "-D");
  }

  SpdlogTarget target(log_settings, files, clock);
  AsioNetwork network;
  MetricsRegistry metrics;
  const Services services{.clock = clock,
                          .files = files,
                          .listener = network,
                          .dialer = network,
                          .metrics = metrics,
                          .log = Log(target, "tool"),
                          .agent = {},
                          .name = "fs",
                          .state_folder = {},
                          .conf_folder = preparation->conf_folder,
                          .byte_budget = 0,
                          .logs_raw_data = false,
                          .time_zone = time_zone_setting(line),
                          .hadoop = preparation->hadoop};
  FsTool tool(services, *configuration, {print_to_standard_output, tell_on_standard_error});
  const bool is_done = tool.run(*request);
  return flush_standard_output("fs") && is_done ? kExitDone : kExitNo;
}

}  // namespace flume::cli
