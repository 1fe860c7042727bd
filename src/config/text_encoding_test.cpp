#include "config/text_encoding.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume::config {
namespace {

using testing::HasSubstr;

TEST(TextEncoding, keeps_valid_utf8) {
  const auto text = decode_text("a = gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->utf8, "a = gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80");
  EXPECT_EQ(text->encoding, TextEncoding::Utf8);
}

TEST(TextEncoding, removes_the_byte_order_mark) {
  const auto text = decode_text(
      "\xEF\xBB\xBF"
      "a=1");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->utf8, "a=1");
}

TEST(TextEncoding, reads_what_is_not_utf8_as_iso_8859_1) {
  const auto text = decode_text("a = gr\xFC\xDF");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->utf8, "a = gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(text->encoding, TextEncoding::Iso8859_1);
}

TEST(TextEncoding, refuses_nul_bytes_and_says_where) {
  const auto text = decode_text(std::string("a=1\nb\0c", 7));
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(text.status().message(), HasSubstr("offset 5 (line 2)"));
}

TEST(TextEncoding, refuses_utf16_by_its_name) {
  for (const std::string mark : {"\xFF\xFE", "\xFE\xFF"}) {
    const auto text = decode_text(mark + "a");
    ASSERT_FALSE(text.ok());
    EXPECT_THAT(text.status().message(), HasSubstr("UTF-16"));
  }
}

TEST(TextEncoding, knows_ill_formed_utf8) {
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xEF\xBF", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(std::string(bad));
  }
  for (const char* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << testing::PrintToString(std::string(good));
  }
}

RC_GTEST_PROP(TextEncoding, makes_utf8_of_any_bytes_without_nul, (const std::string& bytes)) {
  RC_PRE(bytes.find('\0') == std::string::npos);
  const auto text = decode_text(bytes);
  if (text.ok()) RC_ASSERT(is_utf8(text->utf8));
}

}  // namespace
}  // namespace flume::config
