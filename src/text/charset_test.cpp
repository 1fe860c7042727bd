#include "text/charset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "text/utf8.h"

namespace flume {
namespace {

using testing::HasSubstr;
using namespace std::string_view_literals;

#define R "\xEF\xBF\xBD"

std::string decode(std::string_view charset, std::string_view bytes) {
  auto decoder = CharsetDecoder::open(charset);
  if (!decoder) return "error: " + decoder.status().message();
  std::string out;
  decoder->decode(bytes, out);
  decoder->finish(out);
  return out;
}

TEST(CharsetDecoder, knows_javas_names_and_aliases_in_any_case) {
  const std::pair<const char*, const char*> names[] = {{"utf8", "UTF-8"},
                                                       {"Utf-8", "UTF-8"},
                                                       {"latin1", "ISO-8859-1"},
                                                       {"ISO8859_1", "ISO-8859-1"},
                                                       {"ASCII", "US-ASCII"},
                                                       {"Cp1252", "windows-1252"},
                                                       {"SJIS", "Shift_JIS"},
                                                       {"MS932", "windows-31j"},
                                                       {"EUC_JP", "EUC-JP"},
                                                       {"cp936", "GBK"},
                                                       {"gb18030", "GB18030"},
                                                       {"big5", "Big5"},
                                                       {"koi8_r", "KOI8-R"},
                                                       {"UTF_16LE", "UTF-16LE"},
                                                       {"UTF-32BE", "UTF-32BE"},
                                                       {"latin9", "ISO-8859-15"},
                                                       {"KS_C_5601-1987", "EUC-KR"},
                                                       {"Cp037", "IBM037"},
                                                       {"cp866", "IBM866"},
                                                       {"TIS-620", "TIS-620"}};
  for (const auto& [name, canonical] : names) {
    const auto decoder = CharsetDecoder::open(name);
    ASSERT_TRUE(decoder) << name << ": " << decoder.status().message();
    EXPECT_EQ(decoder->charset(), canonical);
    EXPECT_EQ(decoder->is_utf8(), canonical == "UTF-8"sv);
  }
}

TEST(CharsetDecoder, names_near_charsets_for_an_unknown_one) {
  EXPECT_THAT(decode("UTF-9", "x"), HasSubstr("UTF-8"));
  EXPECT_THAT(decode("ISO-8859-16", "x"), HasSubstr("ISO-8859-1"));
  EXPECT_THAT(decode("klingon", "x"), HasSubstr("'klingon' is unknown"));
  EXPECT_THAT(decode("", "x"), HasSubstr("unknown"));
  EXPECT_THAT(decode("utf8 unicode-1-1-utf-8", "x"), HasSubstr("unknown"));
  EXPECT_THAT(decode(std::string(10000, 'x'), "x"), HasSubstr("unknown"));
}

TEST(CharsetDecoder, decodes_one_byte_charsets) {
  EXPECT_EQ(decode("ISO-8859-1", "caf\xE9\x80"), "caf\xC3\xA9\xC2\x80");
  EXPECT_EQ(decode("windows-1252", "\x80 \x81"), "\xE2\x82\xAC " R);
  EXPECT_EQ(decode("US-ASCII", "a\xE9z"), "a" R "z");
  EXPECT_EQ(decode("KOI8-R", "\xF2\xD5\xD3"), "\xD0\xA0\xD1\x83\xD1\x81");
  EXPECT_EQ(decode("IBM037", "\xC8\x85\x93\x93\x96"), "Hello");
  EXPECT_EQ(decode("windows-1258", "A\xC2z"), "A\xC3\x82z");
}

TEST(CharsetDecoder, decodes_multi_byte_charsets) {
  EXPECT_EQ(decode("Shift_JIS", "\x93\xFA\x96{"), "\xE6\x97\xA5\xE6\x9C\xAC");
  EXPECT_EQ(decode("EUC-JP", "\xC6\xFC\xCB\xDC"), "\xE6\x97\xA5\xE6\x9C\xAC");
  EXPECT_EQ(decode("GBK", "\xD6\xD0\xB9\xFA"), "\xE4\xB8\xAD\xE5\x9B\xBD");
  EXPECT_EQ(decode("GB18030", "\xD6\xD0\x81\x30\x81\x30"), "\xE4\xB8\xAD\xC2\x80");
  EXPECT_EQ(decode("Big5", "\xA4\xA4"), "\xE4\xB8\xAD");
  EXPECT_EQ(decode("EUC-JP", "a\xC6"), "a" R) << "cut off at the end";
  EXPECT_EQ(decode("EUC-JP",
                   "\xC6"
                   "A"),
            R "A");
}

TEST(CharsetDecoder, decodes_utf16_and_utf32_with_and_without_a_mark) {
  EXPECT_EQ(decode("UTF-16", "\xFE\xFF\0A"sv), "A");
  EXPECT_EQ(decode("UTF-16",
                   "\xFF\xFE"
                   "A\0"sv),
            "A");
  EXPECT_EQ(decode("UTF-16", "\0A\0B"sv), "AB");
  EXPECT_EQ(decode("UTF-16LE", "A\0\x3D\xD8\x00\xDE"sv), "A\xF0\x9F\x98\x80");
  EXPECT_EQ(decode("UTF-16BE", "\xD8\x00\0A"sv), R "A");
  EXPECT_EQ(decode("UTF-16", "\0A\0"sv), "A" R);
  EXPECT_EQ(decode("UTF-32", "\0\0\0A"sv), "A");
}

TEST(CharsetDecoder, begins_anew_after_finish) {
  auto decoder = CharsetDecoder::open("UTF-8");
  std::string out;
  decoder->decode("\xE2\x82", out);
  decoder->finish(out);
  decoder->decode("\xAC", out);
  decoder->finish(out);
  EXPECT_EQ(out, R R);
}

// How the stream is cut must not show.
RC_GTEST_PROP(CharsetDecoder, decodes_a_stream_in_pieces_as_in_one, (const std::string& bytes)) {
  const auto* charset = *rc::gen::element("UTF-8", "EUC-JP", "UTF-16", "ISO-8859-1", "windows-1252", "UTF-16LE");
  auto decoder = CharsetDecoder::open(charset);
  RC_ASSERT(decoder.ok());
  std::string whole;
  decoder->decode(bytes, whole);
  decoder->finish(whole);
  std::string pieces;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto length = *rc::gen::inRange<std::size_t>(1, 4);
    decoder->decode(std::string_view(bytes).substr(at, length), pieces);
    at += length;
  }
  decoder->finish(pieces);
  RC_ASSERT(pieces == whole);
  RC_ASSERT(is_valid_utf8(whole));
}

}  // namespace
}  // namespace flume
