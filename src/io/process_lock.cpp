#include "io/process_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <sys/file.h>

namespace flume {

Result<ProcessLock> ProcessLock::acquire(Files& files, const std::string& folder) {
  // Its cause is not passed on: Cause::Exists is for the lock alone.
  if (const Status made = files.make_directories(folder); !made.ok()) return retryable(made.message());
  const std::string path = folder + "/lock";
  ProcessLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.descriptor_ < 0) return Status::from_errno(errno, path);
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Status::from_errno(errno, path);
    char owner[32] = {};
    const ssize_t got = pread(lock.descriptor_, owner, sizeof owner - 1, 0);
    return retryable("the state folder " + folder + " is in use by process " +
                         (got > 0 ? std::string(owner, static_cast<std::size_t>(got)) : "(unknown)"),
                     Cause::Exists);
  }
  const std::string id = std::to_string(getpid());
  if (ftruncate(lock.descriptor_, 0) != 0 || pwrite(lock.descriptor_, id.data(), id.size(), 0) < 0) return Status::from_errno(errno, path);
  return lock;
}

ProcessLock::ProcessLock(ProcessLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessLock::~ProcessLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace flume
