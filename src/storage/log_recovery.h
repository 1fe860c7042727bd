// Opening a log: which slots there are, which segments live in them, and the state at the end of the newest. Reads the heads of
// all slots and the newest segment's records, whatever the backlog. The newest segment's tail is written again and synced before
// it is believed: after a kill, or a sync that failed, it may be in the page cache only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flume/files.h"
#include "flume/log.h"
#include "storage/log_folders.h"
#include "storage/log_settings.h"
#include "storage/log_state.h"
#include "storage/segment.h"

namespace flume::storage {

struct RecoveredLog {
  LogFolders folders;
  LogState state;                                    ///< `sealed` has the newest segment, too
  std::map<std::uint64_t, SegmentPointer> segments;  ///< those of state.sealed that were found, by number
  std::vector<Slot> free;
  std::uint64_t newest = 0;        ///< number of the newest segment; 0: the log is new
  std::uint64_t highest = 0;       ///< of all numbers ever seen
  std::uint32_t highest_slot = 0;  ///< slot files are numbered from 1
  std::uint32_t attempt = 0;       ///< of the newest segment
  bool was_closed = false;         ///< the last one to write closed the log
  std::vector<Damage> damages;     ///< with OnDamage::Skip, or of folders given up; their ids count as delivered
};

/// The folders are there and locked. InvalidConfig: they belong to somebody else, or to a newer version. Corrupt: damage, with
/// OnDamage::Stop. Retryable, Cause::NotFound: one of the channel's folders is not among them. Nothing is changed on the disk, but that the
/// newest segment's tail is written again, as it is.
Result<RecoveredLog> recover_log(const LogSettings& settings, Files& files);

/// The same for tools that look at a log in use: nothing is written, and the damages are told, not an error.
Result<RecoveredLog> inspect_log(const LogSettings& settings, Files& files);

inline constexpr std::string_view kDamagedSlot = ".damaged";  ///< behind the name of a slot that was put aside

/// "slot-000017"; 0: it is no such name.
[[nodiscard]] std::string slot_name(std::uint32_t number);
[[nodiscard]] std::uint32_t slot_number(std::string_view name);

}  // namespace flume::storage
