// The part of hdfs_probe that moves file data: files of a pattern that can be checked at every offset are written,
// appended to and read back through the client's own data path.
//   begin PATH [append=1 replication= block= checksum=crc32|crc32c|none chunk= packet= timeout= node= replace= restart=]
//                                           appended to with the replicas' checksums, unless chunk= says otherwise
//   more PATH bytes= [piece= flush= sync=]   so many bytes in pieces; flushed (synced) after every so many bytes, and at the end
//   end PATH | drop PATH                     closes; or forgets the file, as a client that dies does
//   read PATH | cut PATH length= | finish PATH   verify all bytes; truncate and wait; recover the lease and wait
// Owned by main. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/namenode.h"

namespace flume::hdfs {

/// For people: "error CAUSE: message".
[[nodiscard]] std::string error(const Status& status);

class ProbeFiles {
 public:
  ProbeFiles(EventLoop& loop, Dialer& dialer, NameNodeClient& namenode);

  /// The answer to one line of input; nothing when the verb is none of these.
  Task<std::string> execute(std::vector<std::string> words, Deadline deadline);

 private:
  using Settings = std::map<std::string, std::string>;
  struct Open {
    std::unique_ptr<FileWriter> writer;
    std::uint64_t offset = 0;
  };

  Task<std::string> begin(std::string path, Settings settings, Deadline deadline);
  Task<std::string> more(std::string path, Settings settings, Deadline deadline);
  Task<std::string> end(std::string path, Deadline deadline);
  Task<std::string> read(std::string path, Deadline deadline);
  Task<Status> read_block(LocatedBlock block, std::uint64_t& offset, Deadline deadline);
  Task<std::string> cut(std::string path, std::uint64_t length, Deadline deadline);
  Task<std::string> finish(std::string path, Deadline deadline);
  Task<Status> wait_closed(std::string path, Deadline deadline);
  /// The file's bytes from `offset` on, at most `most` of them.
  [[nodiscard]] ByteView pattern(std::uint64_t offset, std::size_t most) const;

  EventLoop& loop_;
  Dialer& dialer_;
  NameNodeClient& namenode_;
  const std::string pattern_;
  std::map<std::string, Open> open_;
};

}  // namespace flume::hdfs
