// `flume-ng channel export`: stored events into a new file, which is whole or not there. The log is only read. One thread.
#pragma once

#include <functional>
#include <string>

#include "cli/channel/stored_events.h"
#include "flume/files.h"

namespace flume::cli {

struct Exported {
  std::string path;  ///< empty: there was no event
  std::uint64_t events = 0;
  std::uint64_t problems = 0;  ///< that were told
};

/// Into `folder`, which is made when missing, as events-<first id>-<last id>.jsonl. Cause::Exists: there is such a file already,
/// or the half of one (.new); neither is touched.
Result<Exported> export_events(const storage::LogLook& look, const EventSelection& selection, Files& files, const std::string& folder,
                               const std::function<void(const std::string&)>& tell);

}  // namespace flume::cli
