#include "cli/channel/channel_tool.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/channel/channel_check.h"
#include "cli/channel/channel_export.h"
#include "cli/channel/channel_repair.h"
#include "cli/channel/channel_replay.h"
#include "cli/channel/open_log.h"
#include "cli/channel/stored_events.h"
#include "cli/verbs.h"
#include "config/bad_event_keys.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;
using Action = ChannelRequest::Action;
using BookmarkAction = ChannelRequest::BookmarkAction;

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

ChannelReport unknown_report(const StoredChannel& channel, std::string why) {
  ChannelReport report;
  report.name = channel.name;
  report.type = channel.type;
  if (channel.log) report.folders = channel.log->folders;
  report.problem = std::move(why);
  return report;
}

/// Dead letters in files, rather than in a channel: no name of a channel has a slash.
bool is_path(std::string_view letters) { return letters.find('/') != std::string_view::npos; }

std::string path_of(const std::string& letters) {
  std::string local = config::local_path(letters);
  return local.empty() ? letters : local;
}

}  // namespace

int ChannelTool::run(const ChannelRequest& request, const std::vector<StoredChannel>& channels) {
  if (request.action == Action::List) return list(request, channels);
  const auto chosen = choose(request, channels);
  if (!chosen) {
    output_.tell("channel: " + chosen.status().message());
    return kExitRefused;
  }
  using Step = Result<int> (ChannelTool::*)(const ChannelRequest&, const StoredChannel&);
  constexpr std::pair<Action, Step> kSteps[] = {{Action::Stat, &ChannelTool::stat},     {Action::Cat, &ChannelTool::cat},
                                                {Action::Check, &ChannelTool::check},   {Action::Export, &ChannelTool::export_all},
                                                {Action::Repair, &ChannelTool::repair}, {Action::Bookmarks, &ChannelTool::bookmarks}};
  const auto step = std::find_if(std::begin(kSteps), std::end(kSteps), [&](const auto& known) { return known.first == request.action; });
  const auto done = request.action == Action::Replay ? replay(request, **chosen, channels) : (this->*step->second)(request, **chosen);
  if (done) return *done;
  if (done.cause() == Cause::Disconnected && !output_.print({}).ok()) return kExitDone;
  output_.tell("channel " + (*chosen)->name + ": " + done.status().message());
  return kExitRefused;
}

Result<const StoredChannel*> ChannelTool::choose(const ChannelRequest& request, const std::vector<StoredChannel>& channels) const {
  std::string there;
  const StoredChannel* found = nullptr;
  std::size_t candidates = 0;
  for (const StoredChannel& channel : channels) {
    if (request.channel == channel.name && !channel.log)
      return invalid_config(channel.name + " (" + channel.type + ") " + channel.why_without);
    if (!channel.log) continue;
    there += (there.empty() ? "" : ", ") + channel.name;
    if (!request.channel.empty() && request.channel != channel.name) continue;
    found = &channel;
    ++candidates;
  }
  if (candidates == 1) return found;
  if (there.empty()) return invalid_config("the configuration has no file channel that is used");
  if (request.channel.empty()) return invalid_config("which channel? there are " + there);
  return invalid_config("no file channel is called " + request.channel + "; there is " + there);
}

Result<storage::LogLook> ChannelTool::look_at(const StoredChannel& channel) {
  auto look = storage::look_at_log(*channel.log, files_, find_holder_);
  if (look.cause() == Cause::NotFound) return invalid_config(look.status().message() + ": was this channel never started?");
  return look;
}

int ChannelTool::list(const ChannelRequest& request, const std::vector<StoredChannel>& channels) {
  std::vector<ChannelReport> reports;
  for (const StoredChannel& channel : channels) {
    if (!channel.log) {
      reports.push_back(unknown_report(channel, channel.why_without));
      continue;
    }
    const auto look = look_at(channel);
    if (look) {
      reports.push_back(report_on(channel, *look));
    } else {
      reports.push_back(unknown_report(channel, look.status().message()));
    }
  }
  const Status printed = output_.print(request.as_json ? list_as_json(reports) : list_as_text(reports));
  if (!printed.ok() && printed.cause() != Cause::Disconnected) output_.tell("channel: " + printed.message());
  return printed.ok() || printed.cause() == Cause::Disconnected ? kExitDone : kExitNo;
}

