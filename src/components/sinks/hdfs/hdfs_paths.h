// Which folder and file prefix of the hdfs sink an event belongs to: hdfs.path and hdfs.filePrefix with their escapes, zone and
// rounding. Owned by the sink, or by `flume-ng test`, which asks where events would go; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "components/sinks/hdfs/hdfs_options.h"
#include "flume/component.h"
#include "text/path_escapes.h"

namespace flume {

class HdfsPaths {
 public:
  /// `folder`: hdfs.path as it is in its file system, escapes and all. Asks for this machine's name when an escape shows it.
  static Result<HdfsPaths> compile(const HdfsOptions& options, const std::string& folder, const Services& services);

  struct Found {
    std::string_view path;
    std::string_view prefix;
  };
  /// The views are valid until the next call. Rejected: as PathTemplate::expand(), or a NUL byte.
  [[nodiscard]] Result<Found> find(const EventView& event, WallTime now) {
    const auto header = [&event](std::string_view name) { return event.header(name); };
    auto path = path_.expand(header, now);
    if (!path) return std::move(path).status();
    auto prefix = prefix_.expand(header, now);
    if (!prefix) return std::move(prefix).status();
    if (generation() != generation_without_nul_) {
      if (path->find('\0') != std::string_view::npos || prefix->find('\0') != std::string_view::npos)
        return rejected("a path with a NUL byte");
      generation_without_nul_ = generation();
    }
    return Found{*path, *prefix};
  }
  /// Grows whenever find() gives something else than the time before.
  [[nodiscard]] std::uint64_t generation() const noexcept { return path_.generation() + prefix_.generation(); }
  /// One path and prefix for every event and for all time.
  [[nodiscard]] bool is_constant() const noexcept { return is_constant_; }
  [[nodiscard]] const PathTemplate& path() const noexcept { return path_; }
  [[nodiscard]] const PathTemplate& prefix() const noexcept { return prefix_; }

 private:
  HdfsPaths(PathTemplate path, PathTemplate prefix);

  PathTemplate path_;
  PathTemplate prefix_;
  bool is_constant_;
  std::uint64_t generation_without_nul_ = 0;
};

/// `hdfs://host/folder/prefix`; of local files `/folder/prefix`. The number and hdfs.fileSuffix, which end a name, are not in it.
Result<std::unique_ptr<EventPlaces>> hdfs_places(const HdfsOptions& options, const Services& services);

}  // namespace flume
