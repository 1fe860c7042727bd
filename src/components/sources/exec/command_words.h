// A configured command as the words that are started. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flume {

/// As Flume's exec source does: without a shell the command is split at blanks (quotes mean nothing); with one, the
/// words of `shell` come first and the whole command is their last argument.
[[nodiscard]] std::vector<std::string> command_words(std::string_view shell, std::string_view command);

}  // namespace flume
