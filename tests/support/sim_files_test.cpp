#include "support/sim_files.h"

#include <cerrno>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_clock.h"

namespace flume {
namespace {

using Operation = SimFiles::Operation;
using sim::PowerCut;
using testing::ElementsAre;
using testing::Optional;
using testing::UnorderedElementsAre;

constexpr PowerCut kLosesAll{.pattern = PowerCut::Pattern::None};
constexpr PowerCut kKeepsAll{.pattern = PowerCut::Pattern::All};

class SimFilesTest : public testing::Test {
 protected:
  std::unique_ptr<File> create(const std::string& path, std::string_view content = "") {
    auto file = files_.open(path, OpenMode::CreateNew);
    EXPECT_TRUE(file.ok()) << file.status().message();
    EXPECT_TRUE((*file)->write_at(0, as_bytes(content)).ok());
    return std::move(*file);
  }
  std::vector<std::string> names(const std::string& directory = "/") {
    auto listed = files_.list(directory);
    EXPECT_TRUE(listed.ok()) << listed.status().message();
    return listed ? *listed : std::vector<std::string>();
  }

  SimFiles files_;
};

TEST_F(SimFilesTest, behaves_as_a_file_system_while_nothing_fails) {
  ASSERT_TRUE(files_.make_directories("/a/b").ok());
  auto file = create("/a/b/f", "hello world");
  ASSERT_TRUE(file->write_at(6, as_bytes("flume")).ok());
  ASSERT_TRUE(file->truncate(13).ok());
  const std::vector<ByteView> pieces{as_bytes("x"), as_bytes(""), as_bytes("yz")};
  ASSERT_TRUE(file->write_at(13, pieces).ok());
  EXPECT_THAT(files_.content("/a/b/f"), Optional(std::string("hello flume\0\0xyz", 16)));
  EXPECT_EQ(*file->size(), 16U);
  std::array<std::byte, 8> buffer{};
  EXPECT_EQ(*file->read_at(12, buffer), 4U);
  EXPECT_EQ(*file->read_at(16, buffer), 0U);

  EXPECT_EQ(files_.open("/a/b/f", OpenMode::CreateNew).cause(), Cause::Exists);
  EXPECT_EQ(files_.open("/a/none", OpenMode::ReadWrite).cause(), Cause::NotFound);
  EXPECT_EQ(files_.open("/none/f", OpenMode::CreateNew).cause(), Cause::NotFound);
  EXPECT_EQ(files_.remove("/a").cause(), Cause::Exists);
  EXPECT_EQ(files_.make_directories("/a/b/f/g").cause(), Cause::WrongType);
  EXPECT_EQ(files_.make_directories("/a/b/f").cause(), Cause::WrongType);
  EXPECT_FALSE((*files_.open("/a/b/f", OpenMode::Read))->write_at(0, as_bytes("x")).ok());
  EXPECT_EQ(*files_.read_all("a/./b/../b/f", 100), *files_.content("/a/b/f"));
}

TEST_F(SimFilesTest, rename_overwrites_only_when_told_and_moves_directories) {
  ASSERT_TRUE(files_.make_directories("/d/sub").ok());
  create("/d/sub/a", "A");
  create("/b", "B");
  EXPECT_EQ(files_.rename("/b", "/d/sub/a", false).cause(), Cause::Exists);
  ASSERT_TRUE(files_.rename("/b", "/d/sub/a", true).ok());
  ASSERT_TRUE(files_.rename("/d", "/e", false).ok());
  EXPECT_THAT(files_.content("/e/sub/a"), Optional(std::string("B")));
  EXPECT_FALSE(files_.rename("/e", "/e/sub/e", false).ok());
  EXPECT_THAT(names(), ElementsAre("e"));
}

TEST_F(SimFilesTest, a_removed_file_lives_while_it_is_open) {
  auto file = create("/f", "abc");
  ASSERT_TRUE(files_.remove("/f").ok());
  EXPECT_EQ(*file->size(), 3U);
  EXPECT_EQ(files_.content("/f"), std::nullopt);
}

TEST_F(SimFilesTest, modification_times_come_from_the_clock) {
  SimClock clock(WallTime(std::chrono::milliseconds(5)));
  SimFiles files(&clock);
  auto file = files.open("/f", OpenMode::CreateNew);
  EXPECT_EQ(files.info("/f")->modified.time_since_epoch().count(), 5);
  clock.advance(std::chrono::milliseconds(2));
  ASSERT_TRUE((*file)->write_at(0, as_bytes("x")).ok());
  EXPECT_EQ(files.info("/f")->modified.time_since_epoch().count(), 7);
}

TEST_F(SimFilesTest, kill_keeps_what_was_written_and_kills_open_files) {
  auto file = create("/f", "written");
  files_.crash_process();
  EXPECT_FALSE(file->write_at(0, as_bytes("x")).ok());
  EXPECT_FALSE(file->sync().ok());
  EXPECT_FALSE(file->size().ok());
  EXPECT_THAT(files_.content("/f"), Optional(std::string("written")));
  auto again = files_.open("/f", OpenMode::ReadWrite);
  EXPECT_TRUE((*again)->write_at(0, as_bytes("W")).ok());
}

TEST_F(SimFilesTest, what_one_process_sees_dies_with_it) {
  const auto first = files_.of_one_process();
  ASSERT_TRUE(first->open("/f", OpenMode::CreateNew).ok());
  EXPECT_THAT(names(), ElementsAre("f")) << "it is the same disk";
  files_.crash_process();
  EXPECT_FALSE(first->open("/g", OpenMode::CreateNew).ok());
  EXPECT_FALSE(first->rename("/f", "/h", false).ok());
  EXPECT_FALSE(first->remove("/f").ok());
  EXPECT_THAT(names(), ElementsAre("f"));
  EXPECT_TRUE(files_.of_one_process()->remove("/f").ok()) << "another one lives";
}

TEST_F(SimFilesTest, power_loss_keeps_what_was_synced) {
  auto file = create("/f", "synced");
  ASSERT_TRUE(file->sync().ok());
  ASSERT_TRUE(files_.sync_directory("/").ok());
  ASSERT_TRUE(file->write_at(0, as_bytes("LOST, AND LONGER")).ok());
  create("/unsynced-name", "x");
  files_.crash_power(kLosesAll);
  EXPECT_THAT(names(), ElementsAre("f"));
  EXPECT_THAT(files_.content("/f"), Optional(std::string("synced")));
  EXPECT_FALSE(file->size().ok()) << "the process died with the machine";
}

TEST_F(SimFilesTest, a_file_synced_without_its_name_is_lost) {
  auto file = create("/f", "data");
  ASSERT_TRUE(file->sync().ok());
  EXPECT_EQ(files_.image_after_power_loss(kLosesAll)->content("/f"), std::nullopt);
  ASSERT_TRUE(files_.sync_directory("/").ok());
  EXPECT_THAT(files_.image_after_power_loss(kLosesAll)->content("/f"), Optional(std::string("data")));
}

TEST_F(SimFilesTest, a_name_synced_without_its_data_is_an_empty_file) {
  create("/f", "data");
  ASSERT_TRUE(files_.sync_directory("/").ok());
  EXPECT_THAT(files_.image_after_power_loss(kLosesAll)->content("/f"), Optional(std::string()));
}

TEST_F(SimFilesTest, a_directory_whose_own_name_is_not_synced_takes_its_files_along) {
  ASSERT_TRUE(files_.make_directories("/a/b").ok());
  ASSERT_TRUE(create("/a/b/f", "x")->sync().ok());
  ASSERT_TRUE(files_.sync_directory("/a/b").ok());
  EXPECT_TRUE(files_.image_after_power_loss(kLosesAll)->list("/")->empty());
  ASSERT_TRUE(files_.sync_directory("/a").ok());
  ASSERT_TRUE(files_.sync_directory("/").ok());
  EXPECT_THAT(files_.image_after_power_loss(kLosesAll)->content("/a/b/f"), Optional(std::string("x")));
}

TEST_F(SimFilesTest, replace_leaves_the_old_or_the_new_content_whatever_the_seed) {
  files_.add_file("/d/state", "old");
  std::set<std::string> seen;
  for (std::uint64_t skip = 0; skip < 8; ++skip) {
    files_.clear_faults();
    files_.inject({.path = "/d*", .error_number = EIO, .skip = skip, .times = SimFiles::Fault::kForever});
    const bool replaced = files_.replace("/d/state", "new!").ok();
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto content = files_.image_after_power_loss(PowerCut::from_seed(seed))->content("/d/state");
      ASSERT_TRUE(content.has_value());
      ASSERT_TRUE(*content == "old" || *content == "new!") << *content;
      if (replaced) {
        ASSERT_EQ(*content, "new!");
      }
      seen.insert(*content);
    }
    if (replaced) break;
  }
  EXPECT_THAT(seen, ElementsAre("new!", "old"));
}

TEST_F(SimFilesTest, a_rename_happens_wholly_or_not_at_all_over_two_directories) {
  files_.add_file("/from/f", "x");
  ASSERT_TRUE(files_.make_directories("/to").ok());
  ASSERT_TRUE(files_.sync_directory("/").ok());
  ASSERT_TRUE(files_.rename("/from/f", "/to/g", false).ok());
  int moved = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto image = files_.image_after_power_loss(PowerCut::from_seed(seed));
    ASSERT_NE(image->content("/from/f").has_value(), image->content("/to/g").has_value());
    moved += image->content("/to/g").has_value() ? 1 : 0;
  }
  EXPECT_GT(moved, 10);
  EXPECT_LT(moved, 90);
  ASSERT_TRUE(files_.sync_directory("/to").ok());
  EXPECT_TRUE(files_.image_after_power_loss(kLosesAll)->content("/to/g").has_value());
}

