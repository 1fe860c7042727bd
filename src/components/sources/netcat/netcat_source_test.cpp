#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class NetcatSourceTest : public SourceBench {
 protected:
  NetcatSourceTest() : SourceBench("netcat") {}

  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {{"bind", "0.0.0.0"}, {"port", "44444"}});
    SourceBench::start(keys);
  }
  std::unique_ptr<SimPeer> connect() { return SourceBench::connect(44444); }
  /// What the source answers to `bytes`.
  std::string answer(std::string_view bytes) { return send(44444, bytes)->received(); }
};

TEST_F(NetcatSourceTest, each_line_is_an_event_and_answered_when_it_is_stored) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send("one\ntwo\n\nthree\r\n");
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "");
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "OK\nOK\nOK\nOK\n");
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "", "three\r"));
  EXPECT_FALSE(client->at_end());
  EXPECT_EQ(counters_.open_connections.get(), 1);
}

TEST_F(NetcatSourceTest, lines_come_in_any_pieces) {
  start();
  const auto client = connect();
  client->fragment(1);
  client->send("one\ntwo\n");
  loop_.run_until_idle();
  client->send("thr");
  loop_.run_until_idle();
  client->send("ee\n");
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(client->received(), "OK\nOK\nOK\n");
}

TEST_F(NetcatSourceTest, a_long_line_comes_in_many_pieces) {
  start({{"max-line-length", "1000000"}});
  const auto client = connect();
  client->fragment(10'000);
  const std::string line(400'000, 'x');
  client->send("one\n" + line + "\ntwo\n" + line + "\nthree");
  client->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", line, "two", line, "three"));
}

TEST_F(NetcatSourceTest, without_acknowledgements_nothing_is_answered) {
  start({{"ack-every-event", "false"}});
  EXPECT_EQ(answer("one\n"), "");
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST_F(NetcatSourceTest, a_last_line_needs_no_line_end) {
  start();
  const auto client = connect();
  client->send("one\ntwo");
  client->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_EQ(client->received(), "OK\nOK\n");
  EXPECT_TRUE(client->is_closed());
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_F(NetcatSourceTest, a_line_of_the_longest_length_passes_and_a_longer_one_closes_the_connection) {
  start({{"max-line-length", "5"}});
  const auto client = connect();
  client->send("1234\nabcde\nnever\n");
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "OK\nFAILED: Event exceeds the maximum length (5 chars, including newline)\n");
  EXPECT_TRUE(client->is_closed());
  EXPECT_THAT(channel_.bodies(), ElementsAre("1234"));
  EXPECT_EQ(counters_.event_read_fail.get(), 1);
}

TEST_F(NetcatSourceTest, a_line_without_an_end_is_refused_as_soon_as_it_is_too_long) {
  start();
  const auto client = connect();
  client->send(std::string(511, 'x'));
  loop_.run_until_idle();
  EXPECT_FALSE(client->is_closed());
  client->send("x");
  loop_.run_until_idle();
  EXPECT_THAT(client->received(), HasSubstr("FAILED: Event exceeds the maximum length (512 chars, including newline)"));
  EXPECT_TRUE(client->is_closed());
}

TEST_F(NetcatSourceTest, length_is_counted_in_characters) {
  start({{"max-line-length", "4"}});
  EXPECT_EQ(answer("äöü\n"), "OK\n");
  EXPECT_EQ(answer("a\xF0\x9F\x98\x80\n"), "OK\n");  // one of Unicode's, two of Java's
  EXPECT_THAT(answer("ab\xF0\x9F\x98\x80\n"), HasSubstr("FAILED"));
}

TEST_F(NetcatSourceTest, malformed_bytes_are_replaced) {
  start();
  EXPECT_EQ(answer("a\xFF"
                   "b\n"),
            "OK\n");
  EXPECT_THAT(channel_.bodies(), ElementsAre("a\xEF\xBF\xBD"
                                             "b"));
}

TEST_F(NetcatSourceTest, other_charsets_become_utf8) {
  start({{"encoding", "UTF-16BE"}});
  EXPECT_EQ(answer(std::string_view("\0a\0\n\0\xE4\0\n", 8)), "OK\nOK\n");
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "ä"));
}

TEST_F(NetcatSourceTest, a_full_channel_stops_the_reading_and_loses_nothing) {
  start();
  const auto client = connect();
  channel_.set_full(true);
  client->send("one\n");
  loop_.run_until_idle();
  client->send("two\n");
  loop_.advance(10min);
  EXPECT_EQ(client->received(), "");
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "OK\nOK\n");
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

TEST_F(NetcatSourceTest, many_clients_share_a_batch) {
  start();
  std::vector<std::unique_ptr<SimPeer>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connect());
  loop_.run_until_idle();
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->send("line " + std::to_string(i) + "\n");
  loop_.run_until_idle();
  for (const auto& client : clients) EXPECT_EQ(client->received(), "OK\n");
  EXPECT_EQ(channel_.bodies().size(), 100U);
  EXPECT_LT(channel_.batch_sizes().size(), 10U);
}

TEST_F(NetcatSourceTest, a_client_that_takes_no_answers_is_not_read) {
  start();
  const auto client = connect();
  client->set_window(0);
  const std::string lines = [] {
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "x\n";
    return many;
  }();
  for (int i = 0; i < 50; ++i) client->send(lines);
  loop_.run_until_idle();
  EXPECT_LT(channel_.bodies().size(), 300'000U);
  client->set_window(SIZE_MAX);
  loop_.run_until_idle();
  EXPECT_EQ(channel_.bodies().size(), 500'000U);
  EXPECT_EQ(client->received().size(), 1'500'000U);
}

TEST_F(NetcatSourceTest, a_client_that_goes_before_its_answer_harms_nobody) {
  start();
  channel_.hold_puts();
  const auto client = connect();
  client->send("one\n");
  loop_.run_until_idle();
  client->cut();
  loop_.run_until_idle();
  EXPECT_EQ(counters_.open_connections.get(), 0);
  channel_.complete_puts(1);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_EQ(answer(""), "");
}

TEST_F(NetcatSourceTest, a_stop_stores_and_answers_what_has_arrived) {
  start();
  const auto client = connect();
  client->send("one\ntwo");
  source_->stop(loop_.in(5s));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  EXPECT_EQ(client->received(), "OK\nOK\n");
  EXPECT_TRUE(client->is_closed());
  EXPECT_EQ(services_.network.connect(44444), nullptr);
  EXPECT_EQ(counters_.open_connections.get(), 0);
}

TEST_F(NetcatSourceTest, it_starts_again_after_a_stop) {
  start();
  source_->stop(loop_.in(5s));
  ASSERT_TRUE(source_->start(writer_, context_).ok());
  EXPECT_EQ(answer("one\n"), "OK\n");
}

TEST_F(NetcatSourceTest, a_port_in_use_is_told) {
  start();
  auto second = configured<Source>(Kind::Source, "netcat", {{"bind", "0.0.0.0"}, {"port", "44444"}}, services_.of("sources.r2", "r2"));
  const Status started = second->start(writer_, context_);
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.message(), HasSubstr("44444"));
}

TEST(NetcatOptions, an_unknown_charset_is_refused) {
  const auto options =
      parse_options(builtin_component(Kind::Source, "netcat"), {{"bind", "0.0.0.0"}, {"port", "1"}, {"encoding", "utf-88"}});
  ASSERT_FALSE(options.ok());
  EXPECT_THAT(options.status().message(), HasSubstr("utf-88"));
}

}  // namespace
}  // namespace flume
