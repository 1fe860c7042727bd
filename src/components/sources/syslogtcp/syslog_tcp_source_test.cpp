// The parsing itself is tested in src/syslog; here: connections, headers of the source, back-pressure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class SyslogTcpSourceTest : public SourceBench {
 protected:
  SyslogTcpSourceTest() : SourceBench("syslogtcp") {}
  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {{"host", "0.0.0.0"}, {"port", "514"}});
    SourceBench::start(keys);
  }
};

TEST_F(SyslogTcpSourceTest, messages_become_events_with_their_headers) {
  start();
  const auto client = send(514, "<34>1 2003-10-11T22:14:15.003Z mymachine su - ID47 - failed\n<13>Feb  5 17:32:18 host2 hello\n");
  EXPECT_THAT(channel_.bodies(), ElementsAre("su - ID47 - failed", "hello"));
  EXPECT_THAT(channel_.headers("Facility"), ElementsAre("4", "1"));
  EXPECT_THAT(channel_.headers("Severity"), ElementsAre("2", "5"));
  EXPECT_THAT(channel_.headers("host"), ElementsAre("mymachine", "host2"));
  EXPECT_EQ(channel_.headers("timestamp").front(), "1065910455003");
  EXPECT_EQ(client->received(), "");
}

TEST_F(SyslogTcpSourceTest, lines_and_counted_messages_come_in_any_pieces) {
  start();
  const auto client = connect(514);
  client->fragment(1);
  client->send("<13>Feb  5 17:32:18 h one\n30 <13>Feb  5 17:32:18 h two\nmore<13>Feb  5 17:32:18 h three\n");
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two\nmore", "three"));
}

TEST_F(SyslogTcpSourceTest, what_is_no_syslog_is_kept_and_counted) {
  start();
  send(514, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(channel_.headers("flume.syslog.status"), Each("Invalid"));
  EXPECT_EQ(counter("InvalidMessageCount"), static_cast<std::int64_t>(channel_.bodies().size()));
  EXPECT_GT(counter("InvalidMessageCount"), 0);
}

TEST_F(SyslogTcpSourceTest, a_hundred_megabytes_without_a_line_end_are_cut_as_they_come) {
  channel_.count_only();
  start({{"eventSize", "2500"}});
  const auto client = connect(514);
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 100; ++i) {
    client->send(piece);
    loop_.run_until_idle();
  }
  EXPECT_GE(channel_.size(), 100'000'000U / 2500);
}

TEST_F(SyslogTcpSourceTest, the_client_can_be_headers) {
  start({{"clientIPHeader", "ip"}, {"clientHostnameHeader", "name"}});
  const auto client = send(514, "<13>Feb  5 17:32:18 h one\n");
  loop_.advance(10s);  // simulated addresses have no names
  ASSERT_EQ(channel_.bodies().size(), 1U);
  EXPECT_THAT(channel_.headers("ip").front(), testing::MatchesRegex("[0-9.]+"));
  EXPECT_EQ(channel_.headers("name"), channel_.headers("ip"));
}

TEST_F(SyslogTcpSourceTest, a_full_channel_stops_the_reading_and_loses_nothing) {
  start();
  channel_.set_full(true);
  const auto client = send(514, "<13>Feb  5 17:32:18 h one\n");
  client->send("<13>Feb  5 17:32:18 h two\n");
  loop_.advance(1h);
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

TEST_F(SyslogTcpSourceTest, an_unfinished_message_counts_when_the_connection_ends) {
  start();
  const auto client = send(514, "<13>Feb  5 17:32:18 h one\n30 <13>Feb  5 17:32:18 h tw");
  client->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "tw"));
  EXPECT_EQ(counter("IncompleteMessageCount"), 1);
  EXPECT_TRUE(client->is_closed());
}

TEST_F(SyslogTcpSourceTest, a_stop_takes_what_has_arrived) {
  start();
  const auto client = connect(514);
  client->send("<13>Feb  5 17:32:18 h one\n<13>Feb  5 17:32:18 h two\n");
  stop();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
}

TEST_F(SyslogTcpSourceTest, a_stop_takes_what_a_client_sends_until_it_has_heard_of_it) {
  start();
  const auto client = connect(514);
  client->send("<13>Feb  5 17:32:18 h one\n<13>Feb  5 17:32:18 h tw");
  loop_.run_until_idle();
  const auto answer = loop_.make_timer();
  answer->set(loop_.in(400ms), [&] {
    EXPECT_TRUE(client->at_end());
    EXPECT_FALSE(client->is_closed());
    client->send("o\n<13>Feb  5 17:32:18 h three\n");
    client->shutdown_write();
  });
  stop();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three"));
  EXPECT_TRUE(client->is_closed());
  EXPECT_FALSE(client->is_cut());
}

TEST_F(SyslogTcpSourceTest, a_stop_resets_the_connection_of_a_client_that_does_not_hear_of_it) {
  start();
  const auto client = connect(514);
  client->send("<13>Feb  5 17:32:18 h one\n");
  loop_.run_until_idle();
  const Instant begin = loop_.now();
  stop();
  EXPECT_EQ(loop_.now() - begin, 500ms);
  EXPECT_TRUE(client->is_cut());
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

TEST(SyslogTcpOptions, a_bad_format_is_refused) {
  const auto options =
      parse_options(builtin_component(Kind::Source, "syslogtcp"), {{"host", "0.0.0.0"}, {"port", "514"}, {"format.regex", "("}});
  ASSERT_FALSE(options.ok());
  EXPECT_THAT(options.status().message(), HasSubstr("format.regex"));
}

}  // namespace
}  // namespace flume
