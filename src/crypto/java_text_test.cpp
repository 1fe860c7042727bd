#include "crypto/java_text.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "text/utf8.h"

namespace flume::crypto {
namespace {

using namespace std::string_literals;

std::string decoded(std::string_view bytes) { return utf8_from_java(as_bytes(bytes)).value_or("none"); }

TEST(JavaText, joins_surrogates) { EXPECT_EQ(decoded("a\xED\xA0\xBD\xED\xB4\x91z"), "a🔑z"); }

TEST(JavaText, reads_the_long_form_of_nul) { EXPECT_EQ(decoded("a\xC0\x80z"), "a\0z"s); }

TEST(JavaText, replaces_lone_surrogates) {
  EXPECT_EQ(decoded("a\xED\xA0\xBDz"), "a\uFFFDz");
  EXPECT_EQ(decoded("a\xED\xA0\xBD"), "a\uFFFD");
  EXPECT_EQ(decoded("\xED\xA0\xBD\xED\xA0\xBD\xED\xB4\x91"), "\uFFFD🔑");
  EXPECT_EQ(decoded("\xED\xB4\x91z"), "\uFFFDz");
}

TEST(JavaText, refuses_what_java_does_not_write) {
  for (const std::string bad : {"\x80", "\xF0\x9F\x94\x91", "\xC3", "\xE5\xAF", "\xC3z", "\xE5\xAFz"}) {
    EXPECT_FALSE(utf8_from_java(as_bytes(bad)).has_value());
  }
}

TEST(JavaText, makes_java_chars_of_a_password) {
  EXPECT_EQ(utf16_big_endian("aé密🔑").text(), "\0a\0\xE9\x5B\xC6\xD8\x3D\xDD\x11"s);
  EXPECT_TRUE(utf16_big_endian("").empty());
}

RC_GTEST_PROP(JavaText, gives_valid_text_or_none, (const std::string& bytes)) {
  const auto text = utf8_from_java(as_bytes(bytes));
  const bool is_sound = !text || is_valid_utf8(*text);  // RC_ASSERT would evaluate both sides
  RC_ASSERT(is_sound);
}

}  // namespace
}  // namespace flume::crypto
