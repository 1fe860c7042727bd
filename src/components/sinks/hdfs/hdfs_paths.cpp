#include "components/sinks/hdfs/hdfs_paths.h"

#include "net/local_host.h"
#include "output/file_location.h"

namespace flume {
namespace {

class HdfsPlaces final : public EventPlaces {
 public:
  HdfsPlaces(std::string root, HdfsPaths paths) : root_(std::move(root)), paths_(std::move(paths)) {}

  Result<std::string> place_of(const EventView& event, WallTime now) override {
    auto found = paths_.find(event, now);
    if (!found) return std::move(found).status();
    return root_ + std::string(found->path) + '/' + std::string(found->prefix);
  }

 private:
  const std::string root_;
  HdfsPaths paths_;
};

}  // namespace

HdfsPaths::HdfsPaths(PathTemplate path, PathTemplate prefix)
    : path_(std::move(path)),
      prefix_(std::move(prefix)),
      is_constant_(path_.literal_prefix() == path_.pattern() && prefix_.literal_prefix() == prefix_.pattern()) {}

Result<HdfsPaths> HdfsPaths::compile(const HdfsOptions& options, const std::string& folder, const Services& services) {
  PathTime time;
  // Of a name in the configuration or on the command line it was told when it was read.
  const bool is_machines = options.time_zone.text.empty() && services.time_zone.empty();
  ZoneByName zone = options.time_zone.text.empty() ? TimeZone::system(services.time_zone) : TimeZone::by_name(options.time_zone.text);
  if (is_machines && !zone.problem.ok()) services.log.warn("the time zone is not known", {{"reason", zone.problem}});
  time.zone = std::move(zone.zone);
  time.use_local_time = options.use_local_time_stamp;
  if (options.round && options.round_unit) {
    const auto unit = options.round_unit == HdfsRoundUnit::Second   ? PathRounding::Unit::Second
                      : options.round_unit == HdfsRoundUnit::Minute ? PathRounding::Unit::Minute
                                                                    : PathRounding::Unit::Hour;
    time.rounding = PathRounding{unit, static_cast<std::uint32_t>(options.round_value)};
  }
  auto path = PathTemplate::compile(folder, time);
  if (!path) return std::move(path).status().with_context("hdfs.path");
  auto prefix = PathTemplate::compile(options.file_prefix, time);
  if (!prefix) return std::move(prefix).status().with_context("hdfs.filePrefix");
  if (path->needs_local_host() || prefix->needs_local_host()) {
    const LocalHostAnswer local = find_local_host(services);
    if (!local.problem.ok()) services.log.warn("this machine's name has no address", {{"reason", local.problem}});
    path->set_local_host(local.host);
    prefix->set_local_host(local.host);
  }
  return HdfsPaths(*std::move(path), *std::move(prefix));
}

Result<std::unique_ptr<EventPlaces>> hdfs_places(const HdfsOptions& options, const Services& services) {
  auto configuration = output::hadoop_configuration(services.files, services.conf_folder, services.hadoop);
  if (!configuration) return std::move(configuration).status();
  auto location = output::locate(options.path, *configuration);
  if (!location) return std::move(location).status();
  std::string root;
  if (location->scheme != "file") {
    auto settings = output::hdfs_settings(*location, *configuration, services.hadoop);
    if (!settings) return std::move(settings).status();
    root = location->scheme + "://" + location->authority;
    location->path = settings->absolute(location->path);
  }
  auto paths = HdfsPaths::compile(options, location->path, services);
  if (!paths) return std::move(paths).status();
  return std::unique_ptr<EventPlaces>(std::make_unique<HdfsPlaces>(std::move(root), *std::move(paths)));
}

}  // namespace flume
