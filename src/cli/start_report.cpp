#include "cli/start_report.h"

#include <cstdio>
#include <string>

#include "cli/configuration.h"
#include "cli/verbs.h"

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
  LogSettings only_file = settings;
  only_file.to_console = false;
  file_ = std::make_unique<SpdlogTarget>(only_file, files_, clock_);
}

void StartReport::tell(const config::Diagnostics& diagnostics) {
  print_diagnostics(diagnostics);
  if (!file_) return;
  const Log log(*file_, "config");
  // The same line as on standard error and from `validate`: who searches for one finds the others.
  for (const config::Diagnostic& diagnostic : diagnostics.all()) log.at(level_of(diagnostic.severity), to_line(diagnostic), {});
  if (diagnostics.not_kept() != 0) log.warn("more problems than are shown", {{"not_shown", diagnostics.not_kept()}});
}

int StartReport::refuse(std::string_view message) {
  std::fprintf(stderr, "Error: %.*s\n", static_cast<int>(message.size()), message.data());
  if (file_) Log(*file_, "agent").error(message);
  return kExitRefused;
}

}  // namespace flume::cli
