#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_bench.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;

class SyslogUdpSourceTest : public SourceBench {
 protected:
  SyslogUdpSourceTest() : SourceBench("syslogudp") {}
  void start(Keys keys = {}) {
    keys.insert(keys.begin(), {"port", "514"});
    SourceBench::start(keys);
  }
  void send(std::string_view bytes) { ASSERT_TRUE(services_.network.send_datagram(514, bytes)); }
};

TEST_F(SyslogUdpSourceTest, each_datagram_is_a_message) {
  start();
  send("<34>1 2003-10-11T22:14:15.003Z mymachine su - ID47 - failed");
  send("<13>Feb  5 17:32:18 host2 hello\n");
  send("\n");
  send("nonsense");
  loop_.run_until_idle();
  EXPECT_THAT(channel_.bodies(), ElementsAre("su - ID47 - failed", "hello", "nonsense"));
  EXPECT_THAT(channel_.headers("Severity"), ElementsAre("2", "5", "0"));
  EXPECT_EQ(counter("InvalidMessageCount"), 1);
}

TEST_F(SyslogUdpSourceTest, the_client_can_be_headers) {
  start({{"clientIPHeader", "ip"}, {"clientHostnameHeader", "name"}});
  send("<13>Feb  5 17:32:18 h one");
  ASSERT_TRUE(services_.network.send_datagram(514, "<13>Feb  5 17:32:18 h two", {.address = {10, 0, 0, 8}, .port = 7}));
  loop_.run_until_idle();
  EXPECT_THAT(channel_.headers("ip"), ElementsAre("10.0.0.7", "10.0.0.8"));
  EXPECT_THAT(channel_.headers("name"), ElementsAre("10.0.0.7", "10.0.0.8"));  // not looked up yet
}

TEST_F(SyslogUdpSourceTest, without_these_keys_there_are_no_such_headers) {
  start();
  send("<13>Feb  5 17:32:18 h one");
  loop_.run_until_idle();
  EXPECT_THAT(channel_.headers("ip"), Each("<none>"));
}

TEST_F(SyslogUdpSourceTest, a_stop_takes_what_has_arrived) {
  start();
  send("<13>Feb  5 17:32:18 h one");
  stop();
  EXPECT_THAT(channel_.bodies(), ElementsAre("one"));
}

}  // namespace
}  // namespace flume
