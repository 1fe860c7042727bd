#include "output/finish_leftover.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/local_file_system.h"
#include "output/sequence_file_reader.h"
#include "support/captured_log.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume::output {
namespace {

using testing::HasSubstr;

/// A file that Apache Flume wrote.
std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/hdfs_sink/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

struct LeftoverFinisherTest : testing::Test {
  SimClock clock;
  SimFiles files{&clock};
  LocalFileSystem local{files};
  CapturedLog log;
  LeftoverFinisher finisher{local, clock, Log(log, "tool"), std::chrono::seconds(60)};
  const FileNames names{"/data", "x.16.tmp", "x.16"};

  /// What is there under the final name afterwards.
  std::optional<std::string> finished(const std::string& content) {
    files.add_file(names.in_use_path(), content);
    const auto ending = finisher.finish(names);
    EXPECT_TRUE(ending.ok()) << ending.status().message();
    EXPECT_EQ(files.content(names.in_use_path()), std::nullopt);
    const auto final_content = files.content(names.final_path());
    EXPECT_EQ(ending->is_removed, !final_content.has_value());
    EXPECT_EQ(ending->length, final_content.value_or("").size());
    if (final_content) {
      EXPECT_TRUE(files.remove(names.final_path()).ok());
    }
    return final_content;
  }
};

TEST_F(LeftoverFinisherTest, cuts_lines_behind_the_last_whole_one) {
  EXPECT_EQ(finished("one\ntwo\nthr"), "one\ntwo\n");
  EXPECT_EQ(finished("one\ntwo\n"), "one\ntwo\n");
}

TEST_F(LeftoverFinisherTest, cuts_a_sequence_file_behind_its_last_whole_record) {
  const std::string whole = golden("sequence_writable.seq");
  ASSERT_GT(whole.size(), 1000U);
  SequenceFileReader reader(whole);
  ASSERT_TRUE(reader.open().ok());
  std::uint64_t expected = 0;
  while (*reader.next() && reader.record_end() <= 1000) expected = reader.record_end();
  EXPECT_EQ(finished(whole.substr(0, 1000)), whole.substr(0, expected));
  EXPECT_EQ(finished(whole), whole);
}

TEST_F(LeftoverFinisherTest, cuts_nothing_from_files_that_it_cannot_read) {
  for (const std::string& bytes :
       {golden("sequence_block.seq"), golden("compressed_gzip.gz"), golden("compressed_bzip2.bz2"), golden("avro_event.avro"),
        std::string("\0\0\1\2\nblocks", 11), std::string("x\x9c\n\x01", 4), std::string("no line")}) {
    const std::string part = bytes.substr(0, bytes.size() - 1);
    EXPECT_EQ(finished(part), part);
  }
  const std::string cut_in_its_header = golden("sequence_writable.seq").substr(0, 20);
  EXPECT_EQ(finished(cut_in_its_header), cut_in_its_header);
}

TEST_F(LeftoverFinisherTest, removes_what_holds_no_record) {
  EXPECT_EQ(finished(""), std::nullopt);
  const std::string whole = golden("sequence_writable.seq");
  SequenceFileReader reader(whole);
  ASSERT_TRUE(reader.open().ok());
  EXPECT_EQ(finished(whole.substr(0, reader.record_end() + 10)), std::nullopt);
}

TEST_F(LeftoverFinisherTest, touches_nothing_when_the_final_name_is_taken) {
  files.add_file(names.in_use_path(), "ours\nnot wh");
  files.add_file(names.final_path(), "theirs\n");
  EXPECT_EQ(finisher.check(names).cause(), Cause::Exists);
  const auto ending = finisher.finish(names);
  EXPECT_EQ(ending.cause(), Cause::Exists);
  EXPECT_THAT(ending.status().message(), HasSubstr("/data/x.16 is there already"));
  EXPECT_EQ(files.content(names.in_use_path()), "ours\nnot wh");
  EXPECT_EQ(files.content(names.final_path()), "theirs\n");
}

TEST_F(LeftoverFinisherTest, names_what_is_no_file) {
  EXPECT_EQ(finisher.finish(names).cause(), Cause::NotFound);
  files.add_file(names.in_use_path() + "/file", "");
  EXPECT_EQ(finisher.finish(names).cause(), Cause::WrongType);
}

TEST_F(LeftoverFinisherTest, can_be_repeated_after_an_error) {
  files.add_file(names.in_use_path(), "one\ntw");
  files.inject({.operation = SimFiles::Operation::Rename, .path = "*"});
  EXPECT_FALSE(finisher.finish(names).ok());
  EXPECT_EQ(files.content(names.in_use_path()), "one\n");
  ASSERT_TRUE(finisher.finish(names).ok());
  EXPECT_EQ(files.content(names.final_path()), "one\n");
}

}  // namespace
}  // namespace flume::output
