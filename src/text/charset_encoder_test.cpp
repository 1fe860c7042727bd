#include "text/charset_encoder.h"

#include <gtest/gtest.h>

#include "text/charset.h"

namespace flume {
namespace {

std::string encoded(std::string_view charset, std::string_view text) {
  auto encoder = CharsetEncoder::open(charset);
  EXPECT_TRUE(encoder.ok()) << encoder.status().message();
  std::string out;
  if (encoder.ok()) encoder->encode(text, out);
  return out;
}

TEST(CharsetEncoder, leaves_utf8_as_it_is) { EXPECT_EQ(encoded("utf-8", "a\u00FC\u20AC"), "a\u00FC\u20AC"); }

TEST(CharsetEncoder, writes_one_byte_charsets) {
  EXPECT_EQ(encoded("ISO-8859-1", "gr\u00FCn"), "gr\xFCn");
  EXPECT_EQ(encoded("windows-1252", "\u20AC"), "\x80");
  EXPECT_EQ(encoded("ISO-8859-15", "\u20AC"), "\xA4");
}

TEST(CharsetEncoder, puts_a_question_mark_for_what_the_charset_has_not) {
  EXPECT_EQ(encoded("US-ASCII", "a\u00FCb\U0001F600c"), "a?b?c");
  EXPECT_EQ(encoded("Shift_JIS", "\u65E5\U0001F600"), "\x93\xFA?");
}

TEST(CharsetEncoder, writes_utf16_big_endian_with_a_mark_per_text) {
  EXPECT_EQ(encoded("UTF-16", "a\u20AC"), std::string("\xFE\xFF\0a\x20\xAC", 6));
  EXPECT_EQ(encoded("UTF-16", ""), "");
  EXPECT_EQ(encoded("UTF-16LE", "a"), std::string("a\0", 2));
  EXPECT_EQ(encoded("UTF-32", "a"), std::string("\0\0\0a", 4));
}

TEST(CharsetEncoder, writes_texts_that_are_longer_than_its_buffer) {
  std::string text;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    text += "\u65E5\u00FF";
    expected += "\x93\xFA?";
  }
  EXPECT_EQ(encoded("Shift_JIS", text), expected);
}

TEST(CharsetEncoder, gives_back_every_byte_that_its_decoder_knows) {
  for (const std::string_view charset : {"ISO-8859-1", "ISO-8859-7", "windows-1251", "IBM437", "KOI8-R"}) {
    auto decoder = CharsetDecoder::open(charset);
    ASSERT_TRUE(decoder.ok()) << charset;
    for (int value = 0; value < 256; ++value) {
      const char byte = static_cast<char>(value);
      std::string text;
      decoder->decode({&byte, 1}, text);
      EXPECT_EQ(encoded(charset, text), text == "\uFFFD" ? "?" : std::string(1, byte)) << charset << ' ' << value;
    }
  }
}

TEST(CharsetEncoder, refuses_a_name_that_java_does_not_know) {
  const auto encoder = CharsetEncoder::open("UTF-9");
  ASSERT_FALSE(encoder.ok());
  EXPECT_EQ(encoder.status().kind(), ErrorKind::InvalidConfig);
}

}  // namespace
}  // namespace flume
