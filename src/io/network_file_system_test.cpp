#include "io/network_file_system.h"

#include <gtest/gtest.h>

namespace flume {
namespace {

constexpr std::string_view kMounts =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "30 22 0:41 / /mnt/far rw,nosuid shared:9 master:2 - fuse.sshfs me@there:/ rw,user_id=0\n"
    "31 22 0:4 / /mnt/windows rw - fuseblk /dev/sdb1 rw\n"
    "32 22 0:42 / /mnt/torn rw\n";

TEST(NetworkFileSystem, is_told_by_the_number_of_statfs) {
  EXPECT_EQ(network_file_system_of(0x6969), "nfs");
  EXPECT_EQ(network_file_system_of(0xFF534D42), "cifs");
  EXPECT_EQ(network_file_system_of(0xEF53), "") << "ext4";
  EXPECT_EQ(network_file_system_of(0x01021994), "") << "tmpfs";
}

TEST(NetworkFileSystem, is_told_by_the_mount_table_under_fuse) {
  EXPECT_EQ(network_fuse_of(kMounts, 0, 41), "fuse.sshfs");
  EXPECT_EQ(network_fuse_of(kMounts, 0, 4), "") << "ntfs-3g, a local disk";
  EXPECT_EQ(network_fuse_of(kMounts, 0, 42), "") << "a line without its end";
  EXPECT_EQ(network_fuse_of(kMounts, 7, 7), "");
  EXPECT_EQ(network_fuse_of("", 0, 41), "");
}

}  // namespace
}  // namespace flume
