// One process at a time in a folder: an advisory lock on a file there, released by the system when the process ends, however it ends.
// Owned by main; the folder is made when missing.
#pragma once

#include <string>

#include "flume/files.h"
#include "flume/result.h"

namespace flume {

class ProcessLock {
 public:
  /// Retryable, Cause::Exists: another process has it; the message says which (its process id).
  static Result<ProcessLock> acquire(Files& files, const std::string& folder);
  ProcessLock(ProcessLock&& other) noexcept;
  ProcessLock& operator=(ProcessLock&&) = delete;
  ~ProcessLock();

 private:
  explicit ProcessLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace flume
