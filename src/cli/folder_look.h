// A look at a folder of this machine, of which nothing is changed, in a thread of its own: a folder of a network file system whose
// server is gone holds up whoever touches it, without end. Any thread; the files outlive a look that nobody waits for any more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "flume/clock.h"
#include "flume/files.h"

namespace flume::cli {

struct FolderFacts {
  bool is_there = false;
  std::string nearest;  ///< the folder itself; when it is not there, the next one above it that is
  Status writable;      ///< whether `nearest` is a folder in which this process may make files
  std::uint64_t free_bytes = 0;
  std::string network;  ///< the type of its network file system; empty: it is a local one
};

class FolderLook {
 public:
  /// Begins at once.
  FolderLook(std::shared_ptr<Files> files, std::string folder);

  /// Cause::Timeout: not back yet, and perhaps never. Called once.
  Result<FolderFacts> wait(Clock& clock, Deadline deadline);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace flume::cli
