#include "io/process_lock.h"

namespace flume {

Result<std::unique_ptr<FileLock>> lock_folder(Files& files, const std::string& folder) {
  // Its cause is not passed on: Cause::Exists is for the lock alone.
  if (const Status made = files.make_directories(folder); !made.ok()) return retryable(made.message());
  auto lock = files.lock(folder + "/lock");
  if (lock.cause() == Cause::Exists) return retryable("the state folder: " + lock.status().message(), Cause::Exists);
  return lock;
}

}  // namespace flume
