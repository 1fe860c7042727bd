#include "output/hdfs_file_system.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

namespace flume::output {
namespace {

/// The NameNode begins a recovery anew each time it is asked for: not more often than this.
constexpr std::chrono::seconds kRecoveryInterval{3};
/// A cut in the middle of a block is a recovery of its own, which another one would only disturb.
constexpr std::chrono::seconds kPatienceWithCut{60};
constexpr std::size_t kMostKnownFolders = 10'000;

// (co_await stands in no ?: here: net/task.h.)
Task<Result<Progress>> recovered(hdfs::HdfsClient& client, std::string path, bool only_looks, Deadline deadline) {
  Task<Result<bool>> asked = only_looks ? client.namenode().is_file_closed(path, deadline) : client.recover(path, deadline);
  const Result<bool> closed = co_await std::move(asked);
  if (!closed) co_return closed.status();
  co_return *closed ? Progress::Done : Progress::NotYet;
}

FileEntry entry_of(hdfs::FileStatus status) {
  return {.name = std::move(status.name),
          .is_folder = status.type == hdfs::FileStatus::Type::Directory,
          .length = status.length,
          .permission = status.permission,
          .owner = std::move(status.owner),
          .group = std::move(status.group),
          .replication = status.replication,
          .modified = WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(status.modified))),
          .identity = std::to_string(status.file_id)};
}

/// True: a file that `holder` made, and wrote nothing into, was there and is removed.
Task<Result<bool>> undone(hdfs::NameNodeClient& namenode, std::string path, std::string holder, Deadline deadline) {
  // Changes nothing, but only who holds the lease may: so the NameNode tells whose file it is, exactly.
  const hdfs::OpenFile file{.path = path, .client = std::move(holder)};
  const Status held = co_await namenode.fsync(file, 0, deadline);
  if (held.cause() == Cause::NotFound) co_return false;
  if (!held.ok()) {
    if (held.cause() != Cause::Lost) co_return held;
    // Once nobody has renewed a lease for long (20 minutes, an hour), the NameNode itself closes the file, and nobody knows any more
    // whose it was. Ours has no byte then; nor does any file lose one that is closed, empty, and removed.
    const Result<std::optional<hdfs::FileStatus>> status = co_await namenode.file_info(path, deadline);
    if (!status) co_return status.status();
    if (!status->has_value() || (*status)->type != hdfs::FileStatus::Type::File || (*status)->length != 0) co_return false;
    const Result<bool> closed = co_await namenode.is_file_closed(path, deadline);
    if (!closed || !*closed) co_return closed;
  }
  co_return co_await namenode.remove(path, false, deadline);
}

/// The last bytes, and a flush that tells how many DataNodes have them.
Task<Status> flushed(hdfs::FileWriter& writer, ByteView bytes, Durability durability, std::atomic<std::size_t>& replicas,
                     Deadline deadline) {
  FLUME_CO_TRY(co_await writer.write(bytes, deadline));
  Task<Status> flushing = durability == Durability::Synced ? writer.sync(deadline) : writer.flush(deadline);
  Status done = co_await std::move(flushing);
  if (const std::size_t live = writer.live_replicas(); live != 0) replicas = live;
  co_return done;
}

Task<Status> slept(EventLoop& loop, Deadline until) {
  co_await sleep_until(loop, until);
  co_return Status();
}

}  // namespace

/// Bytes stay here until there are many, or the flush or close that they go with: each step into the loop's thread and back
/// costs more than a batch of events.
class HdfsOutputFile final : public OutputFile {
 public:
  HdfsOutputFile(HdfsFileSystem& file_system, hdfs::WrittenFile file)
      : file_system_(file_system), file_(std::move(file)), identity_(std::to_string(file_.file_id)) {}
  HdfsOutputFile(const HdfsOutputFile&) = delete;
  HdfsOutputFile& operator=(const HdfsOutputFile&) = delete;
  ~HdfsOutputFile() override {
    going_on_ = {};
    caller().run_in_loop([this] { file_ = {}; });
  }

