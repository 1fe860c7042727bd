#include "output/file_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "output/state_file_journal.h"
#include "support/captured_log.h"
#include "support/sim_files.h"
#include "support/sink_calls.h"

namespace flume::output {
namespace {

const FileNames kNames{"/data/a b", "x%1\n.tmp", "x%1\n"};

TEST(FileJournal, reads_back_what_it_wrote) {
  FileMark mark{.length = 123, .events = 4, .body_bytes = 0, .crc = 0xdeadbeef, .format_state = "a state"};
  const Bookmark values{{names_key(7), encode_names(kNames, "lines", {"a mark", "16 387"})},
                        {stage_key(7), encode_stage(FileStage::Sealed, mark)}};
  auto records = decode_journal(values);
  ASSERT_TRUE(records.ok()) << records.status().message();
  const JournalRecord& record = records->at(7);
  EXPECT_EQ(record.names.in_use_path(), kNames.in_use_path());
  EXPECT_EQ(record.names.final_path(), kNames.final_path());
  EXPECT_EQ(record.structure, "lines");
  EXPECT_EQ(record.origin.mark, "a mark");
  EXPECT_EQ(record.origin.identity, "16 387");
  EXPECT_EQ(record.stage, FileStage::Sealed);
  EXPECT_EQ(record.mark.length, 123U);
  EXPECT_EQ(record.mark.events, 4U);
  EXPECT_EQ(record.mark.crc, 0xdeadbeefU);
  EXPECT_EQ(record.mark.format_state, "a state");
}

TEST(FileJournal, is_short_once_the_path_is_known) {
  FileMark mark{.length = 1'000'000, .events = 5000, .body_bytes = 0, .crc = std::nullopt, .format_state = ""};
  EXPECT_LE(encode_stage(FileStage::Open, mark).size(), 24U);
}

TEST(FileJournal, stops_at_versions_and_values_that_it_does_not_know) {
  const std::string names = encode_names(kNames, "lines", {});
  for (const Bookmark& values :
       {Bookmark{{"p1", "2" + names.substr(1)}}, Bookmark{{"p1", names}, {"s1", "2 I"}}, Bookmark{{"p1", names}, {"s1", "1 O 1"}},
        Bookmark{{"p1", names}, {"s1", "1 X 1 1 - "}}, Bookmark{{"s1", "1 I"}}, Bookmark{{"p1", names}, {"s01", "1 I"}},
        Bookmark{{"s05", "1 I"}}, Bookmark{{"q1", names}}, Bookmark{{"p1", "1 only"}}, Bookmark{{"p1", ""}}}) {
    auto records = decode_journal(values);
    ASSERT_FALSE(records.ok());
    EXPECT_EQ(records.status().kind(), ErrorKind::Fatal);
  }
}

struct StateFile : testing::Test {
  SimFiles files;
  CapturedLog lines;
  LoneSinkContext context;
  StateFileJournal journal{files, "/state/k1.unfinished-files", Log(lines, "sinks.k1")};

  void note(std::string_view key, std::optional<std::string_view> value) {
    const KeyValue entry{key, value};
    EXPECT_TRUE(journal.note(context, {&entry, 1}, Durability::Written).ok());
  }
  Bookmark reload() {
    StateFileJournal next(files, "/state/k1.unfinished-files", Log(lines, "sinks.k1"));
    auto values = next.load(context);
    EXPECT_TRUE(values.ok()) << values.status().message();
    return values ? *values : Bookmark{};
  }
};

TEST_F(StateFile, keeps_values_over_a_crash) {
  note("p1", "1 one");
  note("p2", "1 two");
  note("p1", std::nullopt);
  files.crash_process();
  EXPECT_EQ(reload(), (Bookmark{{"p2", "1 two"}}));
}

TEST_F(StateFile, without_a_place_for_it_is_kept_for_this_run) {
  StateFileJournal nowhere(files, "", Log(lines, "sinks.k1"));
  const KeyValue entry{"p1", "1 one"};
  EXPECT_TRUE(nowhere.note(context, {&entry, 1}, Durability::Synced).ok());
  const auto values = nowhere.load(context);
  ASSERT_TRUE(values.ok());
  EXPECT_TRUE(values->empty()) << "load() asks what an earlier run left";
  EXPECT_FALSE(files.info("/state").ok());
}

TEST_F(StateFile, leaves_out_a_torn_line) {
  note("p1", "1 one");
  note("p2", "1 two");
  std::string text = *files.content("/state/k1.unfinished-files");
  files.add_file("/state/k1.unfinished-files", text.substr(0, text.size() - 4));
  EXPECT_EQ(reload(), (Bookmark{{"p1", "1 one"}}));
  EXPECT_TRUE(lines.contains("damaged lines"));
}

TEST_F(StateFile, stops_at_a_newer_version_and_leaves_the_file_alone) {
  note("p1", "1 one");
  std::string text = *files.content("/state/k1.unfinished-files");
  text[0] = '2';
  files.add_file("/state/k1.unfinished-files", text);
  EXPECT_EQ(journal.load(context).status().kind(), ErrorKind::Fatal);
  EXPECT_EQ(*files.content("/state/k1.unfinished-files"), text);
}

TEST_F(StateFile, is_written_anew_when_it_has_grown) {
  for (int i = 0; i < 5000; ++i) {
    note("p" + std::to_string(i), "1 /some/folder name.tmp name lines");
    note("p" + std::to_string(i), std::nullopt);
  }
  EXPECT_LT(files.content("/state/k1.unfinished-files")->size(), 2 * StateFileJournal::kRewriteFrom);
  EXPECT_EQ(reload(), Bookmark{});
}

TEST_F(StateFile, goes_on_after_a_write_that_failed) {
  note("p1", "1 one");
  files.inject({.operation = SimFiles::Operation::Write, .error_number = ENOSPC, .written_bytes = 6});
  const KeyValue entry{"p2", "1 two"};
  EXPECT_EQ(journal.note(context, {&entry, 1}, Durability::Written).cause(), Cause::NoSpace);
  note("p3", "1 three");
  EXPECT_EQ(reload(), (Bookmark{{"p1", "1 one"}, {"p3", "1 three"}}));
}

}  // namespace
}  // namespace flume::output
