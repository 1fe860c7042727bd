// Where destination files live: the part of a file system that writing, rolling and recovering files needs. local_file_system
// implements it for file://; the HDFS client has the same shape, so everything above is written once.
//
// Owner: the sink; outlives the files that it opened. One thread, the sink's, unless the implementation says more.
// Errors are Retryable with a Cause and name the path. A call that cannot be back by its deadline answers Cause::Timeout.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/channel.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::output {

/// Steps that a remote file system may need seconds for: asked again later when NotYet.
enum class Progress : std::uint8_t { Done, NotYet };

/// A file open for appending. The destructor abandons it: what was written may or may not be there.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  /// Appends all of `data`. After an error any part of it may be in the file: abandon, recover(), truncate().
  virtual Status write(ByteView data, Deadline deadline) = 0;
  /// The same for who needs `data` no more: it is empty afterwards, perhaps with other memory. An error may be that of a later
  /// call of this file instead, up to wait_flush() or close().
  virtual Status hand_over(std::string& data, Deadline deadline) {
    Status written = write(as_bytes(data), deadline);
    data.clear();
    return written;
  }
  /// Begins to make everything written so far as durable as asked; the flushes of many files run side by side until
  /// their wait_flush(). Written: survives this process. Synced: survives power loss (the name: see sync_directory).
  virtual Status start_flush(Durability durability, Deadline deadline) = 0;
  /// The result of the last start_flush(). After an error: as after a failed write.
  virtual Status wait_flush(Deadline deadline) = 0;
  virtual Status close(Deadline deadline) = 0;
  /// FileEntry::identity of this file.
  [[nodiscard]] virtual const std::string& identity() const noexcept = 0;
  /// Copies of its last bytes that are being written, as of the last flush; none where nobody counts them.
  [[nodiscard]] virtual std::optional<std::size_t> replicas() const { return std::nullopt; }
};

/// A file open for reading, for recovery.
class InputFile {
 public:
  virtual ~InputFile() = default;
  [[nodiscard]] virtual std::uint64_t length() const noexcept = 0;
  /// Fills `buffer` from `offset`; fewer bytes only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer, Deadline deadline) = 0;
};

/// A file or folder as a listing tells it.
struct FileEntry {
  std::string name;  ///< the last part of its path
  bool is_folder = false;
  std::uint64_t length = 0;
  std::uint32_t permission = 0;   ///< bits, as in 0644
  std::string owner;              ///< a name, or a number where the file system knows only that
  std::string group;              ///< likewise
  std::uint32_t replication = 0;  ///< copies of each block; 0: of a folder
  WallTime modified{};
  std::string identity;  ///< stays when it is renamed; another file of its name has another one
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Power loss may leave wrong bytes below a flushed length: readers of what a crash left compare checksums. Otherwise a
  /// file can only be too short.
  [[nodiscard]] virtual bool may_return_wrong_bytes() const noexcept = 0;
  /// Calls wait for servers, and several threads may make them at the same time, for different files.
  [[nodiscard]] virtual bool serves_threads() const noexcept { return false; }
  /// Calls that are under way, and all later ones, are back by then. Any thread.
  virtual void end_calls_by(Deadline) {}
  /// False: the path names a place on another file system.
  [[nodiscard]] virtual bool owns(const std::string& path) const = 0;

  // Files are made in four steps, so that after a crash at any point we know ours from what somebody else made under that name:
  //   mark = creation_mark(); note it; create(path, mark); note the identity; publish(path, mark)
  // Before its identity is noted nothing is written into it, and undo_create() finds it by its mark.

  /// For one create(); no other writer, here or elsewhere, has the same.
  [[nodiscard]] virtual std::string creation_mark() = 0;
  /// Makes the file and missing folders; perhaps under another name until it is published. Cause::Exists: never overwrites.
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& path, const std::string& mark, Deadline deadline) = 0;
  /// From now on it is `path`. Cause::Exists: somebody has that name. Done before: ok, or Cause::NotFound.
  virtual Status publish(const std::string& path, const std::string& mark, Deadline deadline) = 0;
  /// Removes an empty file that create(path, mark) made and nobody has published, where such a file has a name of its own.
  virtual Status withdraw(const std::string&, const std::string&, Deadline) { return {}; }
  /// Removes what create(path, mark) made, if it did, while its identity is not known. False: there is nothing of ours.
  virtual Result<bool> undo_create(const std::string& path, const std::string& mark, Deadline deadline) = 0;
  /// Goes on at the end of a file that nobody writes.
  virtual Result<std::unique_ptr<OutputFile>> append(const std::string& path, Deadline deadline) = 0;
  virtual Result<std::unique_ptr<InputFile>> open(const std::string& path, Deadline deadline) = 0;
  virtual Result<std::uint64_t> length(const std::string& path, Deadline deadline) = 0;
  /// Takes a file from a writer that failed or died, so that it can be truncated, appended to or renamed.
  virtual Result<Progress> recover(const std::string& path, Deadline deadline) = 0;
  /// Lets the time pass that a step which answered NotYet needs; does nothing where none ever does.
  virtual void wait_for_progress(Instant::duration) {}
  /// Cuts a file that nobody writes; `length` is not above its length.
  virtual Result<Progress> truncate(const std::string& path, std::uint64_t length, Deadline deadline) = 0;
  /// Cause::Exists rather than overwrite; Cause::NotFound when `from` is gone.
  virtual Status rename(const std::string& from, const std::string& to, Deadline deadline) = 0;
  virtual Status remove(const std::string& path, Deadline deadline) = 0;
  virtual Status make_directories(const std::string& path, Deadline deadline) = 0;
  /// Names made and renamed in `path`, and the folders on the way that this object made, survive power loss.
  virtual Status sync_directory(const std::string& path, Deadline deadline) = 0;
  virtual Result<FileEntry> look_at(const std::string& path, Deadline deadline) = 0;
  /// What is in a folder, in no order; of a larger one `most` of them.
  virtual Result<std::vector<FileEntry>> entries(const std::string& path, std::size_t most, Deadline deadline) = 0;
};

}  // namespace flume::output
