// What `flume-ng test` prints of a file: each test with what differs, as text or JSON. Pure; one thread.
#pragma once

#include <string>
#include <vector>

#include "cli/config_test/comparison.h"
#include "config/diagnostic.h"

namespace flume::cli {

struct TestResult {
  std::string name;
  TrialOutcome outcome;
  std::string problem;  ///< why it could not run; empty: it did
  std::vector<Difference> differences;

  [[nodiscard]] bool is_ok() const noexcept { return problem.empty() && differences.empty(); }
};

struct TestFileReport {
  std::string file;
  bool is_usable = true;
  std::vector<TestResult> results;
  config::Diagnostics diagnostics;  ///< of the test file, and of the configuration
};

/// Errors and warnings, a line each; what is only worth knowing is `validate`'s to say.
[[nodiscard]] std::string problems_as_text(const TestFileReport& report);
/// A line for each test, `ok` or `FAILED`, with what differs below it.
[[nodiscard]] std::string results_as_text(const TestFileReport& report);
/// "3 tests: 2 ok, 1 failed"
[[nodiscard]] std::string totals(const std::vector<TestFileReport>& reports);
/// {"files":[{"file","usable","diagnostics","tests":[{"name","ok","problem","differences","channels","sinks","dropped","refused"}]}],
/// "passed","failed"}
[[nodiscard]] std::string results_as_json(const std::vector<TestFileReport>& reports);

}  // namespace flume::cli
