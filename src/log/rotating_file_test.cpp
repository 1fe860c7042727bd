#include "log/rotating_file.h"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume {
namespace {

using Operation = SimFiles::Operation;
using testing::Optional;
using testing::UnorderedElementsAre;

Status append(RotatingFile& log, std::string_view line) {
  FLUME_TRY(log.make_room(line.size()));
  return log.append(line);
}

TEST(RotatingFile, appends_behind_what_is_there) {
  SimFiles files;
  files.add_file("/logs/flume.log", "before\n");
  RotatingFile log(files, "/logs/flume.log", 100, 2);
  ASSERT_TRUE(append(log, "one\n").ok());
  ASSERT_TRUE(append(log, "two\n").ok());
  EXPECT_THAT(files.content("/logs/flume.log"), Optional(std::string("before\none\ntwo\n")));
}

TEST(RotatingFile, makes_its_directory) {
  SimFiles files;
  RotatingFile log(files, "/var/log/flume/flume.log", 100, 2);
  ASSERT_TRUE(append(log, "one\n").ok());
  EXPECT_THAT(files.content("/var/log/flume/flume.log"), Optional(std::string("one\n")));
}

TEST(RotatingFile, sets_files_aside_at_the_size_and_keeps_so_many) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 8, 2);
  for (const char* line : {"1111\n", "2222\n", "3333\n", "4444\n"}) ASSERT_TRUE(append(log, line).ok());
  EXPECT_THAT(*files.list("/"), UnorderedElementsAre("flume.log", "flume.log.1", "flume.log.2"));
  EXPECT_THAT(files.content("/flume.log"), Optional(std::string("4444\n")));
  EXPECT_THAT(files.content("/flume.log.1"), Optional(std::string("3333\n")));
  EXPECT_THAT(files.content("/flume.log.2"), Optional(std::string("2222\n")));
}

TEST(RotatingFile, without_backups_starts_over) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 8, 0);
  ASSERT_TRUE(append(log, "1111\n").ok());
  ASSERT_TRUE(append(log, "2222\n").ok());
  EXPECT_THAT(*files.list("/"), UnorderedElementsAre("flume.log"));
  EXPECT_THAT(files.content("/flume.log"), Optional(std::string("2222\n")));
}

TEST(RotatingFile, a_line_longer_than_the_size_gets_a_file_of_its_own) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 8, 5);
  ASSERT_TRUE(append(log, "1\n").ok());
  ASSERT_TRUE(append(log, "a very long line\n").ok());
  EXPECT_THAT(files.content("/flume.log"), Optional(std::string("a very long line\n")));
}

TEST(RotatingFile, after_a_torn_line_the_next_one_starts_afresh) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 100, 2);
  files.inject({.operation = Operation::Write, .error_number = ENOSPC, .written_bytes = 3});
  EXPECT_EQ(append(log, "lost line\n").cause(), Cause::NoSpace);
  ASSERT_TRUE(append(log, "next\n").ok());
  EXPECT_THAT(files.content("/flume.log"), Optional(std::string("los\nnext\n")));
}

TEST(RotatingFile, a_failed_rotation_loses_no_line_and_is_not_tried_for_each) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 100, 2);
  const std::string line(60, 'x');
  ASSERT_TRUE(append(log, line).ok());
  files.inject({.operation = Operation::Rename, .error_number = EACCES, .times = SimFiles::Fault::kForever});
  EXPECT_EQ(log.make_room(line.size()).cause(), Cause::Permission);
  ASSERT_TRUE(log.append(line).ok());
  EXPECT_TRUE(append(log, "short").ok()) << "no new try yet";
  EXPECT_EQ(files.content("/flume.log")->size(), 125U);
  files.clear_faults();
  ASSERT_TRUE(append(log, line).ok());
  EXPECT_THAT(files.content("/flume.log"), Optional(line));
}

TEST(RotatingFile, opens_again_when_handles_are_free_again) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 100, 2);
  files.inject({.operation = Operation::Open, .error_number = EMFILE});
  EXPECT_EQ(append(log, "lost\n").cause(), Cause::NoHandles);
  ASSERT_TRUE(append(log, "next\n").ok());
}

TEST(RotatingFile, reopen_leaves_a_renamed_file_and_starts_one_of_its_name) {
  SimFiles files;
  RotatingFile log(files, "/flume.log", 100, 2);
  ASSERT_TRUE(append(log, "old\n").ok());
  ASSERT_TRUE(files.rename("/flume.log", "/moved", false).ok());
  ASSERT_TRUE(append(log, "still old\n").ok());
  ASSERT_TRUE(log.reopen().ok());
  ASSERT_TRUE(append(log, "new\n").ok());
  EXPECT_THAT(files.content("/moved"), Optional(std::string("old\nstill old\n")));
  EXPECT_THAT(files.content("/flume.log"), Optional(std::string("new\n")));
}

}  // namespace
}  // namespace flume
