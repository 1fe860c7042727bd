#include "cli/probe_hdfs.h"

#include <utility>

#include "cli/fs_listing.h"
#include "clients/hdfs/client_settings.h"
#include "config/shown_value.h"

namespace flume::cli {
namespace {

struct NearestFolder {
  std::string path;  // without scheme and host
  output::FileEntry entry;
};

Result<NearestFolder> nearest_folder(output::OpenedFileSystem& opened, std::string path, const Clock& clock, Instant::duration patience) {
  for (;;) {
    auto entry = opened.file_system->look_at(opened.root + path, clock.in(patience));
    if (entry) return NearestFolder{std::move(path), *std::move(entry)};
    std::string above = parent_directory(path);
    if (entry.cause() != Cause::NotFound || above == path) return std::move(entry).status();
    path = std::move(above);
  }
}

std::string absolute(const std::string& path, const std::string& home) {
  if (path == ".") return home;
  return path.starts_with('/') ? path : home + '/' + path;
}

}  // namespace

MayWrite may_write(const output::FileEntry& folder, const std::string& user) {
  constexpr std::uint32_t kWriteAndEnter = 3;
  const auto allows = [&](std::uint32_t shift) { return (folder.permission >> shift & kWriteAndEnter) == kWriteAndEnter; };
  if (folder.owner == user) return allows(6) ? MayWrite::Yes : MayWrite::No;
  if (allows(0)) return MayWrite::Yes;
  return allows(3) ? MayWrite::AsOneOfTheGroup : MayWrite::No;
}

Result<output::OpenedFileSystem>& HdfsProbe::cluster(const output::FileLocation& location) {
  const auto known = clusters_.find(location.authority);
  if (known != clusters_.end()) return known->second;
  auto opened = output::open_file_system(location, configuration_, services_, Durability::Written, services_.clock.in(patience_));
  return clusters_.emplace(location.authority, std::move(opened)).first->second;
}

void HdfsProbe::look(const ProbePlace& place, const output::FileLocation& location, config::Diagnostics& diagnostics) {
  auto& opened = cluster(location);
  if (!opened) return diagnostics.error(place.at, place.key, opened.status().message());
  const auto user = hdfs::user_name(services_.hadoop);
  if (!user) return diagnostics.error(place.at, place.key, user.status().message());
  const std::string path = absolute(location.path, opened->home);
  const auto nearest = nearest_folder(*opened, path, services_.clock, patience_);
  if (!nearest) return diagnostics.error(place.at, place.key, nearest.status().message());
  const auto shown = [&](const std::string& value) { return config::shown_value(place.key, value); };
  const std::string folder = shown(opened->root + nearest->path);
  if (!nearest->entry.is_folder) return diagnostics.error(place.at, place.key, folder + " is a file, where a folder is needed");
  const std::string state = nearest->path == path ? folder + " is there" : shown(path) + " is not there yet: it is made in " + folder;
  const std::string rights = nearest->entry.owner + ':' + nearest->entry.group + ' ' + permission_as_text(nearest->entry.permission);
  switch (may_write(nearest->entry, *user)) {
    case MayWrite::Yes:
      return diagnostics.info(place.at, place.key, state + ", and user '" + *user + "' may write into it");
    case MayWrite::AsOneOfTheGroup:
      return diagnostics.info(place.at, place.key,
                              state + ", which user '" + *user + "' may write into as one of its group (" + rights + ')');
    case MayWrite::No:
      return diagnostics.warning(
          place.at, place.key,
          state + ", which user '" + *user + "' may not write into (" + rights + "), unless an ACL allows it or it is HDFS's superuser",
          "change the folder's owner or rights, or HADOOP_USER_NAME");
  }
}

}  // namespace flume::cli
