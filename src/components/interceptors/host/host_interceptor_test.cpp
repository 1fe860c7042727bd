#include <gtest/gtest.h>

#include "net/local_host.h"
#include "support/golden_interceptors.h"

namespace flume {
namespace {

TEST(HostInterceptor, does_what_flumes_does) {
  TestServices services;
  const LocalHost host = find_local_host().host;
  const std::size_t cases =
      replay_golden_interceptors("host", services, {.expected = [&](const std::string& value) {
                                   return value == "<IP>" ? host.address : value == "<FQDN>" ? host.canonical_name : value;
                                 }});
  EXPECT_GE(cases, 4U);
}

TEST(HostInterceptor, is_known_by_flumes_class_name) {
  EXPECT_EQ(builtin_component(Kind::Interceptor, "org.apache.flume.interceptor.HostInterceptor$Builder").type, "host");
}

}  // namespace
}  // namespace flume
