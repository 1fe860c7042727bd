// What `flume-ng channel ls` and `stat` tell of a channel. Reads only; one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/channel/channel_request.h"
#include "flume/channel.h"
#include "flume/files.h"
#include "storage/log_scan.h"

namespace flume::cli {

struct SegmentReport {
  std::uint64_t number = 0;
  std::string path;
  IdRange ids;
  std::uint64_t stored = 0;    ///< of its events, how many are not delivered
  std::uint64_t bytes = 0;     ///< of its records and heads
  std::uint64_t capacity = 0;  ///< bytes that it may have
  std::string key_alias;       ///< empty: not encrypted
};

struct HoldReport {
  std::string owner;
  Ranges ids;
};

struct OwnerReport {
  std::string owner;
  std::size_t keys = 0;
};

struct ChannelReport {
  std::string name;
  std::string type;
  std::vector<std::string> folders;
  std::string problem;  ///< not empty: what follows is not known, and this is why
  bool is_new = true;   ///< nothing was ever stored
  std::optional<std::string> holder;
  ChannelIdentity identity;
  bool was_closed = false;
  std::uint64_t stored = 0;
  EventId watermark = 1;
  EventId next_id = 1;
  std::uint64_t free_slots = 0;
  std::uint64_t bytes_on_disk = 0;
  std::vector<SegmentReport> segments;
  std::vector<HoldReport> holds;
  std::vector<OwnerReport> owners;
  std::vector<std::string> damages;  ///< that show without reading everything
  std::optional<EventId> oldest_id;
  std::optional<std::string> oldest_timestamp;  ///< its header
};

/// Without the oldest event.
[[nodiscard]] ChannelReport report_on(const StoredChannel& channel, const storage::LogLook& look);
/// Reads the segment of the oldest event as far as that event.
Status find_oldest(const storage::LogLook& look, ChannelReport& report);

[[nodiscard]] std::string list_as_text(const std::vector<ChannelReport>& reports);
[[nodiscard]] std::string list_as_json(const std::vector<ChannelReport>& reports);
[[nodiscard]] std::string report_as_text(const ChannelReport& report);
[[nodiscard]] std::string report_as_json(const ChannelReport& report);

}  // namespace flume::cli
