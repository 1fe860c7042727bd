// `flume-ng channel repair` and the writing half of `bookmarks`: what needs the log for itself. Nothing of a damaged slot is lost:
// a copy of it is made and synced before the log is touched. One thread.
#pragma once

#include <string>
#include <vector>

#include "cli/channel/channel_check.h"
#include "flume/bookmark.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "storage/segment_log.h"

namespace flume::cli {

struct RepairPlan {
  std::vector<ChannelProblem> problems;
  std::vector<std::string> slots;  ///< to be copied
  std::uint64_t kept = 0;          ///< events
  std::uint64_t owners = 0;        ///< whose bookmarks are kept
  Ranges lost;

  /// The log opens as it is, and gives all that is stored.
  [[nodiscard]] bool is_needless() const;
};

[[nodiscard]] RepairPlan plan_repair(const storage::LogLook& look, const ChannelCheck& check);
[[nodiscard]] std::string plan_as_text(const std::string& channel, const RepairPlan& plan);
[[nodiscard]] std::string plan_as_json(const std::string& channel, const RepairPlan& plan, bool is_done);

/// Of a slot's copy: "slot-000017.before-repair"; with a number behind it when there is such a file.
inline constexpr std::string_view kCopySuffix = ".before-repair";

/// Copies the slots, opens the log without what is damaged, counts the lost events as delivered, and closes it. Cause::Exists: it is in
/// use.
Status repair_log(storage::LogSettings settings, const RepairPlan& plan, Files& files, Clock& clock, const Log& log);

/// Stores the change; durable when it returns. The log must be there and undamaged. Cause::Exists: it is in use.
Status change_bookmark(storage::LogSettings settings, const BookmarkDelta& delta, Files& files, Clock& clock, const Log& log);

}  // namespace flume::cli
