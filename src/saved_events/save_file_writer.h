// Writes a save file: the events of a channel, in their order, on the disk when it returns. The header comes last, so that a file
// that was not finished is none. Pure but for Files and Clock; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "flume/clock.h"
#include "flume/event.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::saved_events {

struct Written {
  std::uint64_t events = 0;  ///< so many, the first ones
  Status why_not_all;        ///< ok when these are all
};

/// Makes `path`, which must not exist, and syncs it (not its name). When the deadline passes or the disk is full, the file has the
/// first events, and why. On error no event is safe; what there is of the file is left.
Result<Written> write_save_file(Files& files, const Clock& clock, const std::string& path, std::string_view channel,
                                std::span<const Slice> events, Deadline deadline);

}  // namespace flume::saved_events
