// All files below a folder of a Files, for tests that compare what a sink wrote. Any thread.
#pragma once

#include <map>
#include <string>

#include "flume/files.h"

namespace flume {

/// Path -> content, in the order of the paths. A folder that is not there holds nothing.
std::map<std::string, std::string> file_tree(Files& files, const std::string& folder);

}  // namespace flume
