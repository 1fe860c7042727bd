// Files in memory for fuzz targets: named byte strings in one folder, nothing else. One thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flume/files.h"

namespace flume {

class MemoryFiles final : public Files {
 public:
  void add(const std::string& path, std::string content) { files_[path] = std::make_shared<std::string>(std::move(content)); }
  /// All that any file holds: what a reader has changed shows.
  [[nodiscard]] std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> all;
    for (const auto& [path, content] : files_) all.emplace(path, *content);
    return all;
  }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t) override {
    auto found = files_.find(path);
    if (found != files_.end() && mode == OpenMode::CreateNew) return retryable(path, Cause::Exists);
    if (found == files_.end()) {
      if (mode == OpenMode::Read || mode == OpenMode::ReadWrite) return retryable(path, Cause::NotFound);
      found = files_.emplace(path, std::make_shared<std::string>()).first;
    }
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(found->second));
  }
  Status rename(const std::string& from, const std::string& to, bool overwrite) override {
    if (!files_.contains(from)) return retryable(from, Cause::NotFound);
    if (files_.contains(to) && !overwrite) return retryable(to, Cause::Exists);
    files_[to] = files_[from];
    files_.erase(from);
    return {};
  }
  Status remove(const std::string& path) override { return files_.erase(path) == 1 ? Status() : retryable(path, Cause::NotFound); }
  Status make_directories(const std::string&) override { return {}; }
  Result<FileInfo> info(const std::string& path) override {
    FileInfo info;
    info.is_directory = !files_.contains(path);
    return info;
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::vector<std::string> names;
    for (const auto& [path, content] : files_) {
      if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
    }
    return names;
  }
  Status sync_directory(const std::string&) override { return {}; }
  Result<std::uint64_t> free_space(const std::string&) override { return std::uint64_t{1} << 40; }
  Status check_writable(const std::string&) override { return {}; }
  Result<std::unique_ptr<FileLock>> lock(const std::string&) override { return std::make_unique<FileLock>(); }

 private:
  class MemoryFile final : public File {
   public:
    explicit MemoryFile(std::shared_ptr<std::string> content) : content_(std::move(content)) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
      if (offset >= content_->size()) return std::size_t{0};
      const std::size_t count = std::min<std::size_t>(buffer.size(), content_->size() - offset);
      std::memcpy(buffer.data(), content_->data() + offset, count);
      return count;
    }
    Status write_at(std::uint64_t offset, ByteView data) override {
      if (content_->size() < offset + data.size()) content_->resize(offset + data.size());
      std::memcpy(content_->data() + offset, data.data(), data.size());
      return {};
    }
    Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
      for (const ByteView piece : pieces) {
        FLUME_TRY(write_at(offset, piece));
        offset += piece.size();
      }
      return {};
    }
    Status sync() override { return {}; }
    Result<std::uint64_t> size() override { return content_->size(); }
    Status truncate(std::uint64_t size) override {
      content_->resize(size);
      return {};
    }
    Status close() override { return {}; }

   private:
    const std::shared_ptr<std::string> content_;
  };

  std::map<std::string, std::shared_ptr<std::string>> files_;
};

}  // namespace flume
