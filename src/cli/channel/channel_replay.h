// `flume-ng channel replay`: dead letters back into a stopped channel, without their headers of dead letters. Every one once,
// whenever it is broken off and begun again: each put carries, in the bookmark of kReplayOwner, how far it is.
//   from a file     <the file's marker>          1 <events of it that are there>
//   from a channel  <uuid of that channel>.0     stored_window.h, until they are taken from that channel
// One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "storage/segment_log.h"

namespace flume::cli {

inline constexpr std::string_view kReplayOwner = "replay";
/// What is read of a folder of dead letters, and what a file of it is called when all of it is in the channel.
inline constexpr std::string_view kLetterFileSuffix = ".avro";
inline constexpr std::string_view kReplayedSuffix = ".replayed";

struct Replayed {
  std::uint64_t events = 0;  ///< put into the channel now
  std::uint64_t others = 0;  ///< of other channels, left where they are
  std::uint64_t problems = 0;
};

class ChannelReplay {
 public:
  using Tell = std::function<void(const std::string&)>;
  /// `channel`: only letters of the channel of this name; empty: all.
  ChannelReplay(storage::SegmentLog& target, std::string channel, Tell tell)
      : target_(target), channel_(std::move(channel)), tell_(std::move(tell)) {}

  /// A file, or all files of a folder. One that is damaged is told, and what is before the damage is put back. A folder that
  /// never had one is a problem; one whose files were all put back earlier is none.
  Status from_files(Files& files, const std::string& path);
  Status from_channel(storage::SegmentLog& letters);
  /// So far, also after an error.
  [[nodiscard]] const Replayed& replayed() const noexcept { return replayed_; }

 private:
  /// Paths of the files of a folder, in the order of their names; tells when there are none.
  Result<std::vector<std::string>> letters_in(Files& files, const std::string& folder);
  Status replay_file(Files& files, const std::string& path);
  Status finish_window(storage::SegmentLog& letters);
  [[nodiscard]] bool is_of_channel(const EventView& letter) const;
  Status note(std::string_view key, std::optional<std::string_view> value);

  storage::SegmentLog& target_;
  const std::string channel_;
  const Tell tell_;
  Replayed replayed_;
};

}  // namespace flume::cli
