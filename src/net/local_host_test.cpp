#include "net/local_host.h"

#include <unistd.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

TEST(LocalHost, names_this_machine_and_an_address_of_it) {
  const LocalHostAnswer answer = find_local_host();
  char name[256] = {};
  ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
  EXPECT_EQ(answer.host.name, name);
  EXPECT_FALSE(answer.host.canonical_name.empty());
  unsigned char bytes[16];
  EXPECT_TRUE(::inet_pton(AF_INET, answer.host.address.c_str(), bytes) == 1 ||
              ::inet_pton(AF_INET6, answer.host.address.c_str(), bytes) == 1)
      << answer.host.address;
}

}  // namespace
}  // namespace flume