TEST_F(SimFilesTest, syncing_one_directory_brings_along_what_its_names_rest_on) {
  ASSERT_TRUE(files_.make_directories("/a").ok());
  ASSERT_TRUE(files_.make_directories("/b").ok());
  ASSERT_TRUE(files_.sync_directory("/").ok());
  create("/a/f", "x");
  ASSERT_TRUE(files_.rename("/a/f", "/b/f", false).ok());
  create("/a/other");
  ASSERT_TRUE(files_.sync_directory("/b").ok());
  const auto image = files_.image_after_power_loss(kLosesAll);
  EXPECT_TRUE(image->list("/a")->empty());
  EXPECT_THAT(*image->list("/b"), ElementsAre("f"));
}

TEST_F(SimFilesTest, sectors_are_kept_or_lost_one_by_one) {
  files_.add_file("/f", std::string(2048, 'o'));
  auto file = files_.open("/f", OpenMode::ReadWrite);
  ASSERT_TRUE((*file)->write_at(0, as_bytes(std::string(2048, 'n'))).ok());
  std::set<std::string> shapes;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto content = files_.image_after_power_loss({.seed = seed})->content("/f");
    ASSERT_EQ(content->size(), 2048U);
    std::string shape;
    for (std::size_t sector = 0; sector < 4; ++sector) {
      const std::string_view bytes = std::string_view(*content).substr(sector * 512, 512);
      ASSERT_EQ(bytes.find_first_not_of(bytes[0]), std::string_view::npos) << "torn inside a sector";
      shape += bytes[0];
    }
    shapes.insert(shape);
  }
  EXPECT_EQ(shapes.size(), 16U) << "every combination comes up";
}

