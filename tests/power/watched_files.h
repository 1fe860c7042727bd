// The simulated disk, with a call at every change of it. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/sim_files.h"

namespace flume::power {

class WatchedFiles final : public Files {
 public:
  WatchedFiles(SimFiles& files, std::function<void()> at_change) : files_(files), at_change_(std::move(at_change)) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions) override {
    auto file = files_.open(path, mode, permissions);
    if (!file) return file;
    at_change_();
    return std::unique_ptr<File>(std::make_unique<WatchedFile>(*std::move(file), at_change_));
  }
  Status rename(const std::string& from, const std::string& to, bool overwrite) override {
    return changed(files_.rename(from, to, overwrite));
  }
  Status remove(const std::string& path) override { return changed(files_.remove(path)); }
  Status make_directories(const std::string& path) override { return changed(files_.make_directories(path)); }
  Result<FileInfo> info(const std::string& path) override { return files_.info(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override { return files_.list(directory); }
  Status sync_directory(const std::string& directory) override { return changed(files_.sync_directory(directory)); }
  Result<std::uint64_t> free_space(const std::string& path) override { return files_.free_space(path); }
  Status check_writable(const std::string& directory) override { return files_.check_writable(directory); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return files_.lock(path); }

 private:
  class WatchedFile final : public File {
   public:
    WatchedFile(std::unique_ptr<File> file, const std::function<void()>& at_change) : file_(std::move(file)), at_change_(at_change) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override { return file_->read_at(offset, buffer); }
    Status write_at(std::uint64_t offset, ByteView data) override { return changed(file_->write_at(offset, data)); }
    Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override { return changed(file_->write_at(offset, pieces)); }
    Status sync() override { return changed(file_->sync()); }
    Result<std::uint64_t> size() override { return file_->size(); }
    Status truncate(std::uint64_t size) override { return changed(file_->truncate(size)); }
    Status close() override { return file_->close(); }

   private:
    Status changed(Status status) {
      at_change_();
      return status;
    }
    const std::unique_ptr<File> file_;
    const std::function<void()>& at_change_;
  };
  Status changed(Status status) {
    at_change_();
    return status;
  }

  SimFiles& files_;
  const std::function<void()> at_change_;
};

}  // namespace flume::power
