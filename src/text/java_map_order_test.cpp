#include "text/java_map_order.h"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace flume {
namespace {

TEST(JavaStringHash, counts_utf16_units) {
  EXPECT_EQ(java_string_hash(""), 0);
  EXPECT_EQ(java_string_hash("timestamp"), 55126294);
  EXPECT_EQ(java_string_hash("\u00FC"), 252);
  EXPECT_EQ(java_string_hash("\u20AC"), 0x20AC);
  EXPECT_EQ(java_string_hash("\U0001F600"), 0xD83D * 31 + 0xDE00);
  EXPECT_EQ(java_string_hash("\xFF"), 0xFFFD);
}

TEST(JavaMapOrder, walks_maps_as_java_does) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/header_order/header_order.json");
  const auto cases = nlohmann::json::parse(file);
  ASSERT_GT(cases.size(), 10U);
  for (const auto& each : cases) {
    const std::vector<std::string> put = each.at("put");
    const std::vector<std::string_view> keys(put.begin(), put.end());
    std::vector<std::uint32_t> order;
    java_map_order(keys, order);
    std::vector<std::string> walked;
    for (const std::uint32_t i : order) walked.push_back(put[i]);
    EXPECT_EQ(walked, each.at("grown").get<std::vector<std::string>>());
  }
}

}  // namespace
}  // namespace flume
