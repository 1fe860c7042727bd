#include "runtime/channel_slot.h"

#include <gtest/gtest.h>

#include "support/borrowed_channel.h"
#include "support/scripted_flow.h"
#include "support/sim_durable_channel.h"
#include "support/test_services.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;

class ChannelSlotTest : public testing::Test {
 protected:
  ~ChannelSlotTest() override { services_.clock.set_auto_advance(true); }
  ChannelSlot& make() {
    channel_.make = [this] { return std::make_unique<BorrowedChannel>(real_, script_); };
    plan_ = planned_channel("c1", channel_);
    return slot_.emplace(plan_, bound_, health_, settings_);
  }
  std::string state() {
    const auto all = health_.all();
    if (all.empty()) return "none";
    return std::string(to_string(all[0].state)) + (all[0].reason.empty() ? "" : ": " + all[0].reason);
  }

  TestServices services_;
  const Services bound_ = services_.of("channels.c1", "c1");
  HealthBoard health_{services_.clock};
  Settings settings_;
  SimDurableChannel real_{services_.clock};
  BorrowedChannel::Script script_;
  ChannelScript channel_;
  config::PlannedComponent plan_;
  std::optional<ChannelSlot> slot_;
};

TEST_F(ChannelSlotTest, starts_lets_users_in_and_stops_once) {
  int stops = 0;
  script_.stop = [&](Deadline) { ++stops; };
  ChannelSlot& slot = make();
  slot.start();
  EXPECT_TRUE(slot.wait_until_started({}));
  EXPECT_EQ(state(), "running");
  EXPECT_TRUE(slot.stop(Deadline::never()));
  EXPECT_TRUE(slot.stop(Deadline::never()));
  EXPECT_EQ(stops, 1);
  EXPECT_EQ(state(), "stopped");
  EXPECT_FALSE(slot.wait_until_started({}));
}

TEST_F(ChannelSlotTest, tries_to_start_every_three_seconds) {
  int tries = 0;
  script_.start = [&]() -> Status {
    if (++tries == 1) return retryable("locked");
    if (tries == 2) throw std::runtime_error("odd");
    return {};
  };
  ChannelSlot& slot = make();
  slot.start();
  services_.clock.await_parked(1);
  EXPECT_EQ(state(), "retrying: locked");
  services_.clock.advance(3s);
  services_.clock.await_parked(1);
  EXPECT_EQ(state(), "retrying: start: unexpected exception: odd");
  services_.clock.advance(3s);
  EXPECT_TRUE(slot.wait_until_started({}));
  EXPECT_EQ(tries, 3);
}

TEST_F(ChannelSlotTest, who_can_do_without_it_waits_for_the_first_try_only) {
  int tries = 0;
  script_.start = [&]() -> Status { return ++tries == 1 ? retryable("locked") : Status(); };
  ChannelSlot& slot = make();
  slot.start();
  EXPECT_FALSE(slot.has_started_at_once({}));
  services_.clock.await_parked(1);
  services_.clock.advance(3s);
  EXPECT_TRUE(slot.wait_until_started({}));
  EXPECT_TRUE(slot.has_started_at_once({}));
}

TEST_F(ChannelSlotTest, a_start_that_cannot_succeed_turns_users_away) {
  script_.start = [] { return fatal("written by a newer version"); };
  ChannelSlot& slot = make();
  slot.start();
  EXPECT_FALSE(slot.wait_until_started({}));
  EXPECT_EQ(state(), "failed: written by a newer version");
  EXPECT_TRUE(slot.stop(Deadline::never()));
  EXPECT_EQ(state(), "failed: written by a newer version");
}

TEST_F(ChannelSlotTest, a_user_that_is_stopped_does_not_wait) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(make().wait_until_started(stop.get_token()));
}

TEST_F(ChannelSlotTest, a_stop_ends_the_tries_to_start) {
  script_.start = [] { return retryable("locked"); };
  ChannelSlot& slot = make();
  slot.start();
  services_.clock.await_parked(1);
  EXPECT_TRUE(slot.stop(Deadline::never()));
  EXPECT_EQ(state(), "stopped");
}

TEST_F(ChannelSlotTest, a_start_that_hangs_does_not_hang_the_stop) {
  std::mutex hangs;
  hangs.lock();
  script_.start = [&] {
    const std::lock_guard lock(hangs);
    return Status();
  };
  ChannelSlot& slot = make();
  slot.start();
  services_.clock.set_auto_advance(true);
  EXPECT_FALSE(slot.stop(services_.clock.in(5s)));
  hangs.unlock();
  slot_.reset();
}

}  // namespace
}  // namespace flume::runtime