TEST_F(SimFilesTest, the_named_patterns_do_what_they_say) {
  using Pattern = PowerCut::Pattern;
  files_.add_file("/f", std::string(2048, 'o'));
  auto file = files_.open("/f", OpenMode::ReadWrite);
  ASSERT_TRUE((*file)->write_at(0, as_bytes(std::string(2048, 'n'))).ok());
  const auto shapes_of = [&](Pattern pattern) {
    std::set<std::string> shapes;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto content = files_.image_after_power_loss({.pattern = pattern, .seed = seed})->content("/f");
      shapes.insert({(*content)[0], (*content)[512], (*content)[1024], (*content)[1536]});
    }
    return shapes;
  };
  EXPECT_THAT(shapes_of(Pattern::None), ElementsAre("oooo"));
  EXPECT_THAT(shapes_of(Pattern::All), ElementsAre("nnnn"));
  EXPECT_THAT(shapes_of(Pattern::Prefix), UnorderedElementsAre("oooo", "nooo", "nnoo", "nnno", "nnnn"));
  EXPECT_THAT(shapes_of(Pattern::Suffix), UnorderedElementsAre("oooo", "ooon", "oonn", "onnn", "nnnn"));
  EXPECT_THAT(shapes_of(Pattern::AllButOne), UnorderedElementsAre("onnn", "nonn", "nnon", "nnno"));
  EXPECT_THAT(shapes_of(Pattern::OnlyOne), UnorderedElementsAre("nooo", "onoo", "oono", "ooon"));
}

