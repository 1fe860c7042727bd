// What `flume-ng channel` and `flume-ng tool FCINTEGRITYTOOL` are asked to do. Values; pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "flume/ids.h"
#include "flume/result.h"
#include "storage/log_settings.h"

namespace flume::cli {

struct ChannelRequest {
  enum class Action : std::uint8_t { List, Stat, Cat, Check, Export, Repair, Replay, Bookmarks };
  enum class BookmarkAction : std::uint8_t { List, Get, Set, Remove };

  Action action = Action::List;
  std::string channel;               ///< its name in the configuration; empty: the only one, or the one in `folders`
  std::vector<std::string> folders;  ///< --dataDirs; empty: those of the configuration
  bool as_json = false;
  bool with_headers = false;
  bool with_delivered = false;
  bool with_others = false;  ///< replay: what other channels' sinks refused, too
  bool is_meant = false;     ///< repair: not only shown
  EventId from = 1;
  std::uint64_t count = UINT64_MAX;
  std::string target;   ///< export: a folder
  std::string letters;  ///< replay: a folder or file when it has a slash; else a channel

  BookmarkAction bookmark_action = BookmarkAction::List;
  std::string owner;
  std::optional<std::string> key;  ///< none: remove all of the owner's
  std::string value;
};

/// InvalidConfig says how it is to be used.
[[nodiscard]] Result<ChannelRequest> channel_request(const CommandLine& line);
/// Of `tool FCINTEGRITYTOOL`: a check. Cause::NotFound: no folders were named.
[[nodiscard]] Result<ChannelRequest> integrity_request(const CommandLine& line);

/// A channel that a configuration has, or that lies in the folders of --dataDirs.
struct StoredChannel {
  std::string name;
  std::string type;
  std::optional<storage::LogSettings> log;  ///< nothing: there is none, or it is not known where
  std::string why_without{};                ///< why
};

}  // namespace flume::cli
