#include "cli/probe.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/folder_look.h"
#include "cli/probe_hdfs.h"
#include "config/shown_value.h"
#include "flume/metrics.h"
#include "net/asio_network.h"
#include "output/file_location.h"

namespace flume::cli {
namespace {

constexpr std::chrono::seconds kPatience{10};

/// What is worth saying about a place stands in its diagnostics.
class NoLog final : public LogTarget {
 public:
  [[nodiscard]] bool enabled(LogLevel, std::string_view) const noexcept override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) noexcept override {}
};

std::string size_as_text(std::uint64_t bytes) {
  constexpr double kMebibyte = 1 << 20;
  const double mebibytes = static_cast<double>(bytes) / kMebibyte;
  return mebibytes < 1024 ? fmt::format("{:.1f} MiB", mebibytes) : fmt::format("{:.1f} GiB", mebibytes / 1024);
}

std::string in_seconds(Instant::duration time) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

void tell_folder(const ProbePlace& place, const std::string& folder, const Result<FolderFacts>& facts, Instant::duration patience,
                 config::Diagnostics& diagnostics) {
  const std::string shown = config::shown_value(place.key, folder);
  if (!facts) {
    const bool is_late = facts.cause() == Cause::Timeout;
    diagnostics.error(place.at, place.key, is_late ? shown + " has not answered for " + in_seconds(patience) : facts.status().message(),
                      is_late ? "is it on a network file system whose server is gone?" : "");
    return;
  }
  if (place.kind == PlaceKind::GivenFolder && !facts->is_there) {
    diagnostics.error(place.at, place.key, shown + " is not there, and the agent does not make it", "make the folder");
    return;
  }
  const std::string nearest = config::shown_value(place.key, facts->nearest);
  if (!facts->writable.ok()) {
    diagnostics.error(place.at, place.key,
                      (facts->is_there ? "" : shown + " is not there, and cannot be made: ") + facts->writable.message());
    return;
  }
  const std::string state = shown + (facts->is_there ? " can be written to" : " is not there yet, and can be made in " + nearest) +
                            ", with " + size_as_text(facts->free_bytes) + " free";
  if (facts->free_bytes == 0) {
    diagnostics.error(place.at, place.key, state);
    return;
  }
  if (facts->free_bytes < place.kept_free) {
    diagnostics.error(place.at, place.key,
                      state + ": the channel takes no events, as minimumRequiredSpace is " + size_as_text(place.kept_free));
    return;
  }
  if (facts->network.empty()) {
    diagnostics.info(place.at, place.key, state);
  } else {
    diagnostics.warning(place.at, place.key,
                        state + ", on a network file system (" + facts->network + "): what a crash leaves there depends on its server");
  }
}

struct WaitingLook {
  const ProbePlace* place;
  std::string folder;
  FolderLook look;
};

}  // namespace

void probe_places(const std::vector<ProbePlace>& places, const std::shared_ptr<Files>& files, const Services& services,
                  Instant::duration patience, config::Diagnostics& diagnostics) {
  std::vector<WaitingLook> looks;
  std::vector<std::pair<const ProbePlace*, output::FileLocation>> remote;
  std::optional<Result<XmlConfiguration>> hadoop;
  const auto look_at_folder = [&](const ProbePlace& place, const std::string& folder) {
    looks.push_back({&place, folder, FolderLook(files, folder)});
  };
  for (const ProbePlace& place : places) {
    if (place.kind != PlaceKind::Destination) {
      look_at_folder(place, place.path);
      continue;
    }
    if (!hadoop) hadoop = output::hadoop_configuration(*files, services.conf_folder, services.hadoop);
    auto location = !*hadoop ? hadoop->status() : output::locate(place.path, **hadoop);
    if (!location) {
      diagnostics.error(place.at, place.key, location.status().message());
    } else if (location->scheme == "file") {
      look_at_folder(place, location->path);
    } else {
      remote.emplace_back(&place, *std::move(location));
    }
  }
  const Deadline folders_deadline = services.clock.in(patience);
  if (!remote.empty()) {
    HdfsProbe hdfs(**hadoop, services, patience);
    for (const auto& [place, location] : remote) hdfs.look(*place, location, diagnostics);
  }
  for (WaitingLook& each : looks)
    tell_folder(*each.place, each.folder, each.look.wait(services.clock, folders_deadline), patience, diagnostics);
}

void probe(const std::vector<config::AgentPlan>& plans, const std::shared_ptr<Files>& files, const CommandLine& line,
           const Preparation& preparation, config::Diagnostics& diagnostics) {
  SystemClock clock;
  AsioNetwork network;
  MetricsRegistry metrics;
  NoLog log;
  const Services services{.clock = clock,
                          .files = *files,
                          .listener = network,
                          .dialer = network,
                          .metrics = metrics,
                          .log = Log(log, "probe"),
                          .agent = {},
                          .name = "probe",
                          .state_folder = {},
                          .conf_folder = preparation.conf_folder,
                          .byte_budget = 0,
                          .logs_raw_data = false,
                          .time_zone = time_zone_setting(line),
                          .hadoop = preparation.hadoop,
                          .tls_defaults = preparation.tls_defaults};
  std::vector<ProbePlace> places;
  for (const config::AgentPlan& plan : plans) {
    for (ProbePlace& place : places_of(plan, preparation.host.user_home)) places.push_back(std::move(place));
  }
  probe_places(places, files, services, kPatience, diagnostics);
}

}  // namespace flume::cli