TEST_F(SimFilesTest, a_sector_may_hold_any_of_its_unsynced_writes) {
  files_.add_file("/f", "0");
  auto file = files_.open("/f", OpenMode::ReadWrite);
  for (const char* version : {"1", "2", "3"}) ASSERT_TRUE((*file)->write_at(0, as_bytes(version)).ok());
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) seen.insert(*files_.image_after_power_loss({.seed = seed})->content("/f"));
  EXPECT_THAT(seen, ElementsAre("0", "1", "2", "3"));
}

TEST_F(SimFilesTest, an_unsynced_append_may_have_its_length_but_not_its_bytes) {
  files_.add_file("/f", "head");
  auto file = files_.open("/f", OpenMode::ReadWrite);
  ASSERT_TRUE((*file)->write_at(4, as_bytes("tail")).ok());
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) seen.insert(*files_.image_after_power_loss({.seed = seed})->content("/f"));
  EXPECT_THAT(seen, UnorderedElementsAre("head", "headtail", std::string("head\0\0\0\0", 8)));
}

TEST_F(SimFilesTest, an_unsynced_truncate_may_be_undone) {
  files_.add_file("/f", "12345678");
  auto file = files_.open("/f", OpenMode::ReadWrite);
  ASSERT_TRUE((*file)->truncate(4).ok());
  EXPECT_THAT(files_.image_after_power_loss(kLosesAll)->content("/f"), Optional(std::string("12345678")));
  EXPECT_THAT(files_.image_after_power_loss(kKeepsAll)->content("/f"), Optional(std::string("1234")));
  ASSERT_TRUE((*file)->sync().ok());
  EXPECT_THAT(files_.image_after_power_loss(kLosesAll)->content("/f"), Optional(std::string("1234")));
}

TEST_F(SimFilesTest, an_image_is_the_same_for_the_same_seed_and_leaves_the_original_alone) {
  auto file = create("/f", std::string(20000, 'x'));
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const PowerCut cut = PowerCut::from_seed(seed);
    EXPECT_EQ(files_.image_after_power_loss(cut)->content("/f"), files_.image_after_power_loss(cut)->content("/f"));
  }
  EXPECT_TRUE(file->sync().ok());
  EXPECT_EQ(*file->size(), 20000U);
}

TEST_F(SimFilesTest, a_failed_sync_drops_the_data_and_the_next_one_lies) {
  files_.add_file("/f", "old");
  auto file = files_.open("/f", OpenMode::ReadWrite);
  ASSERT_TRUE((*file)->write_at(0, as_bytes("new")).ok());
  files_.inject({.operation = Operation::Sync, .error_number = EIO});
  EXPECT_EQ((*file)->sync().cause(), Cause::Io);
  EXPECT_TRUE((*file)->sync().ok()) << "as Linux does: who trusts it loses data";
  EXPECT_THAT(files_.content("/f"), Optional(std::string("new")));
  EXPECT_THAT(files_.image_after_power_loss(kKeepsAll)->content("/f"), Optional(std::string("old")));
}

