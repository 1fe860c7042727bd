#include "io/posix_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "io/lock_holder.h"
#include "io/network_file_system.h"

namespace flume {
namespace {

constexpr std::uint64_t kMostMountBytes = std::uint64_t{4} << 20;

/// Repeats `call` while a signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  decltype(call()) result = 0;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

/// The first part of `path` that is there and no directory, where one would have to be; empty: there is none.
std::string file_in_the_way(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    struct stat status{};
    if (::stat(part.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) return part;
  }
  return {};
}

Status failure(int error_number, std::string_view operation, const std::string& path) {
  Status failed = Status::from_errno(error_number, std::string(operation) + " " + path);
  if (error_number != ENOTDIR) return failed;
  const std::string file = file_in_the_way(path);
  if (file.empty()) return failed;
  return {failed.kind(), std::string(operation) + " " + path + ": " + file + " is a file, not a directory", failed.cause()};
}

Status failure(std::string_view operation, const std::string& path) { return failure(errno, operation, path); }

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { close().ignore(); }  // the contract of File: who wants to know calls close()

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) override {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const std::span<std::byte> rest = buffer.subspan(done);
      ssize_t got = uninterrupted([&] { return ::pread(descriptor_, rest.data(), rest.size(), static_cast<off_t>(offset + done)); });
      if (got < 0 && errno == ESPIPE) got = uninterrupted([&] { return ::read(descriptor_, rest.data(), rest.size()); });
      if (got < 0) return failure("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Status write_at(std::uint64_t offset, ByteView data) override { return write_at(offset, std::span<const ByteView>(&data, 1)); }

  Status write_at(std::uint64_t offset, std::span<const ByteView> pieces) override {
    std::array<iovec, 256> vectors;
    std::size_t piece = 0;        // the first one not yet wholly written
    std::size_t piece_start = 0;  // how much of it is written
    while (piece < pieces.size()) {
      std::size_t count = 0;
      for (std::size_t i = piece; i < pieces.size() && count < vectors.size(); ++i) {
        const ByteView rest = pieces[i].subspan(i == piece ? piece_start : 0);
        if (rest.empty()) continue;
        vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
      }
      if (count == 0) break;
      const ssize_t wrote =
          uninterrupted([&] { return ::pwritev(descriptor_, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset)); });
      if (wrote < 0) return failure("write", path_);
      offset += static_cast<std::uint64_t>(wrote);
      std::size_t left = static_cast<std::size_t>(wrote);
      while (piece < pieces.size() && left >= pieces[piece].size() - piece_start) {
        left -= pieces[piece].size() - piece_start;
        ++piece;
        piece_start = 0;
      }
      piece_start += left;
    }
    return {};
  }

  Status sync() override {
    if (!sync_failure_.ok()) return sync_failure_;
    if (uninterrupted([&] { return ::fdatasync(descriptor_); }) < 0) sync_failure_ = failure("sync", path_);
    return sync_failure_;
  }

  Result<std::uint64_t> size() override {
    struct stat status{};
    if (::fstat(descriptor_, &status) < 0) return failure("size of", path_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  Status truncate(std::uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) < 0) return failure("truncate", path_);
    return {};
  }

  Status close() override {
    const int descriptor = std::exchange(descriptor_, -1);
    // Not repeated after EINTR: Linux has freed the descriptor by then, another thread may own its number.
    if (descriptor >= 0 && ::close(descriptor) < 0 && errno != EINTR) return failure("close", path_);
    return {};
  }

 private:
  int descriptor_;
  const std::string path_;
  Status sync_failure_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int descriptor) : descriptor_(descriptor) {}
  PosixLock(const PosixLock&) = delete;
  PosixLock& operator=(const PosixLock&) = delete;
  ~PosixLock() override { ::close(descriptor_); }

 private:
  const int descriptor_;
};

/// Who has the lock: the system knows it of a POSIX lock, such as Java's; else the file says it.
std::string holder_of(int descriptor, const struct flock& lock) {
  std::string process;
  if (lock.l_pid > 0) {
    process = std::to_string(lock.l_pid);
  } else {
    std::array<char, 20> digits{};
    const ssize_t got = uninterrupted([&] { return ::pread(descriptor, digits.data(), digits.size(), 0); });
    for (ssize_t i = 0; i < got && digits[static_cast<std::size_t>(i)] >= '0' && digits[static_cast<std::size_t>(i)] <= '9'; ++i) {
      process += digits[static_cast<std::size_t>(i)];
    }
  }
  if (process == std::to_string(::getpid())) process += " (this one)";
  return process.empty() ? "(unknown)" : process;
}

struct flock whole_file() {
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return whole;
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::Read:
      return O_RDONLY;
    case OpenMode::ReadWrite:
      return O_RDWR;
    case OpenMode::CreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::CreateOrOpen:
      return O_RDWR | O_CREAT;
  }
  return O_RDONLY;
}

}  // namespace

Result<std::unique_ptr<File>> PosixFiles::open(const std::string& path, OpenMode mode, std::uint32_t permissions) {
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags_of(mode) | O_CLOEXEC, permissions); });
  if (descriptor < 0) return failure(mode == OpenMode::CreateNew ? "create" : "open", path);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor, path));
}

