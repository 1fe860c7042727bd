#include "saved_events/saved_events_fixture.h"

namespace flume::saved_events {
namespace {

using Operation = SimFiles::Operation;

class SavedEventsTest : public SavedEventsFixture {
 protected:
  std::optional<std::string> content(const std::string& path) { return services_.files.content(path); }
  std::string a_save_file() {
    EXPECT_TRUE(save({"a", "b"}).ok());
    std::string bytes = *content(kSaved);
    EXPECT_TRUE(services_.files.remove(kSaved).ok());
    return bytes;
  }
};

TEST_F(SavedEventsTest, come_back_once_and_leave_nothing_behind) {
  EXPECT_EQ(*save({"a", "b", "c"}), 3U);
  EXPECT_EQ(restore(), (Bodies{"a", "b", "c"}));
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_TRUE(services_.files.list("/state")->empty());
  EXPECT_EQ(services_.log.count(LogLevel::Info, "the events that the last stop saved are taken back events=3 saved_by=c1"), 1U);
  EXPECT_EQ(services_.log.count(LogLevel::Warn), 0U);
}

TEST_F(SavedEventsTest, make_no_file_when_there_are_none) {
  EXPECT_EQ(*save({}), 0U);
  EXPECT_FALSE(services_.files.list("/state").ok());
  EXPECT_EQ(restore(), Bodies{});
}

TEST_F(SavedEventsTest, are_marked_on_the_disk_before_they_are_given) {
  ASSERT_TRUE(save({"a"}).ok());
  const std::uint64_t syncs = services_.files.count(Operation::SyncDirectory);
  SavedEvents saved = open();
  ASSERT_TRUE(saved.take().ok());
  EXPECT_EQ(services_.files.count(Operation::SyncDirectory), syncs + 1);
  EXPECT_TRUE(content(kMark).has_value());
  EXPECT_FALSE(content(kSaved).has_value());
}

TEST_F(SavedEventsTest, are_not_given_while_the_mark_cannot_be_synced) {
  ASSERT_TRUE(save({"a"}).ok());
  services_.files.inject({.operation = Operation::SyncDirectory});
  SavedEvents saved = open();
  const auto refused = saved.take();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().kind(), ErrorKind::Retryable);
  EXPECT_TRUE(content(kSaved).has_value());
  const auto taken = saved.take();
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(bodies(*taken), Bodies{"a"});
}

TEST_F(SavedEventsTest, are_kept_when_they_are_damaged) {
  std::string bytes = a_save_file();
  bytes.back() ^= 1;
  services_.files.add_file(kSaved, bytes);
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_EQ(content("/state/c1.saved-events.kept-1"), bytes);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "path=/state/c1.saved-events.kept-1 name=/state/c1.saved-events"), 1U);
  services_.files.add_file(kSaved, "also damaged");
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_EQ(content("/state/c1.saved-events.kept-1"), bytes);
  EXPECT_EQ(content("/state/c1.saved-events.kept-2"), "also damaged");
}

TEST_F(SavedEventsTest, are_kept_when_a_newer_version_wrote_them) {
  std::string bytes = a_save_file();
  bytes[8] = 2;
  services_.files.add_file(kSaved, bytes);
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_EQ(content("/state/c1.saved-events.kept-1"), bytes);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "are of a newer version"), 1U);
}

TEST_F(SavedEventsTest, are_kept_when_the_disk_cannot_read_them) {
  ASSERT_TRUE(save({"a"}).ok());
  services_.files.inject({.operation = Operation::Read, .path = kSaved});
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_TRUE(content("/state/c1.saved-events.kept-1").has_value());
  EXPECT_EQ(services_.log.count(LogLevel::Error, "are damaged"), 1U);
}

TEST_F(SavedEventsTest, are_tried_again_when_they_may_not_be_read) {
  ASSERT_TRUE(save({"a"}).ok());
  services_.files.inject({.operation = Operation::Open, .path = kSaved, .error_number = 13});
  SavedEvents saved = open();
  const auto refused = saved.take();
  EXPECT_EQ(refused.cause(), Cause::Permission);
  EXPECT_NE(refused.status().message().find("move the file away"), std::string::npos);
  EXPECT_EQ(restore(), Bodies{"a"});
}