  Status write(ByteView data, Deadline deadline) override {
    waiting_ += as_text(data);
    return waiting_.size() < kManyBytes ? Status() : send(deadline);
  }
  Status hand_over(std::string& data, Deadline deadline) override {
    if (waiting_.empty()) {
      if (data.capacity() > kFewBytes && waiting_.capacity() <= kFewBytes) waiting_ = file_system_.take_buffer();
      waiting_.swap(data);
    } else {
      waiting_ += data;
    }
    data.clear();
    return waiting_.size() < kManyBytes ? Status() : send(deadline);
  }
  Status start_flush(Durability durability, Deadline deadline) override {
    FLUME_TRY(begin_step());
    going_on_ = caller().start(flushed(*file_.writer, as_bytes(sent_), durability, replicas_, file_system_.bounded(deadline)));
    return {};
  }
  Status wait_flush(Deadline) override {
    Status done = end_step();
    // There may be hundreds of files like this one: they share some memory.
    if (sent_.capacity() > kFewBytes) file_system_.give_buffer(std::exchange(sent_, {}));
    return done;
  }
  /// After an error of the close itself it may be called again.
  Status close(Deadline deadline) override {
    if (!waiting_.empty()) FLUME_TRY(send(deadline));
    FLUME_TRY(end_step());
    return caller().call(file_.writer->close(file_system_.bounded(deadline)));
  }
  [[nodiscard]] const std::string& identity() const noexcept override { return identity_; }
  [[nodiscard]] std::optional<std::size_t> replicas() const override {
    const std::size_t replicas = replicas_;
    return replicas == 0 ? std::nullopt : std::optional(replicas);
  }

 private:
  static constexpr std::size_t kManyBytes = std::size_t{256} << 10;
  static constexpr std::size_t kFewBytes = std::size_t{16} << 10;

  [[nodiscard]] LoopCaller& caller() const { return *file_system_.caller_; }
  /// What waits is sent, while the caller makes the next bytes.
  Status send(Deadline deadline) {
    FLUME_TRY(begin_step());
    going_on_ = caller().start(file_.writer->write(as_bytes(sent_), file_system_.bounded(deadline)));
    return {};
  }
  /// One step at a time: the one before is waited for, and the bytes that wait are the next one's. After an error there is no
  /// next one: bytes of the file are missing.
  Status begin_step() {
    FLUME_TRY(end_step());
    sent_.clear();
    sent_.swap(waiting_);
    return {};
  }
  Status end_step() {
    if (going_on_.is_under_way() && failure_.ok()) failure_ = going_on_.wait();
    return failure_;
  }

  HdfsFileSystem& file_system_;
  hdfs::WrittenFile file_;  // of the loop's thread
  const std::string identity_;
  std::atomic<std::size_t> replicas_ = 0;  // 0: not known yet
  std::string waiting_;                    // for the next step
  std::string sent_;                       // in the present step
  Status failure_;                         // of a step
  PendingCall<Status> going_on_;
};

class HdfsInputFile final : public InputFile {
 public:
  HdfsInputFile(HdfsFileSystem& file_system, std::unique_ptr<hdfs::FileReader> reader)
      : file_system_(file_system), length_(reader->length()), reader_(std::move(reader)) {}
  HdfsInputFile(const HdfsInputFile&) = delete;
  HdfsInputFile& operator=(const HdfsInputFile&) = delete;
  ~HdfsInputFile() override {
    file_system_.caller_->run_in_loop([this] { reader_.reset(); });
  }
  [[nodiscard]] std::uint64_t length() const noexcept override { return length_; }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer, Deadline deadline) override {
    return file_system_.caller_->call(reader_->read_at(offset, buffer, file_system_.bounded(deadline)));
  }

 private:
  HdfsFileSystem& file_system_;
  const std::uint64_t length_;
  std::unique_ptr<hdfs::FileReader> reader_;  // of the loop's thread
};

