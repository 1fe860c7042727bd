// file:// as a FileSystem: files of this machine through the Files seam. No checksum files beside them.
// A file is made under a hidden name that nobody else has, ".flume-<mark>.tmp" in its folder, and renamed once its identity, the
// inode's number, is noted: so a crash never leaves us in doubt whose file a name is.
// One thread. Deadlines are not looked at: a local call cannot be called back.
#pragma once

#include <map>
#include <set>
#include <string>

#include "output/file_system.h"

namespace flume::output {

class LocalFileSystem final : public FileSystem {
 public:
  explicit LocalFileSystem(Files& files) : files_(files) {}

  [[nodiscard]] bool may_return_wrong_bytes() const noexcept override { return true; }
  [[nodiscard]] bool owns(const std::string& path) const override { return path.find("://") == std::string::npos; }

  [[nodiscard]] std::string creation_mark() override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, const std::string& mark, Deadline deadline) override;
  Status publish(const std::string& path, const std::string& mark, Deadline deadline) override;
  Status withdraw(const std::string& path, const std::string& mark, Deadline deadline) override;
  Result<bool> undo_create(const std::string& path, const std::string& mark, Deadline deadline) override;
  Result<std::unique_ptr<OutputFile>> append(const std::string& path, Deadline deadline) override;
  Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) override;
  Result<std::uint64_t> length(const std::string& path, Deadline deadline) override;
  /// After a failed sync the kernel may have forgotten the pages that it could not write, while they can still be read:
  /// writes them again and syncs.
  Result<Progress> recover(const std::string& path, Deadline deadline) override;
  Result<Progress> truncate(const std::string& path, std::uint64_t length, Deadline deadline) override;
  Status rename(const std::string& from, const std::string& to, Deadline deadline) override;
  Status remove(const std::string& path, Deadline deadline) override;
  Status make_directories(const std::string& path, Deadline deadline) override;
  Status sync_directory(const std::string& path, Deadline deadline) override;
  Result<FileEntry> look_at(const std::string& path, Deadline deadline) override;
  Result<std::vector<FileEntry>> entries(const std::string& path, std::size_t most, Deadline deadline) override;

 private:
  friend class LocalOutputFile;
  Files& files_;
  std::uint64_t run_ = 0;  // random; 0: not chosen yet
  std::uint64_t marks_ = 0;
  std::set<std::string> unsynced_folders_;             // made here, their names not yet synced
  std::map<std::string, std::uint64_t> failed_syncs_;  // path -> first byte that may be lost
};

}  // namespace flume::output
