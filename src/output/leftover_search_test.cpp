#include "output/leftover_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/local_file_system.h"
#include "support/sim_files.h"

namespace flume::output {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string kAny(1, LeftoverPattern::kAny);
constexpr std::int64_t kNewest = 1'700'000'000'000;

struct LeftoverSearchTest : testing::Test {
  SimFiles files;
  LocalFileSystem local{files};
  LeftoverPattern pattern{"/data/" + kAny, "FlumeData", "", ".tmp", ""};

  void add(std::initializer_list<const char*> paths) {
    for (const char* path : paths) files.add_file(path, "x\n");
  }
  std::vector<std::string> found(bool* was_cut_short = nullptr) {
    std::vector<std::string> paths;
    LeftoverSearch search(pattern, "", kNewest);
    for (int steps = 0; !search.is_over(); ++steps) {
      EXPECT_LT(steps, 20'000);
      auto names = search.step(local, Deadline::never());
      EXPECT_TRUE(names.ok()) << names.status().message();
      for (const FileNames& each : *names) paths.push_back(each.in_use_path() + " -> " + each.final_path());
    }
    if (was_cut_short != nullptr) *was_cut_short = search.was_cut_short();
    return paths;
  }
};

TEST_F(LeftoverSearchTest, compares_names_with_what_escapes_may_have_become) {
  EXPECT_TRUE(matches("a" + kAny + "c", "abc"));
  EXPECT_TRUE(matches("a" + kAny + "c", "ac"));
  EXPECT_TRUE(matches(kAny + "-" + kAny, "2023-11-14"));
  EXPECT_TRUE(matches(kAny, ""));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_FALSE(matches("a" + kAny + "c", "abcd"));
  EXPECT_FALSE(matches("ab", "a"));
}

TEST_F(LeftoverSearchTest, finds_files_as_flume_leaves_them_and_nothing_else) {
  add({"/data/2023-11-13/FlumeData.1600000000001.tmp", "/data/2023-11-14/FlumeData.1600000000002.tmp",
       "/data/2023-11-14/FlumeData.1600000000003", "/data/2023-11-14/Other.1600000000004.tmp", "/data/2023-11-14/FlumeData.16x.tmp",
       "/data/2023-11-14/FlumeData..tmp", "/data/2023-11-14/FlumeData.1600000000005.log.tmp",
       "/data/2023-11-14/deeper/FlumeData.1600000000006.tmp", "/data/FlumeData.1600000000007.tmp",
       "/data/2023-11-14/FlumeData.99999999999999999999.tmp"});
  EXPECT_THAT(found(), UnorderedElementsAre("/data/2023-11-13/FlumeData.1600000000001.tmp -> /data/2023-11-13/FlumeData.1600000000001",
                                            "/data/2023-11-14/FlumeData.1600000000002.tmp -> /data/2023-11-14/FlumeData.1600000000002"));
}

TEST_F(LeftoverSearchTest, leaves_out_files_that_are_younger_than_itself) {
  add({"/data/a/FlumeData.1700000000000.tmp", "/data/a/FlumeData.1700000000001.tmp"});
  EXPECT_THAT(found(), UnorderedElementsAre("/data/a/FlumeData.1700000000000.tmp -> /data/a/FlumeData.1700000000000"));
}

TEST_F(LeftoverSearchTest, knows_every_part_of_a_name) {
  pattern = {"/data/x", "a/" + kAny + ".b", "_", "", ".log"};
  add({"/data/x/_a/web.b.16.log", "/data/x/a/web.b.17.log", "/data/x/_a/web.16.log"});
  EXPECT_THAT(found(), UnorderedElementsAre("/data/x/_a/web.b.16.log -> /data/x/a/web.b.16.log"));
  pattern = {"/data/x", "a/" + kAny, "", ".tmp", ""};
  add({"/data/x/a/web.16.tmp"});
  EXPECT_THAT(found(), UnorderedElementsAre("/data/x/a/web.16.tmp -> /data/x/a/web.16"));
}

TEST_F(LeftoverSearchTest, goes_on_behind_escapes) {
  pattern.folder = "/data/" + kAny + "/in/" + kAny + "-" + kAny;
  add({"/data/a/in/x-y/FlumeData.16.tmp", "/data/b/out/x-y/FlumeData.16.tmp", "/data/b/in/xy/FlumeData.16.tmp", "/data/in",
       "/data/a/in/x-z"});
  EXPECT_THAT(found(), UnorderedElementsAre("/data/a/in/x-y/FlumeData.16.tmp -> /data/a/in/x-y/FlumeData.16"));
}

TEST_F(LeftoverSearchTest, begins_at_the_root_or_in_the_working_folder) {
  pattern.folder = "/" + kAny;
  add({"/a/FlumeData.16.tmp"});
  EXPECT_THAT(found(), UnorderedElementsAre("/a/FlumeData.16.tmp -> /a/FlumeData.16"));
  pattern.folder = kAny;
  EXPECT_THAT(found(), UnorderedElementsAre("a/FlumeData.16.tmp -> a/FlumeData.16"));
}

TEST_F(LeftoverSearchTest, does_not_begin_where_files_in_use_cannot_be_told) {
  pattern.in_use_suffix.clear();
  add({"/data/a/FlumeData.16"});
  EXPECT_THAT(found(), IsEmpty());
  pattern.in_use_suffix = ".tmp";
  pattern.folder = "/nowhere/" + kAny;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LeftoverSearchTest, looks_at_the_newest_folders_first_and_not_at_more_than_its_limit) {
  for (int i = 0; i < 7000; ++i) files.add_file("/data/" + std::to_string(1'000'000 + i) + "/x", "");
  add({"/data/1000000/FlumeData.16.tmp", "/data/1006999/FlumeData.17.tmp"});
  bool was_cut_short = false;
  EXPECT_THAT(found(&was_cut_short), UnorderedElementsAre("/data/1006999/FlumeData.17.tmp -> /data/1006999/FlumeData.17"));
  EXPECT_TRUE(was_cut_short);
}

TEST_F(LeftoverSearchTest, goes_on_without_a_folder_that_cannot_be_listed) {
  add({"/data/a/FlumeData.16.tmp", "/data/b/FlumeData.17.tmp"});
  files.inject({.operation = SimFiles::Operation::List, .path = "/data/b"});
  LeftoverSearch search(pattern, "", kNewest);
  std::size_t errors = 0;
  std::size_t names = 0;
  while (!search.is_over()) {
    const auto step = search.step(local, Deadline::never());
    errors += step ? 0 : 1;
    names += step ? step->size() : 0;
  }
  EXPECT_EQ(errors, 1U);
  EXPECT_EQ(names, 1U);
}

}  // namespace
}  // namespace flume::output
