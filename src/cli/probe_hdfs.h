// Asks NameNodes about folders: do they answer, is the folder there, may this user write into it. Changes nothing. One thread.
#pragma once

#include <map>
#include <string>

#include "cli/probe_places.h"
#include "config/diagnostic.h"
#include "flume/services.h"
#include "output/file_location.h"
#include "output/open_file_system.h"
#include "text/xml_configuration.h"

namespace flume::cli {

class HdfsProbe {
 public:
  /// `patience`: for each call.
  HdfsProbe(const XmlConfiguration& configuration, const Services& services, Instant::duration patience)
      : configuration_(configuration), services_(services), patience_(patience) {}

  /// One diagnostic about the place. A cluster that did not answer is not asked again.
  void look(const ProbePlace& place, const output::FileLocation& location, config::Diagnostics& diagnostics);

 private:
  Result<output::OpenedFileSystem>& cluster(const output::FileLocation& location);

  const XmlConfiguration& configuration_;
  const Services& services_;
  const Instant::duration patience_;
  std::map<std::string, Result<output::OpenedFileSystem>> clusters_;  // by authority
};

/// Whether the permissions of a folder let `user` make files in it. Of groups, ACLs and who is superuser only HDFS knows.
enum class MayWrite : std::uint8_t { Yes, AsOneOfTheGroup, No };
[[nodiscard]] MayWrite may_write(const output::FileEntry& folder, const std::string& user);

}  // namespace flume::cli
