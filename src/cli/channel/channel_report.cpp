#include "cli/channel/channel_report.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "cli/channel/stored_events.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string hexadecimal(std::uint64_t value, int digits) {
  char text[17];
  std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

std::string uuid_of(const ChannelIdentity& identity) {
  std::string text;
  for (std::size_t i = 0; i < identity.uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hexadecimal(identity.uuid[i], 2);
  }
  return text;
}

/// "17-20"; nothing between equal bounds.
std::string shown(const IdRange& ids) { return ids.size() == 0 ? "-" : to_string(Ranges(ids)); }

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return std::to_string(whole == 0 ? 0 : std::min<std::uint64_t>(100, part / std::max<std::uint64_t>(1, whole / 100))) + " %";
}

/// Columns as wide as their widest entry, two blanks between.
std::string table(const std::vector<std::vector<std::string>>& rows, std::string_view indent) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += line + '\n';
  }
  return text;
}

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n'; }

Json ranges_as_json(const Ranges& ranges) {
  Json json = Json::array();
  for (const IdRange& range : ranges) json.push_back({{"first", range.lo}, {"last", range.hi - 1}});
  return json;
}

Json summary(const ChannelReport& report) {
  Json json = {{"channel", report.name}, {"type", report.type}, {"folders", report.folders}};
  if (!report.problem.empty()) {
    json["problem"] = report.problem;
    return json;
  }
  json["in_use_by"] = report.holder ? Json(*report.holder) : Json();
  json["events"] = report.stored;
  json["bytes_on_disk"] = report.bytes_on_disk;
  return json;
}

}  // namespace

ChannelReport report_on(const StoredChannel& channel, const storage::LogLook& look) {
  ChannelReport report;
  report.name = channel.name;
  report.type = channel.type;
  report.folders = channel.log->folders;
  report.holder = look.holder;
  const storage::RecoveredLog& log = look.log;
  const storage::LogState& state = log.state;
  report.is_new = log.newest == 0;
  report.identity = state.identity;
  report.was_closed = log.was_closed;
  report.stored = state.stored();
  report.watermark = state.watermark();
  report.next_id = state.next_id;
  report.free_slots = log.free.size();
  for (const storage::Slot& slot : log.free) report.bytes_on_disk += slot.size;
  for (const auto& [number, segment] : log.segments) {
    report.bytes_on_disk += segment->slot.size;
    const Ranges ids = segment->ids.size() == 0 ? Ranges() : Ranges(segment->ids);
    report.segments.push_back({number, segment->slot.path, segment->ids, ids.count() - ids.intersection(state.delivered).count(),
                               segment->end, segment->slot.bytes, segment->head.key ? segment->head.key->alias : std::string()});
  }
  for (const auto& [owner, ids] : state.holds.owners()) report.holds.push_back({owner, ids});
  for (const std::string& owner : state.bookmarks.owners()) report.owners.push_back({owner, state.bookmarks.get(owner).size()});
  for (const storage::Damage& damage : log.damages) report.damages.push_back(to_string(damage));
  return report;
}

Status find_oldest(const storage::LogLook& look, ChannelReport& report) {
  EventSelection selection;
  selection.count = 1;
  const auto visit = [&report](EventId id, const EventView& event) -> Status {
    report.oldest_id = id;
    if (const auto timestamp = event.header("timestamp")) report.oldest_timestamp = *timestamp;
    return {};
  };
  return each_event(look, selection, visit, [](const std::string&) {}).status();
}

std::string list_as_text(const std::vector<ChannelReport>& reports) {
  std::vector<std::vector<std::string>> rows{{"CHANNEL", "TYPE", "EVENTS", "BYTES", "IN USE BY", "FOLDERS"}};
  for (const ChannelReport& report : reports) {
    const bool is_known = report.problem.empty();
    rows.push_back({report.name, report.type, is_known ? std::to_string(report.stored) : "?",
                    is_known ? std::to_string(report.bytes_on_disk) : "?", report.holder ? "process " + *report.holder : "-",
                    is_known ? joined(report.folders) : report.problem});
  }
  return table(rows, "");
}