std::string HdfsFileSystem::take_buffer() {
  const std::lock_guard lock(mutex_);
  if (buffers_.empty()) return {};
  std::string buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void HdfsFileSystem::give_buffer(std::string buffer) {
  buffer.clear();
  const std::lock_guard lock(mutex_);
  if (buffers_.size() < kMostBuffers && buffer.capacity() <= kLargestBuffer) buffers_.push_back(std::move(buffer));
}

HdfsFileSystem::HdfsFileSystem(std::string uri, std::unique_ptr<LoopCaller> caller, Dialer& dialer, hdfs::ClientSettings settings, Log log)
    : uri_(std::move(uri)), log_(std::move(log)), caller_(std::move(caller)) {
  caller_->run_in_loop(
      [&] { client_ = std::make_unique<hdfs::HdfsClient>(caller_->loop(), dialer, std::move(settings), hdfs::random_client_id(), log_); });
  lease_holder_ = client_->namenode().client();
}

HdfsFileSystem::~HdfsFileSystem() {
  caller_->run_in_loop([this] { client_.reset(); });
}

void HdfsFileSystem::end_calls_by(Deadline deadline) { caller_->cut_short_by(deadline); }

Deadline HdfsFileSystem::bounded(Deadline deadline) const { return std::min(deadline, caller_->loop().in(kLongestCall)); }

bool HdfsFileSystem::owns(const std::string& path) const { return path.starts_with(uri_ + "/"); }

std::string HdfsFileSystem::inside(const std::string& path) const { return path.substr(uri_.size()); }

Status HdfsFileSystem::connect(Deadline deadline) { return caller_->call(client_->connect(bounded(deadline))); }

Result<std::unique_ptr<OutputFile>> HdfsFileSystem::create(const std::string& path, const std::string&, Deadline deadline) {
  Result<hdfs::WrittenFile> file = caller_->call(client_->create(inside(path), bounded(deadline)));
  if (!file) return std::move(file).status();
  auto opened = std::make_unique<HdfsOutputFile>(*this, *std::move(file));
  tell_erasure_coded(path, deadline);
  return std::unique_ptr<OutputFile>(std::move(opened));
}

Status HdfsFileSystem::publish(const std::string&, const std::string&, Deadline) { return {}; }

Result<bool> HdfsFileSystem::undo_create(const std::string& path, const std::string& mark, Deadline deadline) {
  return caller_->call(undone(client_->namenode(), inside(path), mark, bounded(deadline)));
}

void HdfsFileSystem::tell_erasure_coded(const std::string& path, Deadline deadline) {
  const std::string folder = parent_directory(path);
  {
    const std::lock_guard lock(mutex_);
    if (known_folders_.size() >= kMostKnownFolders) known_folders_.clear();
    if (!known_folders_.insert(folder).second) return;
  }
  const auto status = caller_->call(client_->namenode().file_info(inside(folder), bounded(deadline)));
  if (!status) {
    const std::lock_guard lock(mutex_);
    known_folders_.erase(folder);  // the next file asks again
  } else if (status->has_value() && (*status)->is_erasure_coded) {
    log_.info("the folder is erasure-coded; files that are written step by step are replicated there instead", {{"path", folder}});
  }
}

Result<std::unique_ptr<OutputFile>> HdfsFileSystem::append(const std::string& path, Deadline deadline) {
  Result<hdfs::WrittenFile> file = caller_->call(client_->append(inside(path), bounded(deadline)));
  if (!file) return std::move(file).status();
  return std::unique_ptr<OutputFile>(std::make_unique<HdfsOutputFile>(*this, *std::move(file)));
}

Result<std::unique_ptr<InputFile>> HdfsFileSystem::open(const std::string& path, Deadline deadline) {
  Result<std::unique_ptr<hdfs::FileReader>> reader = caller_->call(client_->open(inside(path), bounded(deadline)));
  if (!reader) return std::move(reader).status();
  return std::unique_ptr<InputFile>(std::make_unique<HdfsInputFile>(*this, *std::move(reader)));
}

Result<std::uint64_t> HdfsFileSystem::length(const std::string& path, Deadline deadline) {
  const auto status = caller_->call(client_->namenode().file_info(inside(path), bounded(deadline)));
  if (!status) return status.status();
  if (!status->has_value()) return retryable(path + ": no such file", Cause::NotFound);
  return (*status)->length;
}

Result<Progress> HdfsFileSystem::recover(const std::string& path, Deadline deadline) {
  const Instant now = caller_->loop().now();
  bool only_looks = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = cut_or_recovered_.find(path);
    only_looks = found != cut_or_recovered_.end() && now < found->second;
    if (!only_looks) cut_or_recovered_.insert_or_assign(path, now + kRecoveryInterval);
  }
  Result<Progress> progress = caller_->call(recovered(*client_, inside(path), only_looks, bounded(deadline)));
  if (!progress || *progress == Progress::Done) {
    const std::lock_guard lock(mutex_);
    cut_or_recovered_.erase(path);
  }
  return progress;
}

