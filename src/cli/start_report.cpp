#include "cli/start_report.h"

#include <cstdio>
#include <string>

#include "cli/configuration.h"
#include "cli/verbs.h"
#include "log/spdlog_target.h"

namespace flume::cli {
namespace {

LogLevel level_of(config::Severity severity) {
  switch (severity) {
    case config::Severity::Error:
      return LogLevel::Error;
    case config::Severity::Warning:
      return LogLevel::Warn;
    case config::Severity::Info:
    case config::Severity::Note:
      break;
  }
  return LogLevel::Info;
}

}  // namespace

void StartReport::set_log(const LogSettings& settings) {
  file_.reset();
  if (!settings.to_file) return;
  file_ = settings;
  file_->to_console = false;  // it has them plain
}

void StartReport::tell(const config::Diagnostics& diagnostics) {
  print_diagnostics(diagnostics);
  if (!file_) return;
  SpdlogTarget target(*file_, files_, clock_);
  const Log log(target, "config");
  // The same line as on standard error and from `validate`: who searches for one finds the others.
  for (const config::Diagnostic& diagnostic : diagnostics.all()) log.at(level_of(diagnostic.severity), to_line(diagnostic), {});
  if (diagnostics.not_kept() != 0) log.warn("more problems than are shown", {{"not_shown", diagnostics.not_kept()}});
}

void StartReport::warn(std::string_view message) {
  std::fprintf(stderr, "Warning: %.*s\n", static_cast<int>(message.size()), message.data());
  if (!file_) return;
  SpdlogTarget target(*file_, files_, clock_);
  Log(target, "agent").warn(message);
}

int StartReport::refuse(std::string_view message) {
  std::fprintf(stderr, "Error: %.*s\n", static_cast<int>(message.size()), message.data());
  if (file_) {
    SpdlogTarget target(*file_, files_, clock_);
    Log(target, "agent").error(message);
  }
  return kExitRefused;
}

}  // namespace flume::cli
