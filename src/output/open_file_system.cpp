#include "output/open_file_system.h"

#include <utility>

#include "flume/net.h"
#include "net/loop_caller.h"
#include "output/hdfs_file_system.h"
#include "output/local_file_system.h"

namespace flume::output {

Result<OpenedFileSystem> open_file_system(const FileLocation& location, const XmlConfiguration& configuration, const Services& services,
                                          Durability durability, Deadline deadline) {
  OpenedFileSystem opened;
  if (location.scheme == "file") {
    opened.file_system = std::make_unique<LocalFileSystem>(services.files);
    opened.path = location.path;
    return opened;
  }
  auto settings = hdfs_settings(location, configuration, services.hadoop);
  if (!settings) return std::move(settings).status();
  settings->file.syncs_blocks = durability == Durability::Synced;
  opened.root = location.scheme + "://" + location.authority;
  opened.path = settings->absolute(location.path);
  opened.home = settings->home;
  auto file_system = std::make_unique<HdfsFileSystem>(opened.root, make_loop_caller(services.listener.make_loop()), services.dialer,
                                                      *std::move(settings), services.log);
  if (Status connected = file_system->connect(deadline); !connected.ok()) return std::move(connected).with_context(opened.root);
  opened.file_system = std::move(file_system);
  return opened;
}

}  // namespace flume::output
