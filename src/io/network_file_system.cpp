#include "io/network_file_system.h"

#include <algorithm>
#include <array>

namespace flume {
namespace {

struct NamedMagic {
  std::uint32_t magic;
  std::string_view name;
};

// The kernel's numbers (linux/magic.h and the file systems' own headers).
constexpr std::array kNetworkMagics{
    NamedMagic{0x6969, "nfs"},      NamedMagic{0xFF534D42, "cifs"},   NamedMagic{0xFE534D42, "smb2"},  NamedMagic{0x517B, "smb"},
    NamedMagic{0x00C36400, "ceph"}, NamedMagic{0x0BD00BD0, "lustre"}, NamedMagic{0x5346414F, "afs"},   NamedMagic{0x6B414653, "kafs"},
    NamedMagic{0x73757245, "coda"}, NamedMagic{0x564C, "ncp"},        NamedMagic{0x01021997, "9p"},    NamedMagic{0x20030528, "orangefs"},
    NamedMagic{0x47504653, "gpfs"}, NamedMagic{0x19830326, "beegfs"}, NamedMagic{0xAAD7AAEA, "panfs"}, NamedMagic{0x7461636F, "ocfs2"},
    NamedMagic{0x01161970, "gfs2"}, NamedMagic{0x013111A8, "ibrix"},
};

constexpr std::array<std::string_view, 14> kNetworkFuses{
    "fuse.sshfs",  "fuse.glusterfs", "fuse.s3fs",      "fuse.ceph",   "fuse.ceph-fuse", "fuse.juicefs", "fuse.goofys",
    "fuse.rclone", "fuse.gcsfuse",   "fuse.curlftpfs", "fuse.hadoop", "fuse.moosefs",   "fuse.mfs",     "fuse.davfs",
};

std::string_view next_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), field.size() + 1));
  return field;
}

}  // namespace

std::string_view network_file_system_of(std::uint32_t magic) noexcept {
  const auto* const known =
      std::find_if(kNetworkMagics.begin(), kNetworkMagics.end(), [&](const NamedMagic& n) { return n.magic == magic; });
  return known == kNetworkMagics.end() ? std::string_view() : known->name;
}

std::string network_fuse_of(std::string_view mountinfo, unsigned major, unsigned minor) {
  const std::string device = std::to_string(major) + ":" + std::to_string(minor);
  while (!mountinfo.empty()) {
    std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(mountinfo.size(), line.size() + 1));
    next_field(line);  // the mount's id
    next_field(line);  // its parent's
    if (next_field(line) != device) continue;
    const std::size_t separator = line.find(" - ");
    if (separator == std::string_view::npos) continue;
    line.remove_prefix(separator + 3);
    const std::string_view type = next_field(line);
    const bool is_network = std::find(kNetworkFuses.begin(), kNetworkFuses.end(), type) != kNetworkFuses.end();
    return is_network ? std::string(type) : std::string();
  }
  return {};
}

}  // namespace flume
