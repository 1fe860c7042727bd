// Which file system a configured path means, as Hadoop decides it: its scheme, else fs.defaultFS of core-site.xml; and Hadoop's
// configuration files, wherever they are. Pure but for reading these files through the Files seam.
#pragma once

#include <string>
#include <string_view>

#include "clients/hdfs/client_settings.h"
#include "flume/files.h"
#include "flume/hadoop_environment.h"
#include "flume/result.h"
#include "text/xml_configuration.h"

namespace flume::output {

/// A path without its scheme. `scheme` is "file", then `authority` is empty; or "hdfs", then that is a host, host:port or a
/// nameservice, whose syntax hdfs::client_settings() looks at. Without a slash `path` begins in the agent's working folder,
/// or in the user's folder of HDFS.
struct FileLocation {
  std::string scheme;
  std::string authority{};
  std::string path;
};

/// The scheme that a path begins with ("hdfs" of "hdfs://nn/x"), or empty.
[[nodiscard]] std::string_view scheme_of(std::string_view path);

/// `path` may hold escapes behind its scheme and host. InvalidConfig: another scheme than file and hdfs, a file: with a host, an
/// hdfs: without one (none in fs.defaultFS of `configuration`, either), a name that HDFS does not allow, text that is no path.
Result<FileLocation> locate(std::string_view path, const XmlConfiguration& configuration);

/// core-site.xml and hdfs-site.xml: each from `conf_folder`, else from the environment's, as on the class path of Flume's
/// launcher; what neither has is as Hadoop's default. Empty names: no such folder.
Result<XmlConfiguration> hadoop_configuration(Files& files, const std::string& conf_folder, const HadoopEnvironment& environment);

/// How HDFS is spoken to for `location`. InvalidConfig names the address and everything that is wrong.
Result<hdfs::ClientSettings> hdfs_settings(const FileLocation& location, const XmlConfiguration& configuration,
                                           const HadoopEnvironment& environment);

}  // namespace flume::output
