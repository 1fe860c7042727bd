#include "cli/channel/channel_request.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "cli/configuration_places.h"
#include "flume/options.h"
#include "text/folder_list.h"

namespace flume::cli {
namespace {

using Action = ChannelRequest::Action;
using BookmarkAction = ChannelRequest::BookmarkAction;

constexpr std::pair<std::string_view, Action> kActions[] = {
    {"ls", Action::List},       {"stat", Action::Stat},     {"cat", Action::Cat},       {"fsck", Action::Check},
    {"export", Action::Export}, {"repair", Action::Repair}, {"replay", Action::Replay}, {"bookmarks", Action::Bookmarks}};

struct FlagUse {
  std::string_view flag;
  std::vector<Action> actions;
};

Status usage_error(std::string_view what) { return invalid_config(std::string(what) + "; see flume-ng help"); }

Status refuse_meaningless(const CommandLine& line, Action action) {
  const FlagUse uses[] = {{"headers", {Action::Cat}},
                          {"all", {Action::Cat, Action::Replay}},
                          {"from", {Action::Cat, Action::Export}},
                          {"count", {Action::Cat, Action::Export}},
                          {"to", {Action::Export}},
                          {"letters", {Action::Replay}},
                          {"yes", {Action::Repair}},
                          {"json", {Action::List, Action::Stat, Action::Cat, Action::Check, Action::Repair, Action::Bookmarks}}};
  for (const FlagUse& use : uses) {
    if (line.has(use.flag) && std::find(use.actions.begin(), use.actions.end(), action) == use.actions.end())
      return usage_error("--" + std::string(use.flag) + " has no meaning here");
  }
  return {};
}

Status read_number(const CommandLine& line, std::string_view flag, std::uint64_t& out) {
  if (!line.has(flag)) return {};
  std::int64_t number = 0;
  if (const Status read = option_text::parse_integer(line.value(flag), 0, std::numeric_limits<std::int64_t>::max(), number); !read.ok())
    return usage_error("--" + std::string(flag) + ": " + read.message());
  out = static_cast<std::uint64_t>(number);
  return {};
}

/// `words`: behind "bookmarks" and the channel's name.
Status read_bookmark_words(const std::vector<std::string>& words, ChannelRequest& request) {
  struct Form {
    std::string_view word;
    BookmarkAction action;
    std::size_t least;
    std::size_t most;
  };
  constexpr std::array<Form, 4> kForms{{{"ls", BookmarkAction::List, 1, 1},
                                        {"get", BookmarkAction::Get, 2, 2},
                                        {"set", BookmarkAction::Set, 4, 4},
                                        {"rm", BookmarkAction::Remove, 2, 3}}};
  const auto form = std::find_if(kForms.begin(), kForms.end(), [&](const Form& known) { return !words.empty() && known.word == words[0]; });
  if (form == kForms.end() || words.size() < form->least || words.size() > form->most)
    return usage_error("bookmarks: say [CHANNEL] and then one of ls, get OWNER, set OWNER KEY VALUE, rm OWNER [KEY]");
  request.bookmark_action = form->action;
  if (words.size() > 1) request.owner = words[1];
  if (words.size() > 2) request.key = words[2];
  if (words.size() > 3) request.value = words[3];
  return {};
}

bool is_bookmark_word(std::string_view word) { return word == "ls" || word == "get" || word == "set" || word == "rm"; }

}  // namespace

Result<ChannelRequest> channel_request(const CommandLine& line) {
  ChannelRequest request;
  for (const auto& [word, action] : kActions) {
    if (line.arguments.front() == word) request.action = action;
  }
  FLUME_TRY(refuse_meaningless(line, request.action));
  if (line.has("dryrun")) return usage_error("-d (--dryrun) has no meaning here");
  const bool has_configuration = names_configuration(line);
  if (line.has("dataDirs") == has_configuration) return usage_error("say either --conf-file FILE, or --dataDirs DIRS");
  std::vector<std::string> words(line.arguments.begin() + 1, line.arguments.end());
  if (line.has("dataDirs")) {
    request.folders = folder_list(line.value("dataDirs"), "~");
    if (request.folders.empty()) return usage_error("--dataDirs names no folder");
    if (line.has("name")) return usage_error("--name has no meaning with --dataDirs");
  }
  const bool is_bookmarks = request.action == Action::Bookmarks;
  const bool names_channel = !words.empty() && (!is_bookmarks || !is_bookmark_word(words[0]));
  if (!line.has("dataDirs") && names_channel) {
    request.channel = words.front();
    words.erase(words.begin());
  }
  if (is_bookmarks) {
    FLUME_TRY(read_bookmark_words(words, request));
  } else if (!words.empty()) {
    return usage_error("unexpected argument '" + words.front() + "'" +
                       (line.has("dataDirs") ? ": with --dataDirs the channel is the one in these folders" : ""));
  }
  request.as_json = line.has("json");
  request.with_headers = line.has("headers");
  request.with_delivered = line.has("all") && request.action == Action::Cat;
  request.with_others = line.has("all") && request.action == Action::Replay;
  request.is_meant = line.has("yes");
  FLUME_TRY(read_number(line, "from", request.from));
  FLUME_TRY(read_number(line, "count", request.count));
  request.target = line.value("to");
  if (request.action == Action::Export && request.target.empty()) return usage_error("export: into which folder? say it by --to DIR");
  request.letters = line.value("letters");
  if (request.action == Action::Replay && request.letters.empty())
    return usage_error("replay: which dead letters? say it by --letters, with a folder, a file or a channel of the configuration");
  return request;
}

Result<ChannelRequest> integrity_request(const CommandLine& line) {
  ChannelRequest request;
  request.action = Action::Check;
  if (line.arguments.size() > 1) return usage_error("unexpected argument '" + line.arguments[1] + "'");
  for (const auto& [flag, values] : line.flags) {
    if (flag != "dataDirs" && flag != "conf" && flag != "classpath") return usage_error("--" + flag + " has no meaning here");
  }
  request.folders = folder_list(line.value("dataDirs"), "~");
  if (request.folders.empty())
    return Status(ErrorKind::InvalidConfig, "which folders? say them by -l DIR[,DIR] (--dataDirs); see flume-ng help", Cause::NotFound);
  return request;
}

}  // namespace flume::cli
