#include "text/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume {
namespace {

#define R "\xEF\xBF\xBD"

std::string repaired(std::string_view text) {
  std::string out;
  EXPECT_EQ(append_valid_utf8(text, Utf8End::Replace, out), text.size());
  return out;
}

TEST(Utf8, replaces_as_javas_decoder_does) {
  // Expectations: new String(bytes, UTF_8) of OpenJDK 17.
  EXPECT_EQ(repaired("\x80"), R);
  EXPECT_EQ(repaired("\xC0\x80"), R R);
  EXPECT_EQ(repaired("\xE2\x82"), R);
  EXPECT_EQ(repaired("\xE2\x82"
                     "A"),
            R "A");
  EXPECT_EQ(repaired("\xE0\x80\x80"), R R R);
  EXPECT_EQ(repaired("\xE0\x80"), R R);
  EXPECT_EQ(repaired("\xED\xA0\x80"), R);
  EXPECT_EQ(repaired("\xED\xA0"
                     "A"),
            R "A");
  EXPECT_EQ(repaired("\xF0\x9F\x98"), R);
  EXPECT_EQ(repaired("\xF0\x9F\x98"
                     "A"),
            R "A");
  EXPECT_EQ(repaired("\xF0\x80\x80\x80"), R R R R);
  EXPECT_EQ(repaired("\xF4\x90\x80\x80"), R R R R);
  EXPECT_EQ(repaired("\xF5\x80"), R R);
  EXPECT_EQ(repaired("\xFF"
                     "a"),
            R "a");
  EXPECT_EQ(repaired("\xC3\xA9\xF0\x9F\x98\x80"), "\xC3\xA9\xF0\x9F\x98\x80");
}

TEST(Utf8, keeps_a_cut_off_sequence_when_told_to) {
  std::string out;
  EXPECT_EQ(append_valid_utf8("ab\xE2\x82", Utf8End::Keep, out), 2U);
  EXPECT_EQ(out, "ab");
}

TEST(Utf8, encodes_code_points) {
  std::string out;
  for (const char32_t c : {U'a', U'\u00E9', U'\u20AC', U'\U0001F600'}) append_code_point(c, out);
  EXPECT_EQ(out, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

RC_GTEST_PROP(Utf8, repairing_gives_valid_text_and_leaves_valid_text_alone, (const std::string& text)) {
  std::string once;
  append_valid_utf8(text, Utf8End::Replace, once);
  RC_ASSERT(is_valid_utf8(once));
  RC_ASSERT((once == text) == is_valid_utf8(text));
}

RC_GTEST_PROP(Utf8, finds_the_first_byte_that_is_not_ascii, ()) {
  const auto length = *rc::gen::inRange<std::size_t>(0, 200);
  const auto at = *rc::gen::inRange<std::size_t>(0, 200);
  std::string text(length, 'x');
  if (at < length) text[at] = '\xC3';
  RC_ASSERT(ascii_prefix(text) == std::min(at, length));
}

}  // namespace
}  // namespace flume
