#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

class NetcatUdpSourceTest : public SourceBench {
 protected:
  NetcatUdpSourceTest() : SourceBench("netcatudp") {}
  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {"port", "44444"});
    SourceBench::start(keys);
  }
  void send(std::string_view bytes) { ASSERT_TRUE(services_.network.send_datagram(44444, bytes)); }
  [[nodiscard]] std::int64_t dropped() const { return counter("DatagramDropCount"); }
};

TEST_F(NetcatUdpSourceTest, each_datagram_is_an_event_up_to_its_first_line_end) {
  start();
  send("one\n");
  send("two\nthree\n");
  send("four");
  send("");
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "four", ""));
  EXPECT_THAT(channel_.headers("remoteAddress"), Each("<none>"));
}

TEST_F(NetcatUdpSourceTest, the_sender_is_a_header_when_one_is_named) {
  start({{"remoteAddress", "from"}});
  send("one");
  ASSERT_TRUE(services_.network.send_datagram(44444, "two", {.address = {10, 0, 0, 8}, .port = 7}));
  DatagramSender ipv6{.port = 9, .is_ipv6 = true};
  ipv6.address[15] = 1;
  ASSERT_TRUE(services_.network.send_datagram(44444, "three", ipv6));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.headers("from"), ElementsAre("/10.0.0.7:50007", "/10.0.0.8:7", "/[::1]:9"));
}

TEST_F(NetcatUdpSourceTest, what_a_full_channel_makes_the_system_drop_is_counted_and_told) {
  start();
  channel_.set_full(true);
  send("one");
  loop_.run_until_idle();
  for (int i = 0; i < 200; ++i) send(std::string(60'000, 'x'));
  loop_.advance(1min);
  channel_.set_full(false);
  loop_.run_until_idle();
  send("last");
  loop_.run_until_idle();
  const auto bodies = channel_.bodies();
  EXPECT_EQ(bodies.front(), "one");
  EXPECT_EQ(bodies.back(), "last");
  EXPECT_EQ(dropped(), static_cast<std::int64_t>(202 - bodies.size()));
  EXPECT_GT(dropped(), 0);
  EXPECT_TRUE(services_.log.contains("are lost"));
}

TEST_F(NetcatUdpSourceTest, a_stop_stores_what_has_arrived) {
  start();
  send("one");
  source_->stop(loop_.in(5s));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
  EXPECT_FALSE(services_.network.send_datagram(44444, "two"));
}

TEST_F(NetcatUdpSourceTest, a_port_in_use_is_told) {
  start();
  auto second = configured<Source>(Kind::Source, "netcatudp", {{"port", "44444"}}, services_.of("sources.r2", "r2"));
  const Status started = second->start(writer_, context_);
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.message(), HasSubstr("44444"));
}

}  // namespace
}  // namespace flume
