// --probe on a simulated disk and on simulated NameNodes: what it says, and that it leaves everything as it was.
#include "cli/probe.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/probe_hdfs.h"
#include "flume/metrics.h"
#include "net/asio_network.h"
#include "support/blocking_files.h"
#include "support/captured_log.h"
#include "support/sim_files.h"
#include "support/sim_hdfs/hdfs_on_loopback.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A test that fails must not wait for it.
constexpr std::chrono::seconds kLongEnough{60};

class ProbeTest : public testing::Test {
 protected:
  /// "error: message (hint)" for each place.
  std::vector<std::string> probe(const std::vector<ProbePlace>& places, const std::shared_ptr<Files>& disk,
                                 Instant::duration patience = kLongEnough) {
    const Services services{.clock = clock,
                            .files = *disk,
                            .listener = network,
                            .dialer = network,
                            .metrics = metrics,
                            .log = Log(log, "probe"),
                            .agent = {},
                            .name = "probe",
                            .state_folder = {},
                            .conf_folder = "/conf",
                            .byte_budget = 0,
                            .logs_raw_data = false,
                            .time_zone = "UTC",
                            .hadoop = {.user_name = user}};
    config::Diagnostics diagnostics;
    probe_places(places, disk, services, patience, diagnostics);
    std::vector<std::string> lines;
    for (const config::Diagnostic& each : diagnostics.all()) {
      EXPECT_EQ(each.key, "a1.key");
      lines.push_back(std::string(to_string(each.severity)) + ": " + each.message + (each.hint.empty() ? "" : " (" + each.hint + ")"));
    }
    return lines;
  }
  std::vector<std::string> probe(PlaceKind kind, const std::string& path, std::uint64_t kept_free = 0) {
    return probe({{kind, "a1.key", {}, path, kept_free}}, files);
  }

  SystemClock clock;
  std::shared_ptr<SimFiles> files = std::make_shared<SimFiles>();
  AsioNetwork network;
  MetricsRegistry metrics;
  CapturedLog log;
  std::string user = "flume";
};

TEST_F(ProbeTest, tells_a_folder_that_can_be_used) {
  ASSERT_TRUE(files->make_directories("/data").ok());
  EXPECT_THAT(probe(PlaceKind::Folder, "/data"), ElementsAre(StartsWith("info: /data can be written to, with ")));
  EXPECT_THAT(probe(PlaceKind::GivenFolder, "/data"), ElementsAre(StartsWith("info: /data can be written to, with ")));
  EXPECT_THAT(probe(PlaceKind::Destination, "file:///data"), ElementsAre(StartsWith("info: /data can be written to, with ")));
}

TEST_F(ProbeTest, looks_above_a_folder_that_the_agent_would_make_and_makes_nothing) {
  ASSERT_TRUE(files->make_directories("/data").ok());
  EXPECT_THAT(probe(PlaceKind::Folder, "/data/a/b"),
              ElementsAre(StartsWith("info: /data/a/b is not there yet, and can be made in /data, with ")));
  EXPECT_FALSE(files->info("/data/a").ok());
  EXPECT_THAT(probe(PlaceKind::GivenFolder, "/data/a"),
              ElementsAre("error: /data/a is not there, and the agent does not make it (make the folder)"));
}

TEST_F(ProbeTest, tells_a_folder_that_is_not_ours) {
  ASSERT_TRUE(files->make_directories("/data").ok());
  files->inject({.operation = SimFiles::Operation::CheckWritable, .path = "/data", .error_number = EACCES, .times = 2});
  EXPECT_THAT(probe(PlaceKind::Folder, "/data"),
              ElementsAre(AllOf(StartsWith("error: "), HasSubstr("/data"), Not(HasSubstr("cannot be made")))));
  EXPECT_THAT(probe(PlaceKind::Folder, "/data/a"), ElementsAre(StartsWith("error: /data/a is not there, and cannot be made: ")));
}

TEST_F(ProbeTest, tells_a_file_where_a_folder_is_needed) {
  files->add_file("/data", "x");
  EXPECT_THAT(probe(PlaceKind::Folder, "/data"), ElementsAre(AllOf(StartsWith("error: "), HasSubstr("/data"))));
}

TEST_F(ProbeTest, tells_a_disk_that_is_too_full_for_a_channel) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  files->set_capacity(3 * kMebibyte);
  ASSERT_TRUE(files->make_directories("/data").ok());
  EXPECT_THAT(probe(PlaceKind::Folder, "/data", 3 * kMebibyte), ElementsAre("info: /data can be written to, with 3.0 MiB free"));
  EXPECT_THAT(
      probe(PlaceKind::Folder, "/data", 2048 * kMebibyte),
      ElementsAre("error: /data can be written to, with 3.0 MiB free: the channel takes no events, as minimumRequiredSpace is 2.0 GiB"));
}

TEST_F(ProbeTest, tells_a_full_disk) {
  ASSERT_TRUE(files->make_directories("/data").ok());
  files->set_capacity(0);
  EXPECT_THAT(probe(PlaceKind::GivenFolder, "/data"), ElementsAre("error: /data can be written to, with 0.0 MiB free"));
}

