#include "text/base64.h"

#include <string>

#include <gtest/gtest.h>

namespace flume {
namespace {

TEST(Base64, writes_and_reads_what_rfc_4648_shows) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(bytes_of_base64(text), bytes);
  }
}

TEST(Base64, reads_every_byte_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(bytes_of_base64(to_base64(bytes)), bytes);
}

TEST(Base64, refuses_what_is_none) {
  for (const std::string text : {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Z g=", "Zm9_", "Zh==", "Zm9="}) {
    EXPECT_EQ(bytes_of_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flume
