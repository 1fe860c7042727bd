#include "output/local_file_system.h"

#include <random>
#include <utility>

#include <fmt/format.h>

namespace flume::output {

class LocalOutputFile final : public OutputFile {
 public:
  LocalOutputFile(LocalFileSystem& file_system, std::string path, std::unique_ptr<File> file, std::uint64_t length, std::string identity)
      : file_system_(file_system),
        path_(std::move(path)),
        identity_(std::move(identity)),
        file_(std::move(file)),
        length_(length),
        synced_(length) {}

  Status write(ByteView data, Deadline) override {
    FLUME_TRY(file_->write_at(length_, data));
    length_ += data.size();
    return {};
  }
  Status start_flush(Durability durability, Deadline) override {
    wants_sync_ = durability == Durability::Synced;
    return {};  // what is written survives the process already
  }
  Status wait_flush(Deadline) override {
    if (!std::exchange(wants_sync_, false)) return {};
    if (Status synced = file_->sync(); !synced.ok()) {
      file_system_.failed_syncs_.try_emplace(path_, synced_);
      return synced;
    }
    synced_ = length_;
    return {};
  }
  Status close(Deadline) override { return file_->close(); }
  [[nodiscard]] const std::string& identity() const noexcept override { return identity_; }

 private:
  LocalFileSystem& file_system_;
  const std::string path_;
  const std::string identity_;
  const std::unique_ptr<File> file_;
  std::uint64_t length_;
  std::uint64_t synced_;  // before it nothing can be lost by a sync that fails
  bool wants_sync_ = false;
};

namespace {

/// Not the device's number: a restart of the machine may change it.
std::string identity_of(const FileInfo& info) { return std::to_string(info.inode); }

std::string hidden_path(const std::string& path, const std::string& mark) { return parent_directory(path) + "/.flume-" + mark + ".tmp"; }

FileEntry entry_of(std::string name, const FileInfo& info) {
  return {.name = std::move(name),
          .is_folder = info.is_directory,
          .length = info.size,
          .permission = info.mode,
          .owner = std::to_string(info.owner),
          .group = std::to_string(info.group),
          .replication = info.is_directory ? 0U : 1U,
          .modified = info.modified,
          .identity = identity_of(info)};
}

class LocalInputFile final : public InputFile {
 public:
  LocalInputFile(std::unique_ptr<File> file, std::uint64_t length) : file_(std::move(file)), length_(length) {}
  [[nodiscard]] std::uint64_t length() const noexcept override { return length_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer, Deadline) override {
    return file_->read_at(offset, buffer);
  }

