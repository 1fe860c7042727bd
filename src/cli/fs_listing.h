// The lines of `tool fs -ls`, in the columns of Hadoop's `fs -ls`. One thread.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "output/file_system.h"
#include "text/java_date_format.h"
#include "text/time_zone.h"

namespace flume::cli {

class ListingFormat {
 public:
  explicit ListingFormat(TimeZone zone);

  /// Columns are as wide as their widest text in all entries that were announced so far.
  void announce(const output::FileEntry& entry);
  /// One line, with its end.
  [[nodiscard]] std::string line(const output::FileEntry& entry, const std::string& shown_path);

 private:
  ZoneCursor zone_;
  const JavaDateFormat date_;
  std::size_t replication_ = 3;
  std::size_t owner_ = 0;
  std::size_t group_ = 0;
  std::size_t length_ = 10;
};

/// "rwxr-x---", with a t or T for the sticky bit.
[[nodiscard]] std::string permission_as_text(std::uint32_t permission);

/// Numbers of this machine's users and groups become their names, where they have one.
void name_owner(output::FileEntry& entry);

}  // namespace flume::cli
