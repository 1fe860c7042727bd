// Which file system a configured path means, as Hadoop decides it: its scheme, else fs.defaultFS of core-site.xml.
// Pure but for reading core-site.xml through the Files seam.
#pragma once

#include <string>
#include <string_view>

#include "flume/files.h"
#include "flume/result.h"

namespace flume::output {

/// A path without its scheme; `scheme` is "file" (all that this version has).
struct FileLocation {
  std::string scheme;
  std::string path;
};

/// The scheme that a path begins with ("hdfs" of "hdfs://nn/x"), or empty.
[[nodiscard]] std::string_view scheme_of(std::string_view path);

/// `path` may hold escapes behind its scheme. InvalidConfig: another scheme than file, a file: with a host, text that is no path.
Result<FileLocation> locate(std::string_view path, std::string_view default_file_system);

/// fs.defaultFS of `conf_folder`/core-site.xml; Hadoop's default, file:///, when the folder is empty or has no such file.
Result<std::string> default_file_system(Files& files, const std::string& conf_folder);

}  // namespace flume::output
