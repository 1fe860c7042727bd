// Files of the sink's names that somebody else made: whatever a crash or a lost answer leaves in doubt, they are never touched,
// and none of ours stays.
#include "components/sinks/hdfs/hdfs_sink_on_cluster.h"
#include "support/file_tree.h"

namespace flume {
namespace {

using conformance::Crash;
using testing::HasSubstr;

/// The in-use path of the first file that a sink makes in this folder.
std::string first_path(const std::string& folder, conformance::SinkBench& bench) {
  return folder + "/FlumeData." + std::to_string(bench.services.clock.wall().time_since_epoch().count() + 1) + ".tmp";
}

class HdfsSinkWhoseFileTest : public HdfsSinkOnCluster {
 protected:
  /// The sink dies before its `at`-th operation. True: it never gets so far.
  bool live_and_die(std::uint64_t at) {
    bench_->put("ours", {{"kind", "a"}});
    bench_->stop.stop_after(at);
    if (bench_->start().ok()) bench_->round();
    const bool has_survived = !bench_->stop.is_stopped();
    bench_->crash(Crash::Process, at);
    return has_survived;
  }
  void live_again() {
    ASSERT_TRUE(bench_->start().ok());
    ASSERT_TRUE(bench_->drain());
    bench_->pass(std::chrono::seconds(100), std::chrono::seconds(10));
    bench_->stop_sink();
  }
};

TEST_P(HdfsSinkWhoseFileTest, a_file_that_somebody_else_makes_on_hdfs_after_a_crash_is_left_alone) {
  std::size_t theirs = 0;
  bool has_survived = false;
  for (std::uint64_t at = 0; !has_survived; ++at) {
    SCOPED_TRACE("killed before operation " + std::to_string(at));
    make({{"hdfs.rollCount", "1"}});
    const std::string path = first_path("/data/a", *bench_);
    has_survived = live_and_die(at);
    const bool is_theirs = hdfs().files().empty();
    if (is_theirs) hdfs().create_file(path);
    theirs += is_theirs ? 1 : 0;
    live_again();
    for (const std::string& file : hdfs().files()) EXPECT_EQ(hdfs().is_open(file), is_theirs && file == path) << file;
    EXPECT_EQ(hdfs().names().files().contains(path), is_theirs);
    if (HasFailure()) return;
  }
  EXPECT_GE(theirs, 2U) << "before and after the intent";
}

TEST_P(HdfsSinkWhoseFileTest, a_file_that_somebody_else_makes_on_disk_after_a_crash_is_left_alone) {
  std::size_t theirs = 0;
  bool has_survived = false;
  for (std::uint64_t at = 0; !has_survived; ++at) {
    SCOPED_TRACE("killed before operation " + std::to_string(at));
    make({{"hdfs.path", "/data"}, {"hdfs.rollCount", "1"}});
    const std::string path = first_path("/data", *bench_);
    has_survived = live_and_die(at);
    const auto before = file_tree(bench_->services.files, "/data");
    const bool is_theirs = std::ranges::none_of(before, [&](const auto& file) { return path.starts_with(file.first); });
    if (is_theirs) bench_->services.files.add_file(path, "");
    theirs += is_theirs ? 1 : 0;
    live_again();
    for (const auto& [file, content] : file_tree(bench_->services.files, "/data")) {
      EXPECT_TRUE(file == path ? is_theirs && content.empty() : content == "ours\n") << file << ": " << content;
    }
    EXPECT_EQ(bench_->services.files.info(path).ok(), is_theirs);
    if (HasFailure()) return;
  }
  EXPECT_GE(theirs, 3U) << "before and after the intent, and while it has a hidden name";
}

TEST_P(HdfsSinkWhoseFileTest, an_empty_file_of_ours_that_the_namenode_has_closed_is_removed) {
  make();
  const std::string path = first_path("/data/a", *bench_);
  bool was_made = false;
  for (std::uint64_t at = 0; !was_made; ++at) {
    make();
    live_and_die(at);
    was_made = hdfs().names().files().contains(path);
  }
  bench_->services.clock.advance(std::chrono::hours(2));
  live_again();
  EXPECT_FALSE(hdfs().names().files().contains(path));
}

TEST_P(HdfsSinkWhoseFileTest, removes_what_a_create_makes_long_after_its_deadline) {
  make({{"hdfs.callTimeout", "5000"}});
  ASSERT_TRUE(bench_->start().ok());
  bool was_late = false;
  hdfs().namenode().set_faults([&](std::string_view method) {
    return method == "create" && !std::exchange(was_late, true) ? hdfs::SimFault::Late : hdfs::SimFault::None;
  });
  put(5);
  bench_->round();
  EXPECT_FALSE(bench_->last_error().ok());
  end();
  EXPECT_TRUE(was_late);
}

TEST_P(HdfsSinkWhoseFileTest, does_not_take_somebody_elses_final_file_for_ours) {
  make({{"hdfs.path", "/data"}});
  const std::string path = first_path("/data", *bench_);
  const std::string final_path = path.substr(0, path.size() - 4);
  ASSERT_TRUE(bench_->start().ok());
  bench_->put("ours");
  bench_->round();
  bench_->crash(Crash::Process, 1);
  ASSERT_TRUE(bench_->services.files.remove(path).ok());
  bench_->services.files.add_file(final_path, "1234\n");
  ASSERT_TRUE(bench_->start().ok());
  bench_->stop_sink();
  EXPECT_EQ(bench_->services.log.count(LogLevel::Error, "somebody else's file has the final name"), 1U);
  EXPECT_EQ(*bench_->services.files.content(final_path), "1234\n");
}

TEST_P(HdfsSinkWhoseFileTest, does_not_cut_or_rename_a_file_that_has_taken_the_place_of_ours) {
  make({{"hdfs.path", "/data"}});
  const std::string path = first_path("/data", *bench_);
  ASSERT_TRUE(bench_->start().ok());
  bench_->put("ours");
  bench_->round();
  bench_->crash(Crash::Process, 1);
  ASSERT_TRUE(bench_->services.files.remove(path).ok());
  bench_->services.files.add_file(path, "half a line of theirs");
  ASSERT_TRUE(bench_->start().ok());
  bench_->stop_sink();
  EXPECT_EQ(*bench_->services.files.content(path), "half a line of theirs");
  EXPECT_THAT(bench_->services.log.lines(),
              testing::Contains(testing::Field(&CapturedLog::Line::text, HasSubstr("is not the one that this sink made"))));
}

INSTANTIATE_TEST_SUITE_P(Channels, HdfsSinkWhoseFileTest, both_channels(), channel_name);

}  // namespace
}  // namespace flume
