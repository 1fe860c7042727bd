// Reads a save file: wholly and checked, or not at all. Errors: Corrupt, when the file is damaged; Corrupt with
// Cause::Unsupported, when a newer version wrote it; what Files says, when it cannot be read. Nothing is changed. One thread.
#pragma once

#include <string>
#include <vector>

#include "flume/event.h"
#include "flume/files.h"
#include "flume/result.h"
#include "saved_events/save_file_format.h"

namespace flume::saved_events {

struct SaveFile {
  FileHeader header;
  std::vector<EventBatch> blocks;  ///< in order; they share nothing with the file
};

/// Takes as much memory as the events need, and one block; no length is believed beyond the file's own.
Result<SaveFile> read_save_file(Files& files, const std::string& path);
/// What the file says of itself; its events are not looked at.
Result<FileHeader> read_save_file_header(Files& files, const std::string& path);

}  // namespace flume::saved_events
