// Going over what a log holds, record by record, for tools: every checksum, every id, every payload is looked at, and what is
// wrong is told with its place. Only reads, so that a log in use may be looked at, too. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flume/batch_builder.h"
#include "flume/files.h"
#include "storage/log_recovery.h"
#include "storage/log_settings.h"
#include "storage/segment.h"

namespace flume::storage {

/// The events of a PUT; nothing when they are not what its head says.
std::optional<EventBatch> events_of(const FoundRecord& found, BatchBuilder& builder);

/// What inspect_log() finds, and who writes the log meanwhile.
struct LogLook {
  RecoveredLog log;
  std::optional<std::string> holder;  ///< the process that has the log open: "4711"
  bool is_in_use() const noexcept { return holder.has_value(); }
};
/// A log in use is looked at again as long as what is found is not the same twice: half-written records are no damage.
/// `find_holder`: who has a lock (io/lock_holder.h).
using FindHolder = std::function<Result<std::optional<std::string>>(const std::string& path)>;
Result<LogLook> look_at_log(const LogSettings& settings, Files& files, const FindHolder& find_holder);

/// Goes over one segment from its STATE record to its end.
class SegmentScan {
 public:
  struct Step {
    std::optional<FoundRecord> record;  ///< whole; its payload is valid until the next call
    EventBatch events;                  ///< of a PUT
    std::optional<Damage> damage;       ///< instead of a record; the next step is behind it
  };

  /// Segment and builder outlive the scan.
  SegmentScan(const Segment& segment, BatchBuilder& builder);
  /// Nothing: at the end. Retryable: the disk cannot be read.
  Result<std::optional<Step>> next();

 private:
  /// What lies between position() and the next whole record that fits.
  Result<Step> damage(std::string what);
  Step missing(EventId end, std::string what);

  const Segment& segment_;
  BatchBuilder& builder_;
  RecordReader reader_;
  EventId next_id_;
  bool is_over_ = false;
};

/// True when the slot is not the segment's any more: whoever uses the log has begun another one there.
Result<bool> is_reused(const Segment& segment);

/// Bad copies of a segment's head: one of the two is enough, but then there is no other.
Result<std::vector<Damage>> head_damages(const Segment& segment);

}  // namespace flume::storage
