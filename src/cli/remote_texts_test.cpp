#include "cli/remote_texts.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/scripted_readers.h"
#include "support/sim_clock.h"

namespace flume::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const ConfigurationPlace kDocument{TextPlace::Http, "http://me:geheim@h/f", "http://***@h/f", "http://h/f"};
const ConfigurationPlace kNode{TextPlace::ZooKeeper, "/flume/a1", "zookeeper:/flume/a1", "zookeeper:/flume/a1"};

class RemoteTexts : public testing::Test {
 protected:
  void SetUp() override { clock_.set_auto_advance(true); }
  Result<std::string> read(const ConfigurationPlace& place, bool waits) {
    RemoteReading reading = script_.reading(clock_);
    reading.waits = waits;
    reading.stop = stop_.get_token();
    reading.tell = [this](const std::string& line) {
      told_.push_back(line);
      if (told_.size() == stops_after_) stop_.request_stop();
    };
    return read_remote_text(place, {"me", "geheim", "pem", "h:2181"}, reading);
  }

  SimClock clock_;
  RemoteScript script_;
  std::stop_source stop_;
  std::size_t stops_after_ = 0;
  std::vector<std::string> told_;
};

TEST_F(RemoteTexts, are_asked_for_with_what_the_command_line_gave) {
  script_.answers[kDocument.address] = {std::string("x = 1")};
  script_.answers[kNode.address] = {std::string("y = 1")};
  EXPECT_EQ(*read(kDocument, false), "x = 1");
  EXPECT_EQ(*read(kNode, false), "y = 1");
  ASSERT_EQ(script_.documents.size(), 1U);
  EXPECT_EQ(script_.documents[0].url, "http://me:geheim@h/f");
  EXPECT_EQ(script_.documents[0].user + "/" + script_.documents[0].password + "/" + script_.documents[0].trusted_pem, "me/geheim/pem");
  ASSERT_EQ(script_.nodes.size(), 1U);
  EXPECT_EQ(script_.nodes[0].servers + script_.nodes[0].path, "h:2181/flume/a1");
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(RemoteTexts, are_waited_for_by_a_start_ever_longer_and_it_says_what_for) {
  const Status missing = retryable("there is no node /flume/a1", Cause::NotFound);
  script_.answers[kNode.address] = {missing, missing, std::string(), missing, missing, missing, missing, std::string("y = 1")};
  const Instant start = clock_.steady();
  EXPECT_EQ(*read(kNode, true), "y = 1");
  EXPECT_EQ(clock_.steady() - start, (1s + 2s + 4s + 8s + 16s + 30s + 30s));
  ASSERT_EQ(told_.size(), 7U);
  EXPECT_EQ(told_[0], "waiting for the configuration: zookeeper:/flume/a1: there is no node /flume/a1; asking again in 1 s");
  EXPECT_THAT(told_[2], HasSubstr("zookeeper:/flume/a1: it is empty; asking again in 4 s"));
}

TEST_F(RemoteTexts, are_asked_for_once_by_who_does_not_wait) {
  script_.answers[kNode.address] = {retryable("no server answers in time", Cause::Timeout)};
  const Status status = read(kNode, false).status();
  EXPECT_EQ(status.message(), "zookeeper:/flume/a1: no server answers in time");
  EXPECT_EQ(script_.nodes.size(), 1U);
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(RemoteTexts, that_will_not_come_are_not_waited_for) {
  script_.answers[kDocument.address] = {Status(ErrorKind::InvalidConfig, "the server answers 404", Cause::NotFound)};
  const Status status = read(kDocument, true).status();
  EXPECT_EQ(status.message(), "http://***@h/f: the server answers 404");
  EXPECT_EQ(script_.documents.size(), 1U);
}

TEST_F(RemoteTexts, are_given_up_when_the_wait_is_stopped) {
  script_.answers[kDocument.address] = {retryable("the server answers 503", Cause::NotReady)};
  stops_after_ = 3;
  EXPECT_EQ(read(kDocument, true).cause(), Cause::Stopped);
  EXPECT_EQ(script_.documents.size(), 3U);
}

TEST_F(RemoteTexts, have_a_slow_HTTP_server_waited_for_as_long_as_Flume_does_when_an_agent_starts) {
  script_.answers[kDocument.address] = {std::string("x = 1")};
  script_.answers[kNode.address] = {std::string("x = 1")};
  for (const bool waits : {true, false}) {
    ASSERT_TRUE(read(kDocument, waits).ok());
    ASSERT_TRUE(read(kNode, waits).ok());
  }
  EXPECT_THAT(script_.patience, ElementsAre(60s, 10s, 10s, 10s));
}

TEST_F(RemoteTexts, tell_no_secret_that_a_library_repeats) {
  script_.answers[kDocument.address] = {retryable("could not reach http://me:geheim@h/f\nERROR forged", Cause::Refused)};
  const std::string message = read(kDocument, false).status().message();
  EXPECT_THAT(message, Not(HasSubstr("geheim")));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST_F(RemoteTexts, name_the_place_when_a_module_cannot_be_loaded) {
  RemoteReading reading{.clock = clock_, .waits = true};
  reading.load_zookeeper = [](Clock&) -> Result<std::unique_ptr<zookeeper::NodeReader>> { return invalid_config("no library"); };
  EXPECT_EQ(read_remote_text(kNode, {}, reading).status().message(), "zookeeper:/flume/a1: no library");
}

}  // namespace
}  // namespace flume::cli