Status PosixFiles::rename(const std::string& from, const std::string& to, bool overwrite) {
  if (overwrite) {
    if (::rename(from.c_str(), to.c_str()) < 0) return failure("rename", from + " to " + to);
    return {};
  }
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // EINVAL: the file system (NFS, older FUSE) does not know the flag; ENOSYS: the kernel does not.
  if (errno == EINVAL || errno == ENOSYS) return rename_by_link(from, to);
  return failure("rename", from + " to " + to);
}

Status rename_by_link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) < 0) return failure("rename (by link)", from + " to " + to);
  if (::unlink(from.c_str()) < 0) {
    Status failed = failure("rename (unlink after link)", from + " to " + to);
    ::unlink(to.c_str());  // back to where we were; if that fails too both names stay, and the error above says so
    return failed;
  }
  return {};
}

Status PosixFiles::remove(const std::string& path) {
  if (::remove(path.c_str()) < 0) return failure("remove", path);
  return {};
}

Status PosixFiles::make_directories(const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (part.empty() || part == "/") continue;
    if (::mkdir(part.c_str(), 0777) == 0) continue;
    const int error_number = errno;
    // A parent on a read-only or foreign file system may say EROFS or EACCES though it is there.
    struct stat status{};
    if (::stat(part.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    Status failed = Status::from_errno(error_number, "make directory " + part);
    if (error_number != EEXIST) return failed;
    // Not Cause::Exists: whoever wants a free name would look for another one in the same place.
    if (file_in_the_way(part).empty()) return {failed.kind(), failed.message(), Cause::WrongType};  // a link that leads nowhere
    return {failed.kind(), "make directory " + path + ": " + part + " is a file, not a directory", Cause::WrongType};
  }
  return {};
}

Result<FileInfo> PosixFiles::info(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) < 0) return failure("look at", path);
  const auto modified = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return FileInfo{.is_directory = S_ISDIR(status.st_mode),
                  .is_regular = S_ISREG(status.st_mode),
                  .size = static_cast<std::uint64_t>(status.st_size),
                  .inode = status.st_ino,
                  .device = status.st_dev,
                  .modified = WallTime(std::chrono::floor<std::chrono::milliseconds>(modified)),
                  .mode = status.st_mode & 07777U,
                  .owner = status.st_uid,
                  .group = status.st_gid};
}

Result<std::vector<std::string>> PosixFiles::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) return failure("list", directory);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return failure("list", directory);
  return names;
}

Status PosixFiles::sync_directory(const std::string& directory) {
  const int descriptor = uninterrupted([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return failure("open directory", directory);
  Status status;
  // EINVAL: the file system (some FUSE and network ones) has no way to sync a directory; nothing better can be done there.
  if (uninterrupted([&] { return ::fsync(descriptor); }) < 0 && errno != EINVAL) status = failure("sync directory", directory);
  ::close(descriptor);
  return status;
}

Result<std::uint64_t> PosixFiles::free_space(const std::string& path) {
  struct statvfs status{};
  if (uninterrupted([&] { return ::statvfs(path.c_str(), &status); }) < 0) return failure("free space of", path);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<std::string> PosixFiles::network_file_system(const std::string& path) {
  struct statfs system{};
  if (uninterrupted([&] { return ::statfs(path.c_str(), &system); }) < 0) return failure("file system of", path);
  const auto magic = static_cast<std::uint32_t>(system.f_type);
  if (magic != kFuseMagic) return std::string(network_file_system_of(magic));
  struct stat status{};
  if (::stat(path.c_str(), &status) < 0) return failure("file system of", path);
  const auto mounts = read_all("/proc/self/mountinfo", kMostMountBytes);
  // Without /proc: "fuse" alone says too little to warn of.
  return mounts ? network_fuse_of(*mounts, major(status.st_dev), minor(status.st_dev)) : std::string();
}

Status PosixFiles::check_writable(const std::string& directory) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) < 0) return failure("write into", directory);
  if (!S_ISDIR(status.st_mode)) return failure(ENOTDIR, "write into", directory);
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) < 0) return failure("write into", directory);
  return {};
}

Result<std::unique_ptr<FileLock>> PosixFiles::lock(const std::string& path) {
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); });
  if (descriptor < 0) return failure("lock", path);
  auto lock = std::make_unique<PosixLock>(descriptor);
  struct flock whole = whole_file();
  if (uninterrupted([&] { return ::fcntl(descriptor, F_OFD_SETLK, &whole); }) < 0) {
    if (errno != EAGAIN && errno != EACCES) return failure("lock", path);
    struct flock other = whole_file();
    if (::fcntl(descriptor, F_OFD_GETLK, &other) < 0) other.l_pid = 0;
    return retryable(path + " is in use by process " + holder_of(descriptor, other), Cause::Exists);
  }
  const std::string id = std::to_string(::getpid());
  if (::ftruncate(descriptor, 0) < 0 || ::pwrite(descriptor, id.data(), id.size(), 0) < 0) return failure("lock", path);
  return std::unique_ptr<FileLock>(std::move(lock));
}

Result<std::optional<std::string>> lock_holder(const std::string& path) {
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  if (descriptor < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return failure("look at the lock", path);
  }
  const PosixLock closes(descriptor);
  struct flock other = whole_file();
  if (::fcntl(descriptor, F_OFD_GETLK, &other) < 0) return failure("look at the lock", path);
  if (other.l_type == F_UNLCK) return std::optional<std::string>();
  return std::optional(holder_of(descriptor, other));
}

}  // namespace flume
