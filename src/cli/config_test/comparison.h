// What came of a test beside what was expected: each difference by itself, in words. Pure; one thread.
#pragma once

#include <string>
#include <vector>

#include "cli/config_test/trial.h"

namespace flume::cli {

struct Difference {
  std::string where;     ///< "channel c1, event 2, header level"
  std::string expected;  ///< as it is shown
  std::string actual;
};

[[nodiscard]] std::vector<Difference> differences(const Expectation& expect, const TrialOutcome& outcome);

/// A text in quotes, without control characters, cut when it is long; of bytes that are no text the base64.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace flume::cli
