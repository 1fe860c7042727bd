// flume-ng channel, and flume-ng tool FCINTEGRITYTOOL, which is its fsck.
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "cli/channel/channel_tool.h"
#include "cli/channel/find_channels.h"
#include "cli/configuration.h"
#include "cli/standard_output.h"
#include "cli/verbs.h"
#include "io/lock_holder.h"
#include "io/posix_files.h"
#include "log/spdlog_target.h"

namespace flume::cli {
namespace {

int refuse(const Status& why, int exit_code) {
  std::fprintf(stderr, "Error: %s\n", why.message().c_str());
  return exit_code;
}

int run_request(const ChannelRequest& request, Files& files, const std::vector<StoredChannel>& channels) {
  // A reader that has seen enough is no error that anybody wants to read about.
  signal(SIGPIPE, SIG_IGN);
  SystemClock clock;
  LogSettings log_settings;
  log_settings.level = LogLevel::Warn;
  log_settings.to_console = true;
  log_settings.to_file = false;
  SpdlogTarget target(log_settings, files, clock);
  ChannelTool tool(files, lock_holder, clock, Log(target, "channel"), {print_to_standard_output, tell_on_standard_error});
  const int exit_code = tool.run(request, channels);
  return flush_standard_output("channel") ? exit_code : std::max(exit_code, kExitNo);
}

}  // namespace

int run_channel(CommandLine line) {
  const auto request = channel_request(line);
  if (!request) return refuse(request.status(), kExitRefused);
  PosixFiles files;
  if (!request->folders.empty()) return run_request(*request, files, {channel_in(request->folders)});
  config::Diagnostics diagnostics;
  const auto preparation = prepare(files, line, diagnostics);
  print_diagnostics(diagnostics);
  if (!preparation) return refuse(preparation.status(), kExitRefused);
  const auto channels = find_channels(files, line, *preparation);
  if (!channels) return refuse(channels.status(), kExitRefused);
  return run_request(*request, files, *channels);
}

int run_integrity_tool(const CommandLine& line) {
  const auto request = integrity_request(line);
  if (!request) return refuse(request.status(), request.cause() == Cause::NotFound ? kExitNo : kExitRefused);
  PosixFiles files;
  return run_request(*request, files, {channel_in(request->folders)});
}

}  // namespace flume::cli
