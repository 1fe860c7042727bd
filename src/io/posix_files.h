// The real disk: Files over POSIX calls. Signals are waited out, short reads and writes go on,
// descriptors are not inherited by children, errors of close are told.
// Stateless and for any thread; owned by main, outlives every File it opened.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flume/files.h"

namespace flume {

class PosixFiles final : public Files {
 public:
  /// The File's sync() fails for ever once it failed: the kernel forgets which pages it could not write.
  /// A pipe can be opened for reading; its offsets are ignored.
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions = 0644) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite) override;
  /// A file, or a directory that is empty.
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override;
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_space(const std::string& path) override;
  Result<std::string> network_file_system(const std::string& path) override;
  Status check_writable(const std::string& directory) override;
  /// The file holds the id of the process that locked it last. An open file description's lock (Linux), which excludes POSIX locks.
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

/// The rename that never overwrites for file systems without RENAME_NOREPLACE: a second name, then
/// the first one removed. A crash between the two leaves both names of the one file. Files only.
Status rename_by_link(const std::string& from, const std::string& to);

}  // namespace flume