TEST_F(SimFilesTest, faults_hit_the_nth_operation_of_a_kind_or_path) {
  files_.inject({.operation = Operation::Open, .path = "/logs/*.tmp", .error_number = EMFILE, .skip = 1, .times = 2});
  ASSERT_TRUE(files_.make_directories("/logs").ok());
  EXPECT_TRUE(files_.open("/logs/a.tmp", OpenMode::CreateNew).ok());
  EXPECT_TRUE(files_.open("/logs/a", OpenMode::CreateNew).ok());
  EXPECT_EQ(files_.open("/logs/b.tmp", OpenMode::CreateNew).cause(), Cause::NoHandles);
  EXPECT_EQ(files_.open("/logs/c.tmp", OpenMode::CreateNew).cause(), Cause::NoHandles);
  EXPECT_TRUE(files_.open("/logs/d.tmp", OpenMode::CreateNew).ok());
  EXPECT_EQ(files_.count(Operation::Open), 5U);

  files_.inject({.path = "/logs/d.tmp", .error_number = EACCES, .times = SimFiles::Fault::kForever});
  EXPECT_EQ(files_.rename("/logs/a", "/logs/d.tmp", true).cause(), Cause::Permission);
  EXPECT_EQ(files_.info("/logs/d.tmp").cause(), Cause::Permission);
  EXPECT_TRUE(files_.info("/logs/a").ok());
  files_.clear_faults();
  EXPECT_TRUE(files_.info("/logs/d.tmp").ok());
}

TEST_F(SimFilesTest, a_failing_write_leaves_a_part_and_a_short_read_gives_one) {
  auto file = create("/f");
  files_.inject({.operation = Operation::Write, .error_number = EIO, .written_bytes = 3});
  EXPECT_EQ(file->write_at(0, as_bytes("abcdef")).cause(), Cause::Io);
  EXPECT_THAT(files_.content("/f"), Optional(std::string("abc")));
  files_.inject({.short_read = 2});
  std::array<std::byte, 8> buffer{};
  EXPECT_EQ(*file->read_at(0, buffer), 2U);
  EXPECT_EQ(*file->read_at(0, buffer), 3U);
}

TEST_F(SimFilesTest, a_full_disk_takes_what_fits_and_recovers_when_something_is_removed) {
  files_.set_capacity(10);
  create("/a", "12345678");
  EXPECT_EQ(*files_.free_space("/"), 2U);
  auto file = create("/b");
  EXPECT_EQ(file->write_at(0, as_bytes("abcd")).cause(), Cause::NoSpace);
  EXPECT_THAT(files_.content("/b"), Optional(std::string("ab")));
  EXPECT_TRUE(file->write_at(0, as_bytes("xy")).ok()) << "overwriting takes no room";
  ASSERT_TRUE(files_.remove("/a").ok());
  EXPECT_TRUE(file->write_at(2, as_bytes("cd")).ok());
}

TEST_F(SimFilesTest, threads_may_use_it_together) {
  ASSERT_TRUE(files_.make_directories("/d").ok());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([this, t] {
        const std::string path = "/d/" + std::to_string(t);
        auto file = files_.open(path, OpenMode::CreateNew);
        for (std::uint64_t i = 0; i < 50; ++i) {
          EXPECT_TRUE((*file)->write_at(i, as_bytes("x")).ok());
          EXPECT_TRUE((*file)->sync().ok());
          EXPECT_TRUE(files_.sync_directory("/d").ok());
        }
      });
    }
  }
  EXPECT_EQ(names("/d").size(), 4U);
  EXPECT_EQ(files_.count(Operation::Write), 200U);
}

}  // namespace
}  // namespace flume
