#include "output/leftover_lists.h"

#include <gtest/gtest.h>

#include "output/state_file_journal.h"
#include "support/sink_calls.h"
#include "support/test_services.h"

namespace flume::output {
namespace {

class LeftoverListsTest : public testing::Test {
 protected:
  /// A list that names `count` files.
  void list_of(const std::string& sink, int count) {
    const Services services = services_.of("sinks." + sink, sink);
    StateFileJournal journal(services.files, path_of(sink), services.log);
    LoneSinkContext context;
    ASSERT_TRUE(journal.load(context).ok());
    for (int id = 1; id <= count; ++id) {
      const std::string number = std::to_string(id);
      const FileNames names{"/data", number + ".tmp", number};
      const std::string keys[] = {names_key(id), stage_key(id)};
      const std::string values[] = {encode_names(names, "sequence", {}), encode_stage(FileStage::Intent, {})};
      const KeyValue entries[] = {{keys[0], values[0]}, {keys[1], values[1]}};
      ASSERT_TRUE(journal.note(context, entries, Durability::Written).ok());
    }
    if (count != 0) return;
    const KeyValue entry{"p1", std::nullopt};
    ASSERT_TRUE(journal.note(context, {&entry, 1}, Durability::Written).ok());
  }
  static std::string path_of(const std::string& sink) { return "/state/" + sink + std::string(kStateFileSuffix); }
  void tell() {
    const Services services = services_.of("agent", "a1");
    tell_leftover_lists(services.files, "/state", {"k1"}, services.log);
  }
  bool is_there(const std::string& sink) { return services_.files.content(path_of(sink)).has_value(); }

  TestServices services_;
};

TEST_F(LeftoverListsTest, names_the_files_of_a_sink_that_is_gone) {
  list_of("k1", 1);
  list_of("old", 2);
  tell();
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "has left unfinished files"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "sink=old files=2 first=/data/1.tmp list=/state/old.unfinished-files"), 1U);
  EXPECT_TRUE(is_there("k1"));
  EXPECT_TRUE(is_there("old")) << "a sink of that name may come again";
}

TEST_F(LeftoverListsTest, removes_a_list_without_files_if_its_sink_is_gone) {
  list_of("k1", 0);
  list_of("old", 0);
  tell();
  EXPECT_TRUE(is_there("k1"));
  EXPECT_FALSE(is_there("old"));
  EXPECT_EQ(services_.log.count(LogLevel::Info, ""), 0U);
}

TEST_F(LeftoverListsTest, leaves_alone_what_it_cannot_read) {
  services_.files.add_file(path_of("newer"), "2 e3069283 123456789\n");
  services_.files.add_file("/state/notes", "of somebody else");
  tell();
  EXPECT_TRUE(is_there("newer"));
  EXPECT_TRUE(services_.files.content("/state/notes").has_value());
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "cannot be read; it is left as it is sink=newer"), 1U);
}

TEST_F(LeftoverListsTest, is_silent_where_no_state_is_kept) {
  tell();
  EXPECT_EQ(services_.log.count(LogLevel::Debug, ""), 0U);
}

}  // namespace
}  // namespace flume::output
