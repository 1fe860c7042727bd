// From where events shall go to the FileSystem that is there.
#pragma once

#include <memory>
#include <string>

#include "flume/clock.h"
#include "flume/services.h"
#include "output/file_location.h"
#include "output/file_system.h"

namespace flume::output {

struct OpenedFileSystem {
  std::unique_ptr<FileSystem> file_system;
  std::string root;  ///< what its paths begin with: "hdfs://nn:8020"; nothing for file://
  std::string path;  ///< the location's, absolute on HDFS; escapes are still in it
  std::string home;  ///< where paths without a slash begin on HDFS: "/user/flume"; nothing for file://
};

/// Also asks an HDFS whether we can work with it. InvalidConfig: it cannot be as configured; Retryable: not now.
/// `durability`: what a file survives once all of it was flushed so. (A sync reaches the block that is being written: those
/// before it have to be synced when they end.)
Result<OpenedFileSystem> open_file_system(const FileLocation& location, const XmlConfiguration& configuration, const Services& services,
                                          Durability durability, Deadline deadline);

}  // namespace flume::output
