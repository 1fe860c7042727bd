#include "saved_events/leftover_saves.h"

#include "saved_events/saved_events_fixture.h"

namespace flume::saved_events {
namespace {

class LeftoverSavesTest : public SavedEventsFixture {
 protected:
  void tell(const std::set<std::string>& channels) {
    const Services services = services_.of("agent", "a1");
    tell_leftover_saves(services.files, "/state", channels, services.log);
  }
};

TEST_F(LeftoverSavesTest, are_named_with_their_events_and_what_to_do) {
  ASSERT_TRUE(save({"a", "b"}).ok());
  tell({"c2"});
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "name the file after a memory channel (NAME.saved-events)"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "path=/state/c1.saved-events channel=c1 events=2"), 1U);
  EXPECT_TRUE(services_.files.content(kSaved).has_value());
  // As the line says.
  ASSERT_TRUE(services_.files.rename(kSaved, "/state/c2.saved-events", false).ok());
  SavedEvents renamed(services_.of("channels.c2", "c2"));
  EXPECT_EQ(bodies(*renamed.take()), (Bodies{"a", "b"}));
}

TEST_F(LeftoverSavesTest, are_not_those_of_a_channel_that_takes_them_back) {
  ASSERT_TRUE(save({"a"}).ok());
  services_.files.add_file(kUnfinished, "x");
  services_.files.add_file(kMark, "x");
  services_.files.add_file("/state/k1.unfinished-files", "x");
  tell({"c1"});
  EXPECT_EQ(services_.log.count(LogLevel::Info), 0U);
}

TEST_F(LeftoverSavesTest, are_those_too_that_were_set_aside) {
  ASSERT_TRUE(save({"a"}).ok());
  ASSERT_TRUE(services_.files.rename(kSaved, "/state/c1.saved-events.kept-1", false).ok());
  services_.files.add_file("/state/c1.saved-events.kept-2", "damaged");
  tell({"c1"});
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "was set aside at an earlier start"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "path=/state/c1.saved-events.kept-1 channel=c1 events=1"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "cannot be read; it is left as it is path=/state/c1.saved-events.kept-2"), 1U);
}

TEST_F(LeftoverSavesTest, of_an_agent_without_a_folder_are_none) {
  tell({});
  EXPECT_EQ(services_.log.count(LogLevel::Trace), 0U);
}

}  // namespace
}  // namespace flume::saved_events
