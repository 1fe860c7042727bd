// String.split() of Java. Pure; the pattern's matcher is used, so one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"
#include "text/regex.h"

namespace flume {

/// The pieces between the matches of `separator`, empty ones at the end left out; an empty match at the beginning divides
/// nothing. Without a match: the text, also when it is empty. Rejected: too many steps.
Result<std::vector<std::string>> java_split(std::string_view text, Regex& separator);

}  // namespace flume