std::string list_as_json(const std::vector<ChannelReport>& reports) {
  Json json = Json::array();
  for (const ChannelReport& report : reports) json.push_back(summary(report));
  return dumped(json);
}

std::string report_as_text(const ChannelReport& report) {
  std::string text = "channel " + report.name + " (" + report.type + ")\n";
  const auto& epochs = report.identity.epochs;
  std::vector<std::vector<std::string>> facts{
      {"folders", joined(report.folders)},
      {"in use by", report.holder ? "process " + *report.holder + ": this is a moment's view" : "nobody"},
      {"identity", uuid_of(report.identity)},
      {"epochs", std::to_string(epochs.size()) + (epochs.empty() ? "" : ", the newest " + hexadecimal(epochs.back(), 16))},
      {"last stop", report.was_closed                ? "clean"
                    : report.holder || report.is_new ? "-"
                                                     : "not clean: the process or the machine failed"},
      {"events", std::to_string(report.stored) + " stored; all below " + std::to_string(report.watermark) +
                     " are delivered; the next one put is " + std::to_string(report.next_id)}};
  if (report.oldest_id) {
    facts.push_back(
        {"oldest event", std::to_string(*report.oldest_id) +
                             (report.oldest_timestamp ? ", timestamp " + *report.oldest_timestamp : ", without a timestamp header")});
  }
  facts.push_back({"on disk", counted(report.bytes_on_disk, "byte") + " in " + counted(report.segments.size(), "segment") + " and " +
                                  counted(report.free_slots, "free slot")});
  for (const HoldReport& hold : report.holds) facts.push_back({"held", to_string(hold.ids) + " for " + hold.owner});
  for (const OwnerReport& owner : report.owners) facts.push_back({"bookmark", owner.owner + ", " + counted(owner.keys, "key")});
  for (const std::string& damage : report.damages) facts.push_back({"damage", damage});
  text += table(facts, "  ");
  std::vector<std::vector<std::string>> rows{{"SEGMENT", "EVENTS", "STORED", "BYTES", "FULL", "SLOT"}};
  for (const SegmentReport& segment : report.segments) {
    rows.push_back({std::to_string(segment.number), shown(segment.ids), std::to_string(segment.stored), std::to_string(segment.bytes),
                    percent(segment.bytes, segment.capacity),
                    segment.path + (segment.key_alias.empty() ? "" : " (encrypted, key " + segment.key_alias + ")")});
  }
  return text + table(rows, "  ");
}

std::string report_as_json(const ChannelReport& report) {
  Json json = summary(report);
  if (!report.problem.empty()) return dumped(json);
  json["uuid"] = uuid_of(report.identity);
  json["epochs"] = Json::array();
  for (const std::uint64_t epoch : report.identity.epochs) json["epochs"].push_back(hexadecimal(epoch, 16));
  json["was_closed"] = report.was_closed;
  json["watermark"] = report.watermark;
  json["next_id"] = report.next_id;
  json["oldest_id"] = report.oldest_id ? Json(*report.oldest_id) : Json();
  json["oldest_timestamp"] = report.oldest_timestamp ? Json(*report.oldest_timestamp) : Json();
  json["free_slots"] = report.free_slots;
  json["segments"] = Json::array();
  for (const SegmentReport& segment : report.segments) {
    json["segments"].push_back({{"number", segment.number},
                                {"slot", segment.path},
                                {"ids", segment.ids.size() == 0 ? Json::array() : ranges_as_json(Ranges(segment.ids))},
                                {"stored", segment.stored},
                                {"bytes", segment.bytes},
                                {"capacity", segment.capacity},
                                {"key", segment.key_alias.empty() ? Json() : Json(segment.key_alias)}});
  }
  json["held"] = Json::array();
  for (const HoldReport& hold : report.holds) json["held"].push_back({{"owner", hold.owner}, {"ids", ranges_as_json(hold.ids)}});
  json["bookmarks"] = Json::array();
  for (const OwnerReport& owner : report.owners) json["bookmarks"].push_back({{"owner", owner.owner}, {"keys", owner.keys}});
  json["damages"] = report.damages;
  return dumped(json);
}

}  // namespace flume::cli
