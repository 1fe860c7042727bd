#include "support/blocking_files.h"

#include <algorithm>
#include <condition_variable>
#include <fnmatch.h>
#include <mutex>
#include <utility>

namespace flume {

struct BlockingFiles::Gate::Shared {
  BlockingFiles::Operation operation{};
  std::string path;
  std::size_t skip = 0;

  mutable std::mutex mutex;  // guards what follows
  mutable std::condition_variable changed;
  bool is_reached = false;
  bool is_over = false;
  Status result;

  /// In the thread that is held up.
  Status pass() {
    std::unique_lock lock(mutex);
    is_reached = true;
    changed.notify_all();
    changed.wait(lock, [this] { return is_over; });
    return result;
  }
};

struct BlockingFiles::Gates {
  std::mutex mutex;
  std::vector<std::shared_ptr<Gate::Shared>> waiting;  // for their operation

  Status pass(Operation operation, const std::string& path) {
    std::shared_ptr<Gate::Shared> reached;
    {
      const std::lock_guard lock(mutex);
      for (auto gate = waiting.begin(); gate != waiting.end(); ++gate) {
        if ((*gate)->operation != operation || ::fnmatch((*gate)->path.c_str(), path.c_str(), 0) != 0) continue;
        if ((*gate)->skip != 0) {
          --(*gate)->skip;
          continue;
        }
        reached = *gate;
        waiting.erase(gate);
        break;
      }
    }
    return reached ? reached->pass() : Status();
  }
};

class BlockingFiles::HeldFile final : public File {
 public:
  HeldFile(std::unique_ptr<File> file, std::string path, std::shared_ptr<Gates> gates)
      : file_(std::move(file)), path_(std::move(path)), gates_(std::move(gates)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    if (Status passed = gates_->pass(Operation::Read, path_); !passed.ok()) return passed;
    return file_->read_at(offset, buffer);
  }
  Status write_at(std::uint64_t offset, ByteView data) override {
    FLUME_TRY(gates_->pass(Operation::Write, path_));
    return file_->write_at(offset, data);
  }
  Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    FLUME_TRY(gates_->pass(Operation::Write, path_));
    return file_->write_at(offset, pieces);
  }
  Status sync() override {
    FLUME_TRY(gates_->pass(Operation::Sync, path_));
    return file_->sync();
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  Status truncate(std::uint64_t size) override { return file_->truncate(size); }
  Status close() override { return file_->close(); }

 private:
  const std::unique_ptr<File> file_;
  const std::string path_;
  const std::shared_ptr<Gates> gates_;
};

BlockingFiles::Gate::~Gate() {
  if (shared_) end({});
}

void BlockingFiles::Gate::wait_until_reached() const {
  std::unique_lock lock(shared_->mutex);
  shared_->changed.wait(lock, [this] { return shared_->is_reached; });
}

bool BlockingFiles::Gate::is_reached() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->is_reached;
}

void BlockingFiles::Gate::end(Status result) {
  const std::lock_guard lock(shared_->mutex);
  if (std::exchange(shared_->is_over, true)) return;
  shared_->result = std::move(result);
  shared_->changed.notify_all();
}

BlockingFiles::BlockingFiles(Files& files) : files_(files), gates_(std::make_shared<Gates>()) {}
BlockingFiles::~BlockingFiles() = default;

BlockingFiles::Gate BlockingFiles::block(Operation operation, std::string path, std::size_t skip) {
  auto gate = std::make_shared<Gate::Shared>();
  gate->operation = operation;
  gate->path = std::move(path);
  gate->skip = skip;
  const std::lock_guard lock(gates_->mutex);
  gates_->waiting.push_back(gate);
  return Gate(std::move(gate));
}

Result<std::unique_ptr<File>> BlockingFiles::open(const std::string& path, OpenMode mode, std::uint32_t permissions) {
  if (Status passed = gates_->pass(Operation::Open, path); !passed.ok()) return passed;
  auto file = files_.open(path, mode, permissions);
  if (!file) return file;
  return std::unique_ptr<File>(std::make_unique<HeldFile>(*std::move(file), path, gates_));
}

Status BlockingFiles::rename(const std::string& from, const std::string& to, bool overwrite) {
  FLUME_TRY(gates_->pass(Operation::Rename, from));
  return files_.rename(from, to, overwrite);
}

Status BlockingFiles::remove(const std::string& path) {
  FLUME_TRY(gates_->pass(Operation::Remove, path));
  return files_.remove(path);
}

Result<FileInfo> BlockingFiles::info(const std::string& path) {
  if (Status passed = gates_->pass(Operation::Info, path); !passed.ok()) return passed;
  return files_.info(path);
}

Status BlockingFiles::sync_directory(const std::string& directory) {
  FLUME_TRY(gates_->pass(Operation::SyncDirectory, directory));
  return files_.sync_directory(directory);
}

}  // namespace flume