 private:
  const std::unique_ptr<File> file_;
  const std::uint64_t length_;
};

}  // namespace

std::string LocalFileSystem::creation_mark() {
  if (run_ == 0) {
    std::random_device random;
    run_ = (std::uint64_t{random()} << 32U | random()) | 1U;
  }
  return fmt::format("{:016x}-{}", run_, ++marks_);
}

Result<std::unique_ptr<OutputFile>> LocalFileSystem::create(const std::string& path, const std::string& mark, Deadline deadline) {
  const std::string hidden = hidden_path(path, mark);
  auto file = files_.open(hidden, OpenMode::CreateNew);
  if (!file && file.cause() == Cause::NotFound) {
    FLUME_TRY(make_directories(parent_directory(path), deadline));
    file = files_.open(hidden, OpenMode::CreateNew);
  }
  if (!file) return std::move(file).status();
  const auto info = files_.info(hidden);
  if (!info) return info.status();
  failed_syncs_.erase(path);
  return std::unique_ptr<OutputFile>(std::make_unique<LocalOutputFile>(*this, path, *std::move(file), 0, identity_of(*info)));
}

Status LocalFileSystem::publish(const std::string& path, const std::string& mark, Deadline) {
  return files_.rename(hidden_path(path, mark), path, false);
}

Status LocalFileSystem::withdraw(const std::string& path, const std::string& mark, Deadline deadline) {
  return undo_create(path, mark, deadline).status();
}

Result<bool> LocalFileSystem::undo_create(const std::string& path, const std::string& mark, Deadline) {
  const std::string hidden = hidden_path(path, mark);
  const auto info = files_.info(hidden);
  if (!info) return info.cause() == Cause::NotFound ? Result<bool>(false) : info.status();
  if (info->size != 0) return false;  // it was published, and a power loss has forgotten that
  FLUME_TRY(files_.remove(hidden));
  return true;
}

Result<std::unique_ptr<OutputFile>> LocalFileSystem::append(const std::string& path, Deadline) {
  auto file = files_.open(path, OpenMode::ReadWrite);
  if (!file) return std::move(file).status();
  const auto info = files_.info(path);
  if (!info) return info.status();
  return std::unique_ptr<OutputFile>(std::make_unique<LocalOutputFile>(*this, path, *std::move(file), info->size, identity_of(*info)));
}

Result<std::unique_ptr<InputFile>> LocalFileSystem::open(const std::string& path, Deadline) {
  auto file = files_.open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  auto size = (*file)->size();
  if (!size) return std::move(size).status();
  return std::unique_ptr<InputFile>(std::make_unique<LocalInputFile>(*std::move(file), *size));
}

Result<std::uint64_t> LocalFileSystem::length(const std::string& path, Deadline) {
  auto info = files_.info(path);
  if (!info) return std::move(info).status();
  return info->size;
}

Result<Progress> LocalFileSystem::recover(const std::string& path, Deadline) {
  const auto failed = failed_syncs_.find(path);
  if (failed == failed_syncs_.end()) return Progress::Done;
  auto file = files_.open(path, OpenMode::ReadWrite);
  if (!file) return std::move(file).status();
  std::vector<std::byte> buffer(256 * 1024);
  for (std::uint64_t at = failed->second;;) {
    auto got = (*file)->read_at(at, buffer);
    if (!got) return std::move(got).status();
    if (*got == 0) break;
    FLUME_TRY((*file)->write_at(at, ByteView(buffer.data(), *got)));
    at += *got;
  }
  FLUME_TRY((*file)->sync());
  failed_syncs_.erase(failed);
  return Progress::Done;
}

Result<Progress> LocalFileSystem::truncate(const std::string& path, std::uint64_t length, Deadline) {
  auto file = files_.open(path, OpenMode::ReadWrite);
  if (!file) return std::move(file).status();
  FLUME_TRY((*file)->truncate(length));
  FLUME_TRY((*file)->close());
  return Progress::Done;
}

Status LocalFileSystem::rename(const std::string& from, const std::string& to, Deadline) { return files_.rename(from, to, false); }

Status LocalFileSystem::remove(const std::string& path, Deadline) {
  FLUME_TRY(files_.remove(path));
  failed_syncs_.erase(path);
  return {};
}

Status LocalFileSystem::make_directories(const std::string& path, Deadline) {
  std::vector<std::string> missing;
  for (std::string folder = path; folder != "/" && folder != "."; folder = parent_directory(folder)) {
    if (files_.info(folder).ok()) break;
    missing.push_back(folder);
  }
  FLUME_TRY(files_.make_directories(path));
  unsynced_folders_.insert(missing.begin(), missing.end());
  return {};
}

Status LocalFileSystem::sync_directory(const std::string& path, Deadline) {
  FLUME_TRY(files_.sync_directory(path));
  for (std::string folder = path; unsynced_folders_.contains(folder); folder = parent_directory(folder)) {
    FLUME_TRY(files_.sync_directory(parent_directory(folder)));
    unsynced_folders_.erase(folder);
  }
  return {};
}

Result<FileEntry> LocalFileSystem::look_at(const std::string& path, Deadline) {
  const auto info = files_.info(path);
  if (!info) return info.status();
  return entry_of(path.substr(path.rfind('/') + 1), *info);
}

Result<std::vector<FileEntry>> LocalFileSystem::entries(const std::string& path, std::size_t most, Deadline) {
  auto names = files_.list(path);
  if (!names) return std::move(names).status();
  if (names->size() > most) names->resize(most);
  std::vector<FileEntry> entries;
  entries.reserve(names->size());
  for (std::string& name : *names) {
    const auto info = files_.info(path + "/" + name);
    if (info) {
      entries.push_back(entry_of(std::move(name), *info));
    } else if (info.cause() != Cause::NotFound) {  // else it went away meanwhile, or is a link to nothing
      return info.status();
    }
  }
  return entries;
}

}  // namespace flume::output
