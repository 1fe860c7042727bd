// Path managers (Flume's PathManager): the names of the files that a rolling file sink writes. Pure; one thread.
#pragma once

#include <string>

#include "flume/clock.h"

namespace flume {

class PathManager {
 public:
  virtual ~PathManager() = default;
  /// The name (without directory) of the `index`-th file, index from 1, of a sink that started at `started`; `now`: when
  /// the file is opened.
  [[nodiscard]] virtual std::string file_name(WallTime started, WallTime now, std::uint64_t index) const = 0;
  /// True: `index` counts the files opened in the same second; false: those since the start.
  [[nodiscard]] virtual bool counts_within_second() const { return false; }
};

}  // namespace flume
