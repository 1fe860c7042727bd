// How a segment log is to work. Values; constant while a log is open.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "flume/ids.h"

namespace flume::storage {

class SegmentKeys;

/// What to do about events that the disk has lost.
enum class OnDamage : std::uint8_t {
  Stop,  ///< the log does not open, or the take fails: a person decides
  Skip,  ///< they are told, counted and passed over; the rest is delivered
};

/// The rules that make acknowledged events survive (FORMAT.md). All hold, but in the power-failure simulator, which leaves out
/// one after the other and must see events lost.
struct LogRules {
  bool sync_before_acknowledging = true;   // 1
  bool sync_before_rolling = true;         // 2
  bool new_segment_after_recovery = true;  // 3
  bool new_salt_for_each_use = true;       // 4
  bool reuse_after_durable_takes = true;   // 5
  bool keep_newest_sealed = true;          // 6
  bool tell_damage = true;                 // 7
  bool sync_recovered_tail = true;         // 8
  bool fail_after_failed_sync = true;      // 9
};

struct LogSettings {
  std::vector<std::string> folders;
  std::vector<std::string> lost_folders{};  ///< identities of folders whose events are given up (log_folders.h)
  std::uint64_t slot_bytes = std::uint64_t{64} << 20;
  std::uint64_t minimum_free_bytes = 0;                             ///< of each folder's disk: puts leave so much
  Instant::duration sync_interval{std::chrono::milliseconds(100)};  ///< for take-commits that nobody waits for
  bool syncs_takes = false;
  /// And settles. Without, they are acknowledged and seen as soon as they are written: a crash of the machine takes those of the
  /// last sync_interval with it, and no others.
  bool syncs_puts = true;
  OnDamage on_damage = OnDamage::Stop;
  /// A thread that writes what event loops put, syncs what waits and fills slots ahead. Without it (tests) SegmentLog::drive() does.
  bool has_thread = true;
  std::shared_ptr<SegmentKeys> keys{};  ///< null: nothing is encrypted
  /// Why there are no keys, for the message about a segment that needs one.
  std::string_view without_keys = "no encryption.keyProvider is configured";
  LogRules rules{};
  std::uint64_t seed = 0;  ///< of salts and epochs; 0: from the system
};

/// A stretch of a slot that cannot be read any more.
struct Damage {
  std::string path;
  std::uint64_t from = 0;  ///< bytes from the start of the file
  std::uint64_t to = 0;
  Ranges ids;  ///< of events that are lost; empty: none, or they are not known
  std::string what;
};
[[nodiscard]] std::string to_string(const Damage& damage);

}  // namespace flume::storage
