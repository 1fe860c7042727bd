#include "cli/probe_places.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "config/exclusive_folders.h"

namespace flume::cli {
namespace {

using config::AgentPlan;
using config::PlannedComponent;
using config::PlannedSink;
using config::PlannedValue;

struct PlaceKey {
  std::string_view type;  // of a sink
  std::string_view key;
  PlaceKind kind;
};
constexpr PlaceKey kPlaceKeys[] = {
    {"hdfs", "hdfs.path", PlaceKind::Destination},
    {"file_roll", "sink.directory", PlaceKind::GivenFolder},
};

const OptionInfo* find_row(const PlannedComponent& component, std::string_view key) {
  const auto& rows = component.info->options;
  const auto row = std::find_if(rows.begin(), rows.end(), [key](const OptionInfo& each) { return each.key == key; });
  return row == rows.end() ? nullptr : &*row;
}

/// Of the key's value; of a default's, where the component is told.
config::Location place_in_text(const PlannedComponent& component, std::string_view key) {
  const auto value =
      std::find_if(component.values.begin(), component.values.end(), [key](const PlannedValue& each) { return each.key == key; });
  return value == component.values.end() || value->is_default ? component.at : value->at;
}

/// "/flume/%Y/%m" -> "/flume/", "hdfs:///%Y" -> "hdfs:///": no event is there yet to say the rest.
std::string without_escapes(const std::string& path) {
  const std::size_t escape = path.find('%');
  if (escape == std::string::npos) return path;
  const std::size_t slash = path.rfind('/', escape);
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

std::uint64_t kept_free(const PlannedComponent& channel) {
  const OptionInfo* row = find_row(channel, "minimumRequiredSpace");
  std::int64_t bytes = 0;
  const bool is_number =
      row != nullptr &&
      option_text::parse_integer(row->print(channel.options.get()), 0, std::numeric_limits<std::int64_t>::max(), bytes).ok();
  return is_number ? static_cast<std::uint64_t>(bytes) : 0;
}

void add_channel(const AgentPlan& plan, const PlannedComponent& channel, const std::string& user_home, std::vector<ProbePlace>& places) {
  for (const OptionInfo& row : channel.info->options) {
    for (std::string& folder : config::exclusive_folders(channel, row, user_home)) {
      places.push_back({PlaceKind::Folder, plan.agent + ".channels." + channel.name + '.' + std::string(row.key),
                        place_in_text(channel, row.key), std::move(folder), kept_free(channel)});
    }
  }
}

void add_sink(const AgentPlan& plan, const PlannedSink& sink, std::vector<ProbePlace>& places) {
  const std::string name = plan.agent + ".sinks." + sink.name + '.';
  const auto add = [&](const PlannedComponent& writer, const std::string& only_key) {
    for (const PlaceKey& place : kPlaceKeys) {
      const OptionInfo* row = writer.info->type == place.type ? find_row(writer, place.key) : nullptr;
      if (row == nullptr) continue;
      places.push_back({place.kind, name + (only_key.empty() ? std::string(place.key) : only_key), place_in_text(writer, place.key),
                        without_escapes(row->print(writer.options.get())), 0});
    }
  };
  add(sink, "");
  if (sink.dead_letter_files) add(*sink.dead_letter_files, "deadLetter");
}

}  // namespace

std::vector<ProbePlace> places_of(const AgentPlan& plan, const std::string& user_home) {
  std::vector<ProbePlace> places;
  for (const PlannedComponent& channel : plan.channels) add_channel(plan, channel, user_home, places);
  for (const PlannedSink& sink : plan.sinks) add_sink(plan, sink, places);
  return places;
}

}  // namespace flume::cli
