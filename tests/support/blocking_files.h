// Files that hold up one operation in the thread that asked for it, until the test lets it go or fails it: so that a test decides
// what other threads do meanwhile. Everything else goes straight to the Files behind.
// Owned by the test, outlives the Files users. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flume/files.h"

namespace flume {

class BlockingFiles final : public Files {
 public:
  enum class Operation : std::uint8_t { Open, Read, Write, Sync, Rename, Remove, SyncDirectory, Info };

  /// The one operation that was asked for. Lets it go when it ends, so that a test that fails does not hang.
  class Gate {
   public:
    struct Shared;
    explicit Gate(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    Gate(Gate&&) = default;
    Gate& operator=(Gate&&) = delete;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();
    /// Until a thread is held up in it.
    void wait_until_reached() const;
    [[nodiscard]] bool is_reached() const;
    void let_go() { end({}); }
    /// The operation is not done, but gives this error.
    void fail(Status error) { end(std::move(error)); }

   private:
    void end(Status result);
    std::shared_ptr<Shared> shared_;
  };

  explicit BlockingFiles(Files& files);
  ~BlockingFiles() override;

  /// Holds up the next such operation on a path like `path` (with `*` and `?`), after `skip` others have passed.
  Gate block(Operation operation, std::string path, std::size_t skip = 0);

  // Files.
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions = 0644) override;
  Status rename(const std::string& from, const std::string& to, bool overwrite) override;
  Status remove(const std::string& path) override;
  Status make_directories(const std::string& path) override { return files_.make_directories(path); }
  Result<FileInfo> info(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override { return files_.list(directory); }
  Status sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_space(const std::string& path) override { return files_.free_space(path); }
  Status check_writable(const std::string& directory) override { return files_.check_writable(directory); }
  Result<std::string> network_file_system(const std::string& path) override { return files_.network_file_system(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return files_.lock(path); }

 private:
  class HeldFile;
  struct Gates;

  Files& files_;
  const std::shared_ptr<Gates> gates_;  // with the open files
};

}  // namespace flume
