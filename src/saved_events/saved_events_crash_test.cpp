// A crash before every operation on the disk: of the process, and of the power in many ways. The table of saved_events.h.
#include "saved_events/save_file_reader.h"
#include "saved_events/saved_events_fixture.h"

namespace flume::saved_events {
namespace {

const Bodies kEvents{"a", "b", "c"};
constexpr int kMostOperations = 100;
constexpr std::uint64_t kPowerCuts = 60;

class SavedEventsCrashTest : public SavedEventsFixture {
 protected:
  struct World : TestServices {
    [[nodiscard]] SavedEvents open() { return SavedEvents(of("channels.c1", "c1")); }
    /// From the n-th operation on nothing reaches the disk: the process is about to die.
    void die_at(int operation) { files.inject({.skip = static_cast<std::uint64_t>(operation), .times = SimFiles::Fault::kForever}); }
    /// `cut`: 0 ends the process, others are power cuts.
    void crash(std::uint64_t cut) {
      if (cut == 0) {
        files.crash_process();
      } else {
        files.crash_power(cut);
      }
      files.clear_faults();
    }
    /// Whole save files that people find, whatever they are called.
    int whole_files() {
      int found = 0;
      const auto names = files.list("/state");
      if (!names) return 0;
      for (const std::string& name : *names) found += read_save_file(files, "/state/" + name).ok() ? 1 : 0;
      return found;
    }
  };

  Result<std::uint64_t> save_in(World& world) {
    const EventBatch events = batch(kEvents);
    return world.open().save({events.slices().begin(), events.slices().end()}, Deadline::never());
  }
  /// What sinks may have got from a start.
  static Bodies start(World& world) {
    SavedEvents saved = world.open();
    const auto taken = saved.take();
    if (!taken) return {};
    saved.taken();
    return bodies(*taken);
  }
};

TEST_F(SavedEventsCrashTest, saved_events_are_there_wholly_or_not_at_all_after_a_crash_of_the_stop) {
  int operations = 0;
  bool is_saved = false;
  for (; !is_saved; ++operations) {
    ASSERT_LT(operations, kMostOperations);
    for (std::uint64_t cut = 0; cut <= kPowerCuts; ++cut) {
      World world;
      ASSERT_TRUE(world.files.make_directories("/state").ok());
      ASSERT_TRUE(world.files.sync_directory("/").ok());
      world.die_at(operations);
      const auto saved = save_in(world);
      is_saved = saved.ok() && !world.log.contains("a power loss could still take them");
      world.crash(cut);
      const Bodies got = start(world);
      if (is_saved) {
        ASSERT_EQ(got, kEvents) << "operation " << operations << " cut " << cut;
      } else {
        ASSERT_TRUE(got.empty() || got == kEvents) << "operation " << operations << " cut " << cut;
      }
      ASSERT_EQ(start(world), Bodies{}) << "operation " << operations << " cut " << cut;
    }
  }
  EXPECT_GT(operations, 6) << "open, write, header, sync, rename, sync of the folder";
}

TEST_F(SavedEventsCrashTest, no_event_is_delivered_twice_and_no_file_is_lost_after_a_crash_of_the_start) {
  int operations = 0;
  bool is_through = false;
  for (; !is_through; ++operations) {
    ASSERT_LT(operations, kMostOperations);
    for (std::uint64_t cut = 0; cut <= kPowerCuts; ++cut) {
      World world;
      ASSERT_TRUE(save_in(world).ok());
      world.die_at(operations);
      const Bodies first = start(world);
      is_through = world.log.count(LogLevel::Warn) == 0 && !first.empty();
      world.crash(cut);
      const Bodies second = start(world);
      const std::string where = "operation " + std::to_string(operations) + " cut " + std::to_string(cut);
      ASSERT_TRUE(first.empty() || first == kEvents) << where;
      ASSERT_TRUE(second.empty() || second == kEvents) << where;
      ASSERT_TRUE(first.empty() || second.empty()) << where << ": delivered twice";
      if (first.empty() && second.empty()) {
        ASSERT_EQ(world.whole_files(), 1) << where << ": neither delivered nor kept";
        ASSERT_EQ(world.log.count(LogLevel::Error, "they are not taken again"), 1U) << where;
      }
      ASSERT_EQ(start(world), Bodies{}) << where;
    }
  }
  EXPECT_GT(operations, 6) << "look, open, read, rename, sync of the folder, remove";
}

TEST_F(SavedEventsCrashTest, the_same_holds_when_the_second_start_crashes_too) {
  for (int first_end = 0; first_end < 14; ++first_end) {
    for (int second_end = 0; second_end < 14; ++second_end) {
      for (std::uint64_t cut = 0; cut <= 12; ++cut) {
        World world;
        ASSERT_TRUE(save_in(world).ok());
        int delivered = 0;
        for (const int end : {first_end, second_end}) {
          world.die_at(end);
          delivered += start(world).empty() ? 0 : 1;
          world.crash(cut);
        }
        delivered += start(world).empty() ? 0 : 1;
        ASSERT_LE(delivered, 1) << first_end << " " << second_end << " cut " << cut;
        ASSERT_TRUE(delivered == 1 || world.whole_files() == 1) << first_end << " " << second_end << " cut " << cut;
      }
    }
  }
}

}  // namespace
}  // namespace flume::saved_events
