// HDFS as programs use it: files are created, appended to, read, recovered and cut; their leases are kept.
//
//   HdfsClient hdfs(loop, network, settings, random_client_id(), log);
//   Result<WrittenFile> file = co_await hdfs.create("/flume/a", deadline);
//   FLUME_CO_TRY(co_await file->writer->write(bytes, deadline));
//   FLUME_CO_TRY(co_await file->writer->close(deadline));
//
// Loop thread only (or while the loop does not run); outlives its files and calls. Errors name call, path and server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "clients/hdfs/client_settings.h"
#include "clients/hdfs/file_reader.h"
#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/namenode.h"
#include "flume/log.h"

namespace flume::hdfs {

/// Sixteen bytes from the system's random source.
[[nodiscard]] ClientId random_client_id();

/// A file that is open for writing. While one is there, the client keeps all its leases.
struct WrittenFile {
  std::unique_ptr<FileWriter> writer;
  std::uint64_t length = 0;                   ///< that it has already
  std::uint64_t file_id = 0;                  ///< the NameNode's: it stays when the file is renamed
  std::shared_ptr<const void> lease_is_kept;  ///< let go with the writer
};

class HdfsClient {
 public:
  HdfsClient(EventLoop& loop, Dialer& dialer, ClientSettings settings, const ClientId& id, Log log);
  HdfsClient(const HdfsClient&) = delete;
  HdfsClient& operator=(const HdfsClient&) = delete;
  ~HdfsClient() = default;

  [[nodiscard]] NameNodeClient& namenode() { return namenode_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] const ClientSettings& settings() const { return settings_; }

  /// Asks the server for its defaults, once: whether we can work with this cluster at all.
  Task<Status> connect(Deadline deadline);
  /// With parents; never replaces a file (Cause Exists). Unsupported: it would have to be encrypted.
  Task<Result<WrittenFile>> create(std::string path, Deadline deadline);
  /// Goes on at the end of a closed file. Busy: somebody holds its lease.
  Task<Result<WrittenFile>> append(std::string path, Deadline deadline);
  /// Of a file that is being written, what was flushed by now; while none of its last block's DataNodes answers, what the NameNode
  /// knows.
  Task<Result<std::unique_ptr<FileReader>>> open(std::string path, Deadline deadline);
  /// True: nobody writes it any more. False: its last block is being recovered; ask again every few seconds.
  Task<Result<bool>> recover(std::string path, Deadline deadline);
  Task<Status> make_directories(std::string path, Deadline deadline);

 private:
  Task<Status> refuse_encrypted(std::string path, bool was_created, Deadline deadline);
  [[nodiscard]] WrittenFile written(OpenFile file, FileWriterSettings settings, std::optional<LocatedBlock> last_block,
                                    std::uint64_t length);
  Task<void> keep_leases();

  EventLoop& loop_;
  Dialer& dialer_;
  ClientSettings settings_;
  const Log log_;
  const ClientId id_;
  RpcClient rpc_;
  NameNodeClient namenode_;
  std::optional<FileWriterSettings> file_settings_;  // once the server has told its defaults
  PacketPool packets_;
  std::weak_ptr<const void> lease_users_;
  RunningTask keeping_leases_;
};

}  // namespace flume::hdfs
