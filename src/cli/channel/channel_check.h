// `flume-ng channel fsck`: everything that a log holds is read and checked. Reads only; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flume/files.h"
#include "storage/log_scan.h"

namespace flume::cli {

struct ChannelProblem {
  std::uint64_t segment = 0;   ///< 0: it is in none that could be found
  storage::Damage damage;      ///< its ids: events that were not delivered and are lost
  bool loses_nothing = false;  ///< the log opens in spite of it, and no stored event is in it
};

struct ChannelCheck {
  std::vector<ChannelProblem> problems;
  std::uint64_t segments = 0;
  std::uint64_t records = 0;
  std::uint64_t events = 0;  ///< that could be read, delivered ones among them
  std::uint64_t bytes = 0;
  std::uint64_t stored = 0;         ///< not delivered and not lost
  std::uint64_t gone_segments = 0;  ///< that whoever has the log open has reused meanwhile

  [[nodiscard]] Ranges lost() const;
};

Result<ChannelCheck> check_log(const storage::LogLook& look);

[[nodiscard]] std::string to_string(const ChannelProblem& problem);
[[nodiscard]] std::string check_as_text(const std::string& channel, const storage::LogLook& look, const ChannelCheck& check);
[[nodiscard]] std::string check_as_json(const std::string& channel, const storage::LogLook& look, const ChannelCheck& check);

}  // namespace flume::cli
