#include "cli/config_test/still_world.h"

#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume::cli {
namespace {

TEST(StandingClock, stands_and_lets_nobody_wait) {
  StandingClock clock{WallTime(std::chrono::milliseconds(7))};
  EXPECT_TRUE(clock.sleep_until(clock.in(std::chrono::hours(1)), std::stop_source().get_token()));
  EXPECT_EQ(clock.steady().time_since_epoch(), std::chrono::hours(1));
  EXPECT_EQ(clock.wall().time_since_epoch().count(), 7);
  Parker parker;
  EXPECT_TRUE(clock.park(parker, Deadline::never()));
}

TEST(ReadOnlyFiles, can_be_read_and_refuse_every_change) {
  SimFiles disk;
  ASSERT_TRUE(disk.make_directories("/d").ok());
  ASSERT_TRUE(disk.replace("/d/f", "text").ok());
  ReadOnlyFiles files(disk);
  EXPECT_EQ(*files.read_all("/d/f", 100), "text");
  EXPECT_TRUE(files.info("/d/f").ok());
  EXPECT_EQ(files.list("/d")->size(), 1U);
  for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::CreateNew, OpenMode::CreateOrOpen})
    EXPECT_EQ(files.open("/d/f", mode, 0644).cause(), Cause::Permission);
  EXPECT_EQ(files.rename("/d/f", "/d/g", true).cause(), Cause::Permission);
  EXPECT_EQ(files.remove("/d/f").cause(), Cause::Permission);
  EXPECT_EQ(files.make_directories("/e").cause(), Cause::Permission);
  EXPECT_EQ(files.sync_directory("/d").cause(), Cause::Permission);
  EXPECT_EQ(files.check_writable("/d").cause(), Cause::Permission);
  EXPECT_EQ(files.lock("/d/l").cause(), Cause::Permission);
  EXPECT_EQ(files.list("/d")->size(), 1U);
}

TEST(NoNetwork, has_nobody_in_it) {
  NoNetwork network;
  const auto loop = network.make_loop();
  EXPECT_EQ(network.listen("0.0.0.0", 1, *loop, {}).cause(), Cause::Permission);
  Cause cause = Cause::None;
  std::stop_source stop;
  const auto dialing = network.connect("h", 1, *loop, Deadline::never(), [&](const auto& stream) {
    cause = stream.cause();
    stop.request_stop();
  });
  EXPECT_EQ(cause, Cause::None);
  loop->run(stop.get_token());
  EXPECT_EQ(cause, Cause::Permission);
}

}  // namespace
}  // namespace flume::cli