void HdfsFileSystem::wait_for_progress(Instant::duration time) {
  caller_->call(slept(caller_->loop(), caller_->loop().in(time))).ignore();  // it only sleeps
}

Result<Progress> HdfsFileSystem::truncate(const std::string& path, std::uint64_t length, Deadline deadline) {
  const Result<bool> done = caller_->call(client_->namenode().truncate(inside(path), length, bounded(deadline)));
  if (!done) return done.status();
  if (*done) return Progress::Done;
  const std::lock_guard lock(mutex_);
  cut_or_recovered_.insert_or_assign(path, caller_->loop().now() + kPatienceWithCut);
  return Progress::NotYet;
}

Status HdfsFileSystem::rename(const std::string& from, const std::string& to, Deadline deadline) {
  return caller_->call(client_->namenode().rename(inside(from), inside(to), bounded(deadline)));
}

Status HdfsFileSystem::remove(const std::string& path, Deadline deadline) {
  const Result<bool> removed = caller_->call(client_->namenode().remove(inside(path), false, bounded(deadline)));
  if (!removed) return removed.status();
  return *removed ? Status() : retryable(path + ": no such file", Cause::NotFound);
}

Status HdfsFileSystem::make_directories(const std::string& path, Deadline deadline) {
  return caller_->call(client_->make_directories(inside(path), bounded(deadline)));
}

Status HdfsFileSystem::sync_directory(const std::string&, Deadline) { return {}; }

Result<FileEntry> HdfsFileSystem::look_at(const std::string& path, Deadline deadline) {
  auto status = caller_->call(client_->namenode().file_info(inside(path), bounded(deadline)));
  if (!status) return std::move(status).status();
  if (!status->has_value()) return retryable(path + ": no such file or folder", Cause::NotFound);
  FileEntry entry = entry_of(**std::move(status));
  entry.name = path.substr(path.rfind('/') + 1);
  return entry;
}

Result<std::vector<FileEntry>> HdfsFileSystem::entries(const std::string& path, std::size_t most, Deadline deadline) {
  auto found = caller_->call(client_->namenode().entries(inside(path), most, bounded(deadline)));
  if (!found) return std::move(found).status();
  if (!found->has_value()) return retryable(path + ": no such folder", Cause::NotFound);
  std::vector<FileEntry> entries;
  entries.reserve((*found)->size());
  std::transform(std::make_move_iterator((*found)->begin()), std::make_move_iterator((*found)->end()), std::back_inserter(entries),
                 entry_of);
  return entries;
}

}  // namespace flume::output
