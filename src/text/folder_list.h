// Lists of folders as Flume's keys have them (dataDirs): separated by commas, blanks around them and slashes behind them do not
// count, `~` in front is the user's home. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flume {

/// Empty pieces are left out. The folders are not changed otherwise: what `..` means depends on links.
[[nodiscard]] std::vector<std::string> folder_list(std::string_view text, const std::string& home);

/// To compare folders by: without `.`, `..`, doubled slashes and slashes at the end. Links are not followed.
[[nodiscard]] std::string normal_folder(const std::string& folder);

}  // namespace flume