TEST_F(ProbeTest, warns_of_a_network_file_system) {
  ASSERT_TRUE(files->make_directories("/net/data").ok());
  files->mount_from_network("/net", "nfs");
  EXPECT_THAT(probe(PlaceKind::Folder, "/net/data"), ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("network file system (nfs)"))));
}

TEST_F(ProbeTest, does_not_wait_for_a_disk_that_hangs) {
  const auto hanging = std::make_shared<BlockingFiles>(*files);
  auto gate = hanging->block(BlockingFiles::Operation::Info, "/gone");
  EXPECT_THAT(probe({{PlaceKind::Folder, "a1.key", {}, "/gone", 0}}, hanging, Instant::duration::zero()),
              ElementsAre("error: /gone has not answered for 0 s (is it on a network file system whose server is gone?)"));
  gate.fail(retryable("the test is over"));  // so that the look, which outlives it, touches nothing of it
}

TEST_F(ProbeTest, refuses_a_destination_of_no_file_system) {
  EXPECT_THAT(probe(PlaceKind::Destination, "s3a://bucket/x"), ElementsAre(StartsWith("error: s3a://bucket/x: s3a:// is not supported")));
}

class HdfsProbeTest : public ProbeTest {
 protected:
  std::vector<std::string> probe_hdfs(const std::string& path) { return probe(PlaceKind::Destination, hdfs.uri() + path); }
  hdfs::HdfsOnLoopback hdfs;
};

TEST_F(HdfsProbeTest, tells_a_folder_of_a_cluster_that_answers) {
  hdfs.with([](hdfs::SimHdfs& cluster) { cluster.create_file("/flume/file"); });
  const std::string root = hdfs.uri();
  EXPECT_THAT(probe_hdfs("/flume"), ElementsAre("info: " + root + "/flume is there, and user 'flume' may write into it"));
  EXPECT_THAT(probe_hdfs("/flume/a/b"),
              ElementsAre("info: /flume/a/b is not there yet: it is made in " + root + "/flume, and user 'flume' may write into it"));
  EXPECT_THAT(probe_hdfs("/"), ElementsAre("info: " + root + "/ is there, and user 'flume' may write into it"));
  EXPECT_THAT(hdfs.files(), ElementsAre("/flume/file"));
}

TEST_F(HdfsProbeTest, looks_below_the_users_home_for_a_path_without_a_slash) {
  hdfs.with([](hdfs::SimHdfs& cluster) { cluster.create_file("/user/flume/file"); });
  files->add_file("/conf/core-site.xml",
                  "<configuration><property><name>fs.defaultFS</name><value>" + hdfs.uri() + "</value></property></configuration>");
  EXPECT_THAT(probe(PlaceKind::Destination, "."), ElementsAre(HasSubstr("/user/flume is there")));
  EXPECT_THAT(probe(PlaceKind::Destination, "file"), ElementsAre(HasSubstr("/user/flume/file is a file")));
}

TEST_F(HdfsProbeTest, tells_a_file_where_a_folder_is_needed) {
  hdfs.with([](hdfs::SimHdfs& cluster) { cluster.create_file("/flume/file"); });
  EXPECT_THAT(probe_hdfs("/flume/file"), ElementsAre("error: " + hdfs.uri() + "/flume/file is a file, where a folder is needed"));
}

TEST_F(HdfsProbeTest, warns_of_rights_that_do_not_reach) {
  hdfs.with([](hdfs::SimHdfs& cluster) { cluster.create_file("/flume/file"); });
  user = "guest";
  EXPECT_THAT(probe_hdfs("/flume"),
              ElementsAre(AllOf(StartsWith("warning: " + hdfs.uri() +
                                           "/flume is there, which user 'guest' may not write into (flume:supergroup rwxr-xr-x)"))));
}

TEST_F(HdfsProbeTest, tells_a_cluster_that_is_down_with_each_of_its_places) {
  const std::string uri = hdfs.uri();
  hdfs.with([](hdfs::SimHdfs& cluster) { cluster.stop_namenode(); });
  const auto lines = probe({{PlaceKind::Destination, "a1.key", {}, uri + "/a", 0}, {PlaceKind::Destination, "a1.key", {}, uri + "/b", 0}},
                           files, std::chrono::seconds(1));
  EXPECT_THAT(lines, ElementsAre(StartsWith("error: " + uri + ": "), StartsWith("error: " + uri + ": ")));
}

TEST(MayWrite, follows_the_permissions) {
  const auto folder = [](std::uint32_t permission) {
    output::FileEntry entry;
    entry.owner = "flume";
    entry.group = "hadoop";
    entry.permission = permission;
    return entry;
  };
  EXPECT_EQ(may_write(folder(0700), "flume"), MayWrite::Yes);
  EXPECT_EQ(may_write(folder(0577), "flume"), MayWrite::No);
  EXPECT_EQ(may_write(folder(0600), "flume"), MayWrite::No);
  EXPECT_EQ(may_write(folder(01777), "guest"), MayWrite::Yes);
  EXPECT_EQ(may_write(folder(0775), "guest"), MayWrite::AsOneOfTheGroup);
  EXPECT_EQ(may_write(folder(0755), "guest"), MayWrite::No);
}

}  // namespace
}  // namespace flume::cli
