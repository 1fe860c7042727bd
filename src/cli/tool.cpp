// flume-ng tool: the tools that are built in; now that is fs.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cli/configuration.h"
#include "cli/fs_tool.h"
#include "cli/verbs.h"
#include "flume/metrics.h"
#include "io/posix_files.h"
#include "log/spdlog_target.h"
#include "net/asio_network.h"
#include "output/file_location.h"

namespace flume::cli {
namespace {

Status print_to_standard_output(std::string_view text) {
  const bool is_taken = text.empty() || std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_taken && std::ferror(stdout) == 0) return {};
  const int error = errno;
  if (error == EPIPE) return retryable("nobody reads standard output", Cause::Disconnected);
  return Status::from_errno(error, "write standard output");
}

}  // namespace

int run_tool(CommandLine line) {
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
  FsTool tool(services, *configuration, {print_to_standard_output, [](const std::string& text) {
                                           std::fflush(stdout);
                                           std::fprintf(stderr, "%s\n", text.c_str());
                                         }});
  bool is_done = tool.run(*request);
  if (std::fflush(stdout) != 0 && errno != EPIPE) {
    std::fprintf(stderr, "fs: standard output: %s\n", std::strerror(errno));
    is_done = false;
  }
  return is_done ? kExitDone : kExitNo;
}

}  // namespace flume::cli