Result<int> ChannelTool::stat(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  ChannelReport report = report_on(channel, *look);
  FLUME_TRY(find_oldest(*look, report));
  FLUME_TRY(output_.print(request.as_json ? report_as_json(report) : report_as_text(report)));
  return report.damages.empty() ? kExitDone : kExitNo;
}

Result<int> ChannelTool::cat(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  if (look->holder) output_.tell("channel " + channel.name + ": in use by process " + *look->holder + ": this is a moment's view");
  std::string piece;
  const auto visit = [&](EventId id, const EventView& event) -> Status {
    if (request.as_json) {
      append_as_json(id, event, piece);
    } else {
      append_as_text(event, request.with_headers, piece);
    }
    if (piece.size() < kPieceBytes) return {};
    FLUME_TRY(output_.print(piece));
    piece.clear();
    return {};
  };
  const auto walked = each_event(*look, {request.from, request.count, request.with_delivered}, visit,
                                 [&](const std::string& problem) { output_.tell("channel " + channel.name + ": " + problem); });
  FLUME_TRY(output_.print(piece));
  if (!walked) return walked.status();
  return walked->problems == 0 ? kExitDone : kExitNo;
}

Result<int> ChannelTool::check(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  const auto check = check_log(*look);
  if (!check) return check.status();
  FLUME_TRY(output_.print(request.as_json ? check_as_json(channel.name, *look, *check) : check_as_text(channel.name, *look, *check)));
  return check->problems.empty() ? kExitDone : kExitNo;
}

Result<int> ChannelTool::export_all(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  if (look->holder)
    output_.tell("channel " + channel.name + ": in use by process " + *look->holder + ": what is exported may be delivered meanwhile");
  const auto exported = export_events(*look, {request.from, request.count, false}, files_, request.target,
                                      [&](const std::string& problem) { output_.tell("channel " + channel.name + ": " + problem); });
  if (!exported) return exported.status();
  FLUME_TRY(output_.print(exported->events == 0 ? std::string("no event to export\n")
                                                : std::to_string(exported->events) + " events written to " + exported->path + '\n'));
  return exported->problems == 0 ? kExitDone : kExitNo;
}

Result<int> ChannelTool::repair(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  if (look->holder) return invalid_config("in use by process " + *look->holder + ": stop it first");
  const auto check = check_log(*look);
  if (!check) return check.status();
  const RepairPlan plan = plan_repair(*look, *check);
  const bool is_done = request.is_meant && !plan.is_needless();
  if (!request.as_json) FLUME_TRY(output_.print(plan_as_text(channel.name, plan)));
  if (is_done) FLUME_TRY(repair_log(*channel.log, plan, files_, clock_, log_));
  if (request.as_json) FLUME_TRY(output_.print(plan_as_json(channel.name, plan, is_done)));
  if (is_done) {
    output_.tell("channel " + channel.name + ": repaired");
    return kExitDone;
  }
  if (plan.is_needless()) return kExitDone;
  output_.tell("channel " + channel.name + ": nothing was done yet: with --yes it is");
  return kExitNo;
}

Status ChannelTool::check_stopped(const StoredChannel& channel) {
  if (channel.type != "file") return invalid_config(channel.name + " is not a file channel, but " + channel.type);
  const auto look = look_at(channel);
  if (!look) return look.status().with_context(channel.name);
  if (look->log.newest == 0) return invalid_config("there is no channel in " + channel.log->folders.front());
  if (look->holder) return invalid_config(channel.name + " is in use by process " + *look->holder + ": stop it first");
  return {};
}

