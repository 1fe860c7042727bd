// One process at a time in a folder: a lock on a file there, released by the system when the process ends, however it ends.
// Owned by main; the folder is made when missing.
#pragma once

#include <memory>
#include <string>

#include "flume/files.h"
#include "flume/result.h"

namespace flume {

/// Retryable, Cause::Exists: another process has the folder; the message says which (its process id).
Result<std::unique_ptr<FileLock>> lock_folder(Files& files, const std::string& folder);

}  // namespace flume
