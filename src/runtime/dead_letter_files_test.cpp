// Dead letters in files: what the sink that writes them is told, and that its bookmark travels with the commit of their events.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/sink_runner_fixture.h"

namespace flume::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The files are a list that outlives crashes; its committed length is the bookmark, to which a start and given_back() cut it.
class DeadLetterFilesTest : public SinkRunnerTest {
 protected:
  DeadLetterFilesTest() {
    settings_.sink_empty_take = std::chrono::milliseconds::max();
    rest_ = [](const EventBatch& batch, Delivery& delivery) {
      for (std::uint32_t i = 0; i < batch.size(); ++i) {
        if (batch[i].body().starts_with("bad")) delivery.reject(i, "no schema");
      }
      return Outcome::Delivered;
    };
    files_script_.start = [this](SinkContext& context) -> Status {
      if (is_away_) return retryable("the disk is away");
      return cut(context);
    };
    files_script_.deliver = [this](const EventBatch& batch, Delivery& delivery) -> Result<Outcome> {
      if (is_full_) return retryable("the disk is full");
      std::uint32_t written = 0;
      for (const EventView letter : batch) {
        if (written == most_at_once_) break;
        files_.emplace_back(letter.body());
        ++written;
      }
      delivery.bookmark("length", std::to_string(files_.size()));
      if (written == batch.size()) return Outcome::Delivered;
      delivery.delivered(Ranges({delivery.ids().lowest(), delivery.ids().at(written)}));
      return Outcome::NotDelivered;
    };
    files_script_.committed = [this](SinkContext&) { told_.emplace_back("committed"); };
    files_script_.given_back = [this](SinkContext& context) {
      told_.emplace_back("given back");
      EXPECT_TRUE(cut(context).ok());
    };
    files_script_.stop = [this](SinkContext& context, Deadline) {
      EXPECT_EQ(context.name(), "k1.deadLetter");
      told_.emplace_back("stop");
    };
  }
  ~DeadLetterFilesTest() override { end(); }
  void end() {
    services_.clock.set_auto_advance(true);
    services_.clock.advance(1s);
    runner_.reset();
    services_.clock.set_auto_advance(false);
  }
  Status cut(SinkContext& context) {
    const auto bookmark = context.bookmark();
    if (!bookmark) return bookmark.status();
    const auto length = bookmark->find("length");
    files_.resize(length == bookmark->end() ? 0 : std::stoul(length->second));
    return {};
  }
  void begin() {
    plan_ = planned_sink("k1", script_, "c1");
    plan_.bad_events = config::BadEventPolicy::DeadLetter;
    plan_.dead_letter_files = planned_sink("k1.deadLetter", files_script_, "c1");
    runner_ = std::make_unique<SinkRunner>(
        SinkWiring{&plan_, &channel_, [](const std::stop_token&) { return true; }, &bound_, &health_, settings_, {}});
    runner_->start();
    idle();
  }

  SinkScript files_script_;
  std::vector<std::string> files_;
  std::vector<std::string> told_;
  bool is_away_ = false;
  bool is_full_ = false;
  std::uint32_t most_at_once_ = UINT32_MAX;
};

TEST_F(DeadLetterFilesTest, are_written_before_the_events_leave_their_channel) {
  put({"a", "bad0", "b", "bad1"});
  begin();
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(files_, ElementsAre("bad0", "bad1"));
  EXPECT_THAT(told_, ElementsAre("committed"));
  EXPECT_EQ(channel_.bookmark("deadLetter:k1")->at("length"), "2");
  EXPECT_EQ(counter("LEDGER", "dead_lettered"), 2);
  EXPECT_EQ(state(), "running");
  stop();
  EXPECT_THAT(told_, ElementsAre("committed", "stop"));
}

TEST_F(DeadLetterFilesTest, are_cut_when_the_commit_fails_and_written_once_after_all) {
  put({"a", "bad"});
  channel_.fail_commits(1);
  begin();
  EXPECT_THAT(files_, IsEmpty());
  EXPECT_THAT(told_, ElementsAre("given back"));
  EXPECT_EQ(channel_.size(), 2U);
  pass(5s);
  EXPECT_THAT(files_, ElementsAre("bad"));
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_F(DeadLetterFilesTest, that_cannot_be_written_keep_their_events_while_others_go_on) {
  is_full_ = true;
  put({"a", "bad"});
  begin();
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_THAT(state(), HasSubstr("stays in channel c1: no schema; they cannot be put into the dead letters: the disk is full"));
  put({"b"});
  idle();
  EXPECT_EQ(channel_.size(), 1U);
  is_full_ = false;
  pass(5s);
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_THAT(files_, ElementsAre("bad"));
  EXPECT_EQ(state(), "running");
}

TEST_F(DeadLetterFilesTest, of_which_some_were_written_keep_the_others_events) {
  most_at_once_ = 2;
  put({"bad0", "bad1", "bad2"});
  begin();
  EXPECT_THAT(files_, ElementsAre("bad0", "bad1"));
  EXPECT_THAT(told_, ElementsAre("committed", "given back"));
  EXPECT_EQ(channel_.size(), 1U);
  pass(5s);
  EXPECT_THAT(files_, ElementsAre("bad0", "bad1", "bad2"));
  EXPECT_EQ(channel_.size(), 0U);
  EXPECT_EQ(counter("LEDGER", "dead_lettered"), 3);
}

TEST_F(DeadLetterFilesTest, whose_folder_is_away_at_the_start_do_not_hold_up_the_sink) {
  is_away_ = true;
  put({"a", "bad"});
  begin();
  EXPECT_EQ(channel_.size(), 1U);
  EXPECT_THAT(state(), HasSubstr("the disk is away"));
  is_away_ = false;
  pass(5s);
  EXPECT_THAT(files_, ElementsAre("bad"));
}

class DeadLetterFilesCrashTest : public DeadLetterFilesTest, public testing::WithParamInterface<bool> {
 protected:
  void crash() {
    GetParam() ? channel_.crash_power() : channel_.crash_process();
    files_script_.given_back = {};  // the process is gone: nobody cuts what it wrote
    end();
    deliveries();
    begin();
  }
};

TEST_P(DeadLetterFilesCrashTest, between_write_and_commit_repeats_nothing) {
  files_script_.given_back = {};
  put({"a", "bad"});
  channel_.fail_commits(1);
  begin();
  EXPECT_THAT(files_, ElementsAre("bad"));
  crash();
  EXPECT_THAT(files_, ElementsAre("bad"));
  EXPECT_THAT(deliveries(), ElementsAre("a bad")) << "and the file was cut to nothing before";
  EXPECT_EQ(channel_.size(), 0U);
}

TEST_P(DeadLetterFilesCrashTest, after_the_commit_repeats_nothing) {
  put({"a", "bad"});
  begin();
  crash();
  EXPECT_THAT(files_, ElementsAre("bad"));
  EXPECT_THAT(deliveries(), IsEmpty());
  EXPECT_EQ(channel_.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(of, DeadLetterFilesCrashTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& is_power) { return is_power.param ? "power" : "process"; });

}  // namespace
}  // namespace flume::runtime