TEST_F(SavedEventsTest, set_a_mark_aside_that_an_earlier_start_left) {
  services_.files.add_file(kMark, a_save_file());
  EXPECT_EQ(restore(), Bodies{});
  EXPECT_EQ(services_.log.count(LogLevel::Error, "path=/state/c1.saved-events.restored.kept-1 name=/state/c1.saved-events"), 1U);
  // As the line says.
  ASSERT_TRUE(services_.files.rename("/state/c1.saved-events.restored.kept-1", kSaved, false).ok());
  EXPECT_EQ(restore(), (Bodies{"a", "b"}));
}

TEST_F(SavedEventsTest, set_aside_a_file_that_was_not_finished) {
  ASSERT_TRUE(save({"a", "b"}).ok());
  services_.files.add_file(kUnfinished, "half");
  EXPECT_EQ(restore(), (Bodies{"a", "b"}));
  EXPECT_EQ(content("/state/c1.saved-events.new.kept-1"), "half");
  EXPECT_EQ(services_.log.count(LogLevel::Error, "was ended while it saved"), 1U);
}

TEST_F(SavedEventsTest, tell_a_file_that_cannot_be_removed) {
  ASSERT_TRUE(save({"a"}).ok());
  services_.files.inject({.operation = Operation::Remove});
  EXPECT_EQ(restore(), Bodies{"a"});
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "cannot be removed"), 1U);
  EXPECT_EQ(restore(), Bodies{}) << "they have been delivered";
}

TEST_F(SavedEventsTest, say_how_many_fitted_on_the_disk) {
  services_.files.set_capacity(1'500'000);
  EXPECT_EQ(*save(Bodies(5, std::string(600'000, 'x'))), 2U);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "not all events could be saved saved=2"), 1U);
  EXPECT_EQ(restore().size(), 2U);
}

TEST_F(SavedEventsTest, leave_no_file_when_none_could_be_saved) {
  services_.files.set_capacity(100);
  EXPECT_EQ(save({std::string(1000, 'x')}).cause(), Cause::NoSpace);
  EXPECT_TRUE(services_.files.list("/state")->empty());
}

TEST_F(SavedEventsTest, never_overwrite_others) {
  ASSERT_TRUE(save({"a"}).ok());
  const auto saved = save({"b"});
  ASSERT_FALSE(saved.ok());
  EXPECT_NE(saved.status().message().find("/state/c1.saved-events.new.kept-1"), std::string::npos) << saved.status().message();
  EXPECT_EQ(restore(), Bodies{"a"});
  ASSERT_TRUE(services_.files.rename("/state/c1.saved-events.new.kept-1", kSaved, false).ok());
  EXPECT_EQ(restore(), Bodies{"b"});
}

TEST_F(SavedEventsTest, are_of_no_folder_without_a_state_folder) {
  Services services = services_.of("channels.c1", "c1");
  services.state_folder.clear();
  SavedEvents saved(services);
  EXPECT_FALSE(saved.has_folder());
  EXPECT_TRUE(saved.take()->empty());
  const EventBatch events = batch({"a"});
  EXPECT_FALSE(saved.save({events.slices().begin(), events.slices().end()}, Deadline::never()).ok());
  EXPECT_TRUE(services_.files.list("/")->empty());
}

TEST_F(SavedEventsTest, of_a_channel_with_a_slash_stay_in_the_folder) {
  SavedEvents saved(services_.of("channels.a/b%", "a/b%"));
  const EventBatch events = batch({"a"});
  ASSERT_TRUE(saved.save({events.slices().begin(), events.slices().end()}, Deadline::never()).ok());
  EXPECT_TRUE(content("/state/a%2Fb%25.saved-events").has_value());
  EXPECT_EQ(bodies(*saved.take()), Bodies{"a"});
}

}  // namespace
}  // namespace flume::saved_events
