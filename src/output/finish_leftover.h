// Finishes one file in use that no journal names, for somebody who knows that nobody writes it any more: the lease is taken
// over, the file cut to its last whole record and renamed. One thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "flume/clock.h"
#include "flume/log.h"
#include "output/file_journal.h"
#include "output/file_system.h"

namespace flume::output {

struct LeftoverEnding {
  std::uint64_t length = 0;  ///< of the final file
  /// It held no whole record, so that there is no final file.
  bool is_removed = false;
};

class LeftoverFinisher {
 public:
  /// Each file may take `patience`, most of which a recovery of its last block can need.
  LeftoverFinisher(FileSystem& file_system, Clock& clock, Log log, std::chrono::seconds patience);

  /// Nothing is done to a file whose final name is taken (Cause::Exists). What the bytes are is told by themselves. After an error
  /// it can be tried again; Cause::Timeout: the recovery goes on without us.
  Result<LeftoverEnding> finish(const FileNames& names);
  /// Whether finish() would begin.
  Status check(const FileNames& names);

 private:
  FileSystem& file_system_;
  Clock& clock_;
  const Log log_;
  const std::chrono::seconds patience_;
};

}  // namespace flume::output
