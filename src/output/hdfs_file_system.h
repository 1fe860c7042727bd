// hdfs:// as a FileSystem: blocking calls for the threads of a sink, in front of an HdfsClient that lives in its own loop.
//
// Paths begin with the file system's own URI: "hdfs://nn:8020/flume/events". Files are written side by side: only what waits
// for the server blocks, and only its caller. Any thread; one thread for each file at a time. Every call is back by its
// deadline, and without one after kLongestCall.
// Errors: as FileSystem says, Cause::Unsupported for encrypted and erasure-coded files.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "clients/hdfs/hdfs_client.h"
#include "flume/log.h"
#include "net/loop_caller.h"
#include "output/file_system.h"

namespace flume::output {

class HdfsFileSystem final : public FileSystem {
 public:
  /// A deadline of never() means this: a sink must be able to stop.
  static constexpr std::chrono::minutes kLongestCall{10};

  /// `uri` is "hdfs://" and the authority, as configured; `dialer` belongs to the network of the caller's loop.
  HdfsFileSystem(std::string uri, std::unique_ptr<LoopCaller> caller, Dialer& dialer, hdfs::ClientSettings settings, Log log);
  HdfsFileSystem(const HdfsFileSystem&) = delete;
  HdfsFileSystem& operator=(const HdfsFileSystem&) = delete;
  /// After all files that it opened.
  ~HdfsFileSystem() override;

  /// Whether we can work with this cluster at all; the others do it when it was not done.
  Status connect(Deadline deadline);

  /// Every chunk has its checksum.
  [[nodiscard]] bool may_return_wrong_bytes() const noexcept override { return false; }
  [[nodiscard]] bool serves_threads() const noexcept override { return !caller_->loop().is_driven(); }
  void end_calls_by(Deadline deadline) override;
  [[nodiscard]] bool owns(const std::string& path) const override;
  /// Who holds the leases of its files.
  [[nodiscard]] std::string creation_mark() override { return lease_holder_; }
  Result<std::unique_ptr<OutputFile>> create(const std::string& path, const std::string& mark, Deadline deadline) override;
  /// Nothing to do: files are made under their names.
  Status publish(const std::string& path, const std::string& mark, Deadline deadline) override;
  Result<bool> undo_create(const std::string& path, const std::string& mark, Deadline deadline) override;
  Result<std::unique_ptr<OutputFile>> append(const std::string& path, Deadline deadline) override;
  Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) override;
  Result<std::uint64_t> length(const std::string& path, Deadline deadline) override;
  Result<Progress> recover(const std::string& path, Deadline deadline) override;
  void wait_for_progress(Instant::duration time) override;
  Result<Progress> truncate(const std::string& path, std::uint64_t length, Deadline deadline) override;
  Status rename(const std::string& from, const std::string& to, Deadline deadline) override;
  Status remove(const std::string& path, Deadline deadline) override;
  Status make_directories(const std::string& path, Deadline deadline) override;
  /// Nothing to do: the NameNode syncs its log before it answers.
  Status sync_directory(const std::string& path, Deadline deadline) override;
  Result<FileEntry> look_at(const std::string& path, Deadline deadline) override;
  Result<std::vector<FileEntry>> entries(const std::string& path, std::size_t most, Deadline deadline) override;

 private:
  friend class HdfsOutputFile;
  friend class HdfsInputFile;

  [[nodiscard]] Deadline bounded(Deadline deadline) const;
  /// The path as the NameNode knows it. Precondition: owns(path).
  [[nodiscard]] std::string inside(const std::string& path) const;
  void tell_erasure_coded(const std::string& path, Deadline deadline);

  /// Empty ones, with the memory of bytes that have been sent.
  std::string take_buffer();
  void give_buffer(std::string buffer);
  static constexpr std::size_t kMostBuffers = 4;
  static constexpr std::size_t kLargestBuffer = std::size_t{1} << 20;

  const std::string uri_;
  const Log log_;
  const std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<hdfs::HdfsClient> client_;  // of the loop's thread
  std::string lease_holder_;

  std::mutex mutex_;
  std::unordered_map<std::string, Instant> cut_or_recovered_;  // guarded by mutex_: files on which the NameNode works, and since when
  std::set<std::string> known_folders_;                        // guarded by mutex_: looked at for erasure coding
  std::vector<std::string> buffers_;                           // guarded by mutex_
};

}  // namespace flume::output
