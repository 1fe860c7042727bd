// What the paths of `tool fs` mean: which file system, and with * ? [a-z] {a,b} which files of it. File systems are opened when
// they are first needed, and stay. One thread, that of the tool.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flume/services.h"
#include "output/open_file_system.h"
#include "text/xml_configuration.h"

namespace flume::cli {

/// A path on a file system that is open.
struct FsPath {
  output::FileSystem* file_system = nullptr;
  std::string path;   ///< for its calls
  std::string shown;  ///< with scheme and host only where the user wrote them
};

/// Something that is there.
struct FsEntry {
  FsPath at;
  output::FileEntry entry;
};

class FsPaths {
 public:
  /// Longest call of a file system.
  static constexpr std::chrono::seconds kLongestCall{60};

  FsPaths(const Services& services, const XmlConfiguration& configuration) : services_(services), configuration_(configuration) {}

  /// The path as it stands, whether or not there is something.
  Result<FsPath> locate(const std::string& argument);
  /// What there is of the argument, in the order of their paths. Cause::NotFound: nothing.
  Result<std::vector<FsEntry>> find(const std::string& argument);
  /// What is in a folder, in the order of the names.
  Result<std::vector<FsEntry>> list(const FsPath& folder);

  [[nodiscard]] Deadline deadline() const { return services_.clock.in(kLongestCall); }

 private:
  Result<output::OpenedFileSystem*> open(const std::string& argument);
  Status find_pattern(const std::string& pattern, std::vector<FsEntry>& found);
  [[nodiscard]] FsEntry entry_at(FsPath at, output::FileEntry entry) const;

  const Services& services_;
  const XmlConfiguration& configuration_;
  std::map<std::pair<std::string, std::string>, output::OpenedFileSystem> opened_;  // by scheme and authority
};

/// "a{b,c}d" -> "abd", "acd". InvalidConfig: they become too many.
[[nodiscard]] Result<std::vector<std::string>> expand_braces(std::string_view pattern);

}  // namespace flume::cli
