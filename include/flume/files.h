// The disk seam: all file access of the agent goes through Files, so that tests can tear writes,
// fill the disk, lose un-synced data and cut the power. Real implementation: src/io/posix_files;
// simulated twin: tests/support/sim_files. Paths are absolute or relative to the process, UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "flume/result.h"

namespace flume {

using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) noexcept { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(ByteView bytes) noexcept { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// One open file; closed by the destructor (whose error is lost: call close()). read_at, write_at and one sync may run side by
/// side in several threads; everything else one thread at a time.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to buffer.size() bytes at `offset`; less only at the end of the file, 0 = end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) = 0;
  /// Writes all of `data` at `offset`. After an error any part of it may be in the file.
  virtual Status write_at(std::uint64_t offset, ByteView data) = 0;
  /// The pieces one after the other at `offset`, in one call where the system can.
  virtual Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) = 0;
  /// Data (and length) survive power loss when this returns ok. After an error nothing is known of
  /// what was written since the last sync: never call it again on the same file and trust it.
  virtual Status sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Status close() = 0;
};

/// A lock that is let go by the destructor, or by the system when the process ends, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode : std::uint8_t {
  Read,
  ReadWrite,    ///< must exist
  CreateNew,    ///< must not exist (Cause::Exists)
  CreateOrOpen  ///< never truncates
};

struct FileInfo {
  bool is_directory = false;
  bool is_regular = false;
  std::uint64_t size = 0;  // bytes
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  WallTime modified{};
  std::uint32_t mode = 0;   // permission bits
  std::uint32_t owner = 0;  // uid
  std::uint32_t group = 0;  // gid
};

/// Any thread. Errors are Retryable with the Cause that errno gives, and name the path.
class Files {
 public:
  virtual ~Files() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, std::uint32_t permissions = 0644) = 0;
  /// Atomic. Fails with Cause::Exists rather than overwrite when `overwrite` is false.
  virtual Status rename(const std::string& from, const std::string& to, bool overwrite) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Makes the directory and its missing parents; ok if it is there.
  virtual Status make_directories(const std::string& path) = 0;
  virtual Result<FileInfo> info(const std::string& path) = 0;
  /// Names (not paths) in no order, without `.` and `..`.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  /// The names made, renamed and removed in `directory` survive power loss when this returns ok.
  virtual Status sync_directory(const std::string& directory) = 0;
  /// Bytes that an unprivileged process may still write on the file system of `path`.
  virtual Result<std::uint64_t> free_space(const std::string& path) = 0;
  /// ok if this process may create files in `directory`; the error says why not.
  virtual Status check_writable(const std::string& directory) = 0;
  /// Locks the file (made when missing, never removed) for this process: Cause::Exists when another process, or this one, has
  /// it already; the message then names the process where it is known. Excludes Java's FileLock, too.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  /// The network file system that `path` is on: "nfs", "fuse.sshfs", ...; empty: a local one, or not known.
  virtual Result<std::string> network_file_system([[maybe_unused]] const std::string& path) { return std::string(); }

  /// The whole file; Cause::TooLarge above `limit` bytes, before any memory is taken.
  Result<std::string> read_all(const std::string& path, std::uint64_t limit);
  /// Replaces `path` by `content` so that a crash leaves the old or the new one: writes
  /// `path` + ".new", syncs it, renames it over, syncs the directory.
  Status replace(const std::string& path, std::string_view content);
};

/// "/a/b/c" -> "/a/b"; "c" -> "."; "/c" -> "/".
[[nodiscard]] std::string parent_directory(std::string_view path);

}  // namespace flume
