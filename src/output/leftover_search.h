// Looks for files in use with the names that a sink gives to its own, one listing at a time: in the folders that its path can
// mean, not deeper, and so many entries at most. It changes nothing. One thread, the sink's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "output/file_journal.h"
#include "output/file_system.h"

namespace flume::output {

/// How a sink names its files. In folder and prefix kAny stands for any text without a slash.
struct LeftoverPattern {
  static constexpr char kAny = '\0';
  std::string folder;
  std::string prefix;  ///< of the name; may hold slashes
  std::string in_use_prefix;
  std::string in_use_suffix;
  std::string suffix;

  /// Else a file in use looks like a finished one.
  [[nodiscard]] bool tells_files_in_use() const { return !in_use_prefix.empty() || !in_use_suffix.empty(); }
};

class LeftoverSearch {
 public:
  static constexpr std::size_t kMostEntries = 10'000;

  /// `root` is what the paths of the file system begin with. Files with a number above `newest` are younger than the search:
  /// somebody writes them now.
  LeftoverSearch(LeftoverPattern pattern, std::string root, std::int64_t newest);

  [[nodiscard]] bool is_over() const noexcept { return folders_.empty(); }
  /// It ended before it had been everywhere.
  [[nodiscard]] bool was_cut_short() const noexcept { return was_cut_short_; }
  void give_up();
  /// Lists one folder; the files in use that are there. Precondition: !is_over(). An error: this folder is left out.
  Result<std::vector<FileNames>> step(FileSystem& file_system, Deadline deadline);

 private:
  struct Folder {
    std::string path;      // without root
    std::size_t part = 0;  // of parts_ that names in it are compared with
  };

  [[nodiscard]] static std::string join(const Folder& folder, const std::string& name);
  /// The folder that has names to compare.
  [[nodiscard]] Folder past_literals(Folder folder) const;
  [[nodiscard]] bool is_in_use(const std::string& name) const;
  [[nodiscard]] FileNames names_of(const std::string& path) const;

  const LeftoverPattern pattern_;
  const std::string root_;
  const std::int64_t newest_;
  std::vector<std::string> parts_;  // of folder and prefix
  std::size_t folder_parts_ = 0;
  std::vector<Folder> folders_;  // still to be listed, the next one last
  std::size_t entries_ = 0;
  bool was_cut_short_ = false;
};

/// Whether `name` is `pattern`, in which kAny stands for any text.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

}  // namespace flume::output
