#include "config/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Sources r1 (its keys from line 5 on) and r2 of a channel.
std::vector<std::string> two_sources(const std::string& first, const std::string& second) {
  std::string text = "a1.sources = r1 r2\na1.channels = c1\na1.channels.c1.type = memory\n";
  for (const auto& [name, keys] : {std::pair("r1", first), std::pair("r2", second)}) {
    text += std::string("a1.sources.") + name + ".channels = c1\n";
    for (std::size_t begin = 0; begin < keys.size();) {
      const std::size_t end = std::min(keys.find(';', begin), keys.size());
      text += std::string("a1.sources.") + name + "." + keys.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
  }
  return plan_text(text).lines();
}

TEST(Ports, of_two_sources_may_not_be_the_same) {
  EXPECT_THAT(two_sources("type = one_port;port = 41414", "type = one_port;port = 41414"),
              ElementsAre("error 9:22 a1.sources.r2.port: port 41414 is that of source 'r1', too (flume.conf:6:22): only one of them can "
                          "listen there (say another port in a1.sources.r2.port)"));
  EXPECT_THAT(two_sources("type = one_port;port = 41414", "type = ports;ports = 1 41414 2"),
              ElementsAre("error 9:23 a1.sources.r2.ports: port 41414 is that of source 'r1', too (flume.conf:6:22): only one of them can "
                          "listen there (say another port in a1.sources.r2.ports)"));
}

TEST(Ports, meet_only_on_the_same_address_and_protocol) {
  const auto meet = [](const std::string& first, const std::string& second) {
    return !two_sources("type = one_port;port = 1;bind = " + first, "type = one_port;port = 1;bind = " + second).empty();
  };
  EXPECT_FALSE(meet("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(meet("10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(meet("10.0.0.1", "0.0.0.0"));
  EXPECT_TRUE(meet("::", "10.0.0.1"));
  EXPECT_TRUE(meet("localhost", "127.0.0.1"));
  EXPECT_TRUE(meet("localhost", "0.0.0.0"));
  EXPECT_THAT(two_sources("type = one_port;port = 1", "type = one_udp_port;port = 1"), IsEmpty());
  EXPECT_THAT(two_sources("type = one_udp_port;port = 1", "type = one_udp_port;port = 1").size(), 1U);
  EXPECT_THAT(two_sources("type = one_port;port = 1", "type = one_port;port = 2"), IsEmpty());
}

TEST(Ports, chosen_by_the_system_or_only_connected_to_never_meet) {
  EXPECT_THAT(two_sources("type = ports;ports = 0 0", "type = ports;ports = 0"), IsEmpty());
  EXPECT_THAT(two_sources("type = ports;ports = 7 7", "type = ports;ports = 8"), IsEmpty()) << "one source's own ports are its own matter";
  EXPECT_THAT(two_sources("type = exec;command = x;port = 1", "type = exec;command = x;port = 1"), IsEmpty());
}

}  // namespace
}  // namespace flume::config
