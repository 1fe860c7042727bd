#include "runtime/health.h"

#include <gtest/gtest.h>

#include "support/captured_log.h"
#include "support/sim_clock.h"

namespace flume::runtime {
namespace {

using namespace std::chrono_literals;

class HealthTest : public testing::Test {
 protected:
  void set(ComponentState state, std::string_view reason = {}) { board_.set(log_, "sinks.k1", state, reason); }

  SimClock clock_;
  CapturedLog target_;
  const Log log_{target_, "sinks.k1"};
  HealthBoard board_{clock_};
};

TEST_F(HealthTest, logs_a_change_once_at_the_level_that_it_deserves) {
  set(ComponentState::Running);
  set(ComponentState::Running);
  set(ComponentState::Impaired, "no route");
  set(ComponentState::Impaired, "no route");
  set(ComponentState::Failed, "gone");
  EXPECT_EQ(target_.lines().size(), 3U);
  EXPECT_EQ(target_.count(LogLevel::Warn), 2U);
  EXPECT_EQ(target_.count(LogLevel::Error, "failed reason=gone"), 1U);
}

TEST_F(HealthTest, remembers_since_when) {
  set(ComponentState::Running);
  clock_.advance(5s);
  set(ComponentState::Running);
  EXPECT_EQ(board_.all().at(0).since, SimClock::kDefaultStart);
  set(ComponentState::Stopped);
  EXPECT_EQ(board_.all().at(0).since, SimClock::kDefaultStart + 5s);
}

TEST_F(HealthTest, knows_what_is_healthy_and_what_is_ready) {
  EXPECT_TRUE(board_.is_healthy());
  EXPECT_FALSE(board_.is_ready()) << "nothing is there yet";
  struct Row {
    ComponentState state;
    bool is_healthy;
    bool is_ready;
  };
  for (const Row& row :
       {Row{ComponentState::Starting, true, false}, Row{ComponentState::Retrying, false, false}, Row{ComponentState::Running, true, true},
        Row{ComponentState::Impaired, false, true}, Row{ComponentState::Finished, true, true}, Row{ComponentState::Failed, false, false},
        Row{ComponentState::LeftOut, false, true}, Row{ComponentState::Stopped, true, false}}) {
    set(row.state);
    EXPECT_EQ(board_.is_healthy(), row.is_healthy) << to_string(row.state);
    EXPECT_EQ(board_.is_ready(), row.is_ready) << to_string(row.state);
  }
  board_.set(log_, "sources.r1", ComponentState::Running);
  EXPECT_FALSE(board_.is_ready()) << "all must be";
}

}  // namespace
}  // namespace flume::runtime
