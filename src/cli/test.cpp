// flume-ng test: what a configuration does with given events, beside what is expected of it; nothing is started.
#include <cstdio>

#include "cli/config_test/run_config_tests.h"
#include "cli/configuration.h"
#include "cli/verbs.h"
#include "io/posix_files.h"

namespace flume::cli {

int run_test(const CommandLine& line) {
  if (line.arguments.empty()) {
    std::fprintf(stderr, "Error: which tests? name a FILE.test.json or FILE.test.properties\n");
    return kExitRefused;
  }
  PosixFiles files;
  ComponentRegistry registry;
  config::Diagnostics of_modules;
  fill_registry(files, line, process_environment(), registry, of_modules);
  print_diagnostics(of_modules);

  std::vector<TestFileReport> reports;
  std::size_t tests = 0;
  bool is_usable = true;
  bool all_ok = true;
  for (const std::string& file : line.arguments) {
    TestFileReport& report = reports.emplace_back(run_config_tests(files, line, file, line.value("filter"), registry));
    is_usable = is_usable && report.is_usable;
    tests += report.results.size();
    for (const TestResult& result : report.results) all_ok = all_ok && result.is_ok();
    report.diagnostics.sort_by_place();
    if (line.has("json")) continue;
    const std::string problems = problems_as_text(report);
    std::fwrite(problems.data(), 1, problems.size(), stderr);
    const std::string text = (line.arguments.size() == 1 ? "" : file + ":\n") + results_as_text(report);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
  const std::string last = line.has("json") ? results_as_json(reports) : totals(reports);
  std::fwrite(last.data(), 1, last.size(), stdout);
  if (is_usable && tests == 0) {
    std::fprintf(stderr, "Error: no test has '%s' in its name\n", line.value("filter").c_str());
    return kExitRefused;
  }
  if (!is_usable) return kExitRefused;
  return all_ok ? kExitDone : kExitNo;
}

}  // namespace flume::cli
