#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/deserialized.h"

namespace flume {
namespace {

TEST(BlobDeserializer, does_what_flume_does) {
  TestServices services;
  EXPECT_EQ(replay_golden_deserializers("blob", services, [](std::string_view, const Keys&) { return std::vector<TestEvent>(); }), 5U);
}

TEST(BlobDeserializer, says_once_a_file_that_it_is_cut) {
  TestServices services;
  EXPECT_EQ(deserialize("blob", {{"maxBlobLength", "3"}}, "123456789", services).events.size(), 3U);
  EXPECT_EQ(services.log.count(LogLevel::Warn, "longer than maxBlobLength"), 1U);
  EXPECT_EQ(deserialize("blob", {{"maxBlobLength", "9"}}, "123456789", services).events.size(), 1U);
  EXPECT_EQ(services.log.count(LogLevel::Warn, "longer than maxBlobLength"), 1U);
}

TEST(BlobDeserializer, holds_a_large_file_as_one_event) {
  TestServices services;
  std::string content;
  for (int i = 0; content.size() < (8U << 20U); ++i) content += std::to_string(i);
  const Deserialized read = deserialize("blob", {}, content, services);
  ASSERT_EQ(read.events.size(), 1U);
  EXPECT_EQ(read.events[0].body, content);
}

}  // namespace
}  // namespace flume
