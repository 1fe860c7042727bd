// What a log knows beside its events: which of them are delivered, all bookmarks and holds, the lineage, and where its
// segments end. A STATE record at the start of each segment holds all of it; the records behind change it, one by one.
// One thread at a time: the log's lock guards it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/bookmark_table.h"
#include "event/hold_table.h"
#include "flume/channel.h"
#include "flume/ids.h"
#include "flume/result.h"
#include "storage/log_format.h"

namespace flume::storage {

/// A segment that is written to its end.
struct SealedSegment {
  std::uint64_t number = 0;
  std::uint64_t salt = 0;
  IdRange ids;            ///< of the events put into it
  std::uint64_t end = 0;  ///< of its records, in bytes from its start
};

/// The part of a record's payload that comes before a PUT's events, and is all of it for the others.
struct LogChange {
  std::vector<BookmarkDelta> deltas;
  Ranges ids;                       ///< of TAKE and SETTLE
  std::optional<std::string> hold;  ///< of NOTE: this owner's hold becomes `ids`
  std::vector<KeyValue> entries;    ///< what the deltas point to

  /// `payload` outlives the result. `rest`: what is behind, a PUT's events. Nothing when the bytes are no such thing.
  static std::optional<LogChange> decode(RecordType type, std::string_view payload, std::string_view& rest);
};

/// What LogChange::decode reads.
[[nodiscard]] std::string encode_change(RecordType type, std::span<const BookmarkDelta> deltas, const Ranges& ids = {},
                                        const Hold* hold = nullptr);

class LogState {
 public:
  ChannelIdentity identity;
  EventId next_id = 1;  ///< of the next event put
  Ranges delivered;     ///< [1, watermark), and what is delivered above it
  BookmarkTable bookmarks;
  HoldTable holds;
  std::map<std::uint64_t, SealedSegment> sealed;  ///< that have events not yet delivered, and the newest; by number

  /// All ids below are delivered.
  [[nodiscard]] EventId watermark() const noexcept { return delivered.contains(EventId{1}) ? delivered.begin()->hi : 1; }
  /// Events put and not delivered.
  [[nodiscard]] std::uint64_t stored() const noexcept { return next_id - 1 - delivered.count(); }

  /// A record of any type but PUT's events and STATE. Bookmarks are within their limits: who made the record has seen to it.
  void apply(RecordType type, const LogChange& change);
  /// These events are gone.
  void deliver(const Ranges& ids);

  [[nodiscard]] std::string encode() const;
  /// Nothing when the bytes are no state.
  static std::optional<LogState> decode(std::string_view payload);
};

}  // namespace flume::storage
