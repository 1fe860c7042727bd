#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class MultiportSyslogTcpSourceTest : public SourceBench {
 protected:
  MultiportSyslogTcpSourceTest() : SourceBench("multiport_syslogtcp") {}
};

constexpr std::string_view kMessage = "<34>1 2003-10-11T22:14:15.003Z mymachine hello\n";

TEST_F(MultiportSyslogTcpSourceTest, listens_on_all_its_ports_and_tells_which) {
  start({{"ports", "10001 10002"}, {"portHeader", "port"}});
  send(10001, kMessage);
  send(10002, kMessage);
  EXPECT_THAT(channel_.headers("port"), ElementsAre("10001", "10002"));
  EXPECT_THAT(channel_.headers("Priority"), ElementsAre("34", "34"));
  EXPECT_THAT(channel_.headers("host"), ElementsAre("mymachine", "mymachine"));
}

TEST_F(MultiportSyslogTcpSourceTest, each_port_has_its_charset) {
  start({{"ports", "10001 10002"}, {"charset.port.10002", "ISO-8859-1"}});
  const std::string latin = "<34>1 2003-10-11T22:14:15.003Z mymachine h\xE4llo\n";
  send(10001, latin);
  send(10002, latin);
  EXPECT_THAT(channel_.headers("flume.syslog.status"), ElementsAre("Invalid", "<none>"));
}

TEST_F(MultiportSyslogTcpSourceTest, one_port_that_is_taken_opens_none) {
  start({{"ports", "10001"}});
  auto second = configured<Source>(Kind::Source, "multiport_syslogtcp", {{"ports", "10002 10001"}}, services_.of("sources.r2", "r2"));
  const Status started = second->start(writer_, context_);
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.message(), HasSubstr("10001"));
  EXPECT_EQ(connect(10002), nullptr);
}

TEST_F(MultiportSyslogTcpSourceTest, a_full_channel_stops_the_reading_and_loses_nothing) {
  start({{"ports", "10001"}});
  channel_.set_full(true);
  const auto client = send(10001, kMessage);
  client->send(kMessage);
  loop_.advance(1h);
  channel_.set_full(false);
  loop_.run_until_idle();
  EXPECT_EQ(channel_.bodies().size(), 2U);
}

TEST(MultiportSyslogTcpOptions, ports_must_be_ports_and_charsets_known) {
  const ComponentInfo& info = builtin_component(Kind::Source, "multiport_syslogtcp");
  EXPECT_THAT(parse_options(info, {{"ports", "10001 x"}}).status().message(), HasSubstr("'x' is no port"));
  EXPECT_FALSE(parse_options(info, {{"ports", "10001"}, {"charset.default", "nonsense"}}).ok());
  EXPECT_TRUE(parse_options(info, {{"ports", "10001 10002"}}).ok());
}

}  // namespace
}  // namespace flume
