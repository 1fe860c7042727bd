// Standard output for verbs that print much. Main's thread.
#pragma once

#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::cli {

/// Cause::Disconnected: nobody reads it any more.
Status print_to_standard_output(std::string_view text);
/// A line on standard error, behind what was printed before.
void tell_on_standard_error(const std::string& line);
/// False: what was printed cannot have arrived, and that was told as `tool`.
bool flush_standard_output(std::string_view tool);

}  // namespace flume::cli