Result<int> ChannelTool::replay(const ChannelRequest& request, const StoredChannel& channel, const std::vector<StoredChannel>& channels) {
  FLUME_TRY(check_stopped(channel));
  const StoredChannel* letters = nullptr;
  if (!is_path(request.letters)) {
    ChannelRequest other;
    other.channel = request.letters;
    const auto chosen = choose(other, channels);
    if (!chosen) return chosen.status();
    letters = *chosen;
    if (letters == &channel) return invalid_config("the dead letters cannot be in the channel itself");
    FLUME_TRY(check_stopped(*letters));
  }
  Replayed replayed;
  storage::LogSettings settings = *channel.log;
  settings.on_damage = storage::OnDamage::Stop;
  settings.syncs_puts = true;
  const Status done = with_log(std::move(settings), files_, clock_, log_, [&](storage::SegmentLog& target) -> Status {
    ChannelReplay work(target, request.with_others || !request.folders.empty() ? std::string() : channel.name,
                       [&](const std::string& line) { output_.tell("channel " + channel.name + ": " + line); });
    Status result;
    if (letters == nullptr) {
      result = work.from_files(files_, path_of(request.letters));
    } else {
      storage::LogSettings other = *letters->log;
      other.on_damage = storage::OnDamage::Stop;
      result = with_log(std::move(other), files_, clock_, log_, [&](storage::SegmentLog& log) { return work.from_channel(log); });
    }
    replayed = work.replayed();
    return result;
  });
  std::string text = std::to_string(replayed.events) + " events put back into " + channel.name + '\n';
  if (replayed.others != 0 && letters != nullptr)
    text += std::to_string(replayed.others) + " are of other channels and were left in " + letters->name + " (--all)\n";
  if (done.ok() || replayed.events != 0) FLUME_TRY(output_.print(text));
  FLUME_TRY(done);
  return replayed.problems == 0 ? kExitDone : kExitNo;
}

Result<int> ChannelTool::bookmarks(const ChannelRequest& request, const StoredChannel& channel) {
  const bool changes = request.bookmark_action == BookmarkAction::Set || request.bookmark_action == BookmarkAction::Remove;
  if (changes) return change_bookmarks(request, channel);
  const auto look = look_at(channel);
  if (!look) return look.status();
  const BookmarkTable& bookmarks = look->log.state.bookmarks;
  std::string text;
  if (request.bookmark_action == BookmarkAction::List) {
    Json json = Json::array();
    for (const std::string& owner : bookmarks.owners()) {
      const std::size_t keys = bookmarks.get(owner).size();
      json.push_back({{"owner", owner}, {"keys", keys}});
      text += owner + "  " + std::to_string(keys) + (keys == 1 ? " key\n" : " keys\n");
    }
    FLUME_TRY(output_.print(request.as_json ? dumped(json) : text));
    return kExitDone;
  }
  const Bookmark bookmark = bookmarks.get(request.owner);
  Json json = Json::object();
  for (const auto& [key, value] : bookmark) {
    json[key] = value;
    text += key + " = " + value + '\n';
  }
  if (bookmark.empty()) output_.tell("channel " + channel.name + ": " + request.owner + " has no bookmark");
  FLUME_TRY(output_.print(request.as_json ? dumped(json) : text));
  return bookmark.empty() ? kExitNo : kExitDone;
}

Result<int> ChannelTool::change_bookmarks(const ChannelRequest& request, const StoredChannel& channel) {
  const auto look = look_at(channel);
  if (!look) return look.status();
  if (look->holder) return invalid_config("in use by process " + *look->holder + ": stop it first");
  if (look->log.newest == 0) return invalid_config("there is no channel in " + channel.log->folders.front());
  const Bookmark before = look->log.state.bookmarks.get(request.owner);
  std::vector<KeyValue> changes;
  if (request.bookmark_action == BookmarkAction::Set) {
    changes.push_back({*request.key, request.value});
  } else {
    for (const auto& [key, value] : before) {
      if (!request.key || *request.key == key) changes.push_back({key, std::nullopt});
    }
  }
  if (changes.empty()) {
    output_.tell("channel " + channel.name + ": " + request.owner + " has no " + (request.key ? "key " + *request.key : "bookmark"));
    return kExitNo;
  }
  FLUME_TRY(change_bookmark(*channel.log, {request.owner, changes}, files_, clock_, log_));
  std::string text;
  for (const KeyValue& change : changes) {
    const auto old = before.find(change.key);
    text += request.owner + ": " + std::string(change.key) + ": " + (old == before.end() ? "(none)" : old->second) + " -> " +
            (change.value ? std::string(*change.value) : "(none)") + '\n';
  }
  FLUME_TRY(output_.print(text));
  return kExitDone;
}

}  // namespace flume::cli
