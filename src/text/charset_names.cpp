#include "text/charset_names.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace flume {
namespace {

using enum CharsetFamily;

constexpr std::array kCharsets{
    CharsetInfo{"UTF-8", "UTF-8", Utf8, " utf8 unicode-1-1-utf-8 "},
    CharsetInfo{"US-ASCII", "US-ASCII", OneByte,
                " ascii iso646-us iso_646.irv:1991 iso_646.irv:1983 ansi_x3.4-1968 ansi_x3.4-1986 us cp367 ibm367 646 ascii7 iso-ir-6 "
                "csascii default "},
    CharsetInfo{
        "ISO-8859-1", "ISO-8859-1", OneByte,
        " iso8859_1 latin1 l1 ibm819 cp819 iso-ir-100 8859_1 iso_8859-1 iso_8859-1:1987 iso8859-1 iso_8859_1 819 csisolatin1 ibm-819 "},
    CharsetInfo{"ISO-8859-2", "ISO-8859-2", OneByte,
                " iso8859_2 8859_2 iso-ir-101 iso_8859-2 iso_8859-2:1987 iso8859-2 latin2 l2 ibm912 ibm-912 cp912 912 csisolatin2 "},
    CharsetInfo{"ISO-8859-3", "ISO-8859-3", OneByte,
                " iso8859_3 8859_3 iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 l3 ibm913 ibm-913 cp913 913 csisolatin3 iso8859-3 "},
    CharsetInfo{"ISO-8859-4", "ISO-8859-4", OneByte,
                " iso8859_4 iso8859-4 8859_4 iso-ir-110 iso_8859-4 iso_8859-4:1988 latin4 l4 ibm914 ibm-914 cp914 914 csisolatin4 "},
    CharsetInfo{"ISO-8859-5", "ISO-8859-5", OneByte,
                " iso8859_5 8859_5 iso-ir-144 iso_8859-5 iso_8859-5:1988 iso8859-5 cyrillic ibm915 ibm-915 cp915 915 csisolatincyrillic "},
    CharsetInfo{"ISO-8859-6", "ISO-8859-6", OneByte,
                " iso8859_6 8859_6 iso-ir-127 iso_8859-6 iso_8859-6:1987 iso8859-6 ecma-114 asmo-708 arabic ibm1089 ibm-1089 cp1089 1089 "
                "csisolatinarabic "},
    CharsetInfo{"ISO-8859-7", "ISO-8859-7", OneByte,
                " iso8859_7 8859_7 iso-ir-126 iso_8859-7 iso_8859-7:1987 elot_928 ecma-118 greek greek8 csisolatingreek sun_eu_greek "
                "ibm813 ibm-813 813 cp813 iso8859-7 "},
    CharsetInfo{"ISO-8859-8", "ISO-8859-8", OneByte,
                " iso8859_8 8859_8 iso-ir-138 iso_8859-8 iso_8859-8:1988 iso8859-8 cp916 916 ibm916 ibm-916 hebrew csisolatinhebrew "},
    CharsetInfo{"ISO-8859-9", "ISO-8859-9", OneByte,
                " iso8859_9 8859_9 iso-ir-148 iso_8859-9 iso_8859-9:1989 iso8859-9 latin5 l5 ibm920 ibm-920 920 cp920 csisolatin5 "},
    CharsetInfo{"ISO-8859-13", "ISO-8859-13", OneByte, " iso8859_13 8859_13 iso_8859-13 iso8859-13 "},
    CharsetInfo{
        "ISO-8859-15", "ISO-8859-15", OneByte,
        " iso8859_15 iso_8859-15 latin9 latin-9 8859_15 iso8859-15 ibm923 ibm-923 cp923 923 l9 csiso885915 csisolatin9 csisolatin0 "},
    CharsetInfo{"windows-1250", "CP1250", OneByte, " cp1250 cp5346 "},
    CharsetInfo{"windows-1251", "CP1251", OneByte, " cp1251 cp5347 ansi-1251 "},
    CharsetInfo{"windows-1252", "CP1252", OneByte, " cp1252 cp5348 ibm-1252 ibm1252 "},
    CharsetInfo{"windows-1253", "CP1253", OneByte, " cp1253 cp5349 "},
    CharsetInfo{"windows-1254", "CP1254", OneByte, " cp1254 cp5350 "},
    CharsetInfo{"windows-1255", "CP1255", OneByte, " cp1255 "},
    CharsetInfo{"windows-1256", "CP1256", OneByte, " cp1256 "},
    CharsetInfo{"windows-1257", "CP1257", OneByte, " cp1257 cp5353 "},
    CharsetInfo{"windows-1258", "CP1258", OneByte, " cp1258 "},
    CharsetInfo{"KOI8-R", "KOI8-R", OneByte, " koi8_r koi8 cskoi8r "},
    CharsetInfo{"KOI8-U", "KOI8-U", OneByte, " koi8_u "},
    CharsetInfo{"TIS-620", "TIS-620", OneByte, " tis620 tis620.2533 "},
    CharsetInfo{"IBM037", "IBM037", OneByte,
                " cp037 ibm-037 cs-ebcdic-cp-us cs-ebcdic-cp-ca cs-ebcdic-cp-wt cs-ebcdic-cp-nl ebcdic-cp-us csibm037 037 "},
    CharsetInfo{"IBM437", "IBM437", OneByte, " cp437 ibm-437 437 cspc8codepage437 windows-437 "},
    CharsetInfo{"IBM500", "IBM500", OneByte, " cp500 ibm-500 500 ebcdic-cp-ch ebcdic-cp-bh csibm500 "},
    CharsetInfo{"IBM850", "IBM850", OneByte, " cp850 ibm-850 850 cspc850multilingual "},
    CharsetInfo{"IBM852", "IBM852", OneByte, " cp852 ibm-852 852 cspcp852 "},
    CharsetInfo{"IBM866", "IBM866", OneByte, " cp866 ibm-866 866 csibm866 "},
    CharsetInfo{"Shift_JIS", "SHIFT_JIS", MultiByte, " sjis shift-jis ms_kanji x-sjis csshiftjis "},
    CharsetInfo{"windows-31j", "CP932", MultiByte, " ms932 windows-932 cswindows31j "},
    CharsetInfo{"EUC-JP", "EUC-JP", MultiByte,
                " euc_jp eucjis eucjp extended_unix_code_packed_format_for_japanese cseucpkdfmtjapanese x-euc-jp x-eucjp "},
    CharsetInfo{"EUC-KR", "EUC-KR", MultiByte, " ksc5601 euckr ks_c_5601-1987 ksc5601-1987 ksc5601_1987 ksc_5601 cseuckr 5601 euc_kr "},
    CharsetInfo{"GB2312", "EUC-CN", MultiByte, " euc_cn euccn euc-cn gb2312-80 gb2312-1980 x-euc-cn "},
    CharsetInfo{"GBK", "GBK", MultiByte, " cp936 windows-936 "},
    CharsetInfo{"GB18030", "GB18030", MultiByte, " gb18030-2000 gb18030-2022 "},
    CharsetInfo{"Big5", "BIG5", MultiByte, " csbig5 "},
    CharsetInfo{"UTF-16", "UTF-16", TwoByteUnits, " utf_16 utf16 unicode unicodebig "},
    CharsetInfo{"UTF-16BE", "UTF-16BE", TwoByteUnits, " utf_16be iso-10646-ucs-2 x-utf-16be unicodebigunmarked "},
    CharsetInfo{"UTF-16LE", "UTF-16LE", TwoByteUnits, " utf_16le x-utf-16le unicodelittleunmarked "},
    CharsetInfo{"UTF-32", "UTF-32", FourByteUnits, " utf_32 utf32 iso-10646-ucs-4 "},
    CharsetInfo{"UTF-32BE", "UTF-32BE", FourByteUnits, " utf_32be x-utf-32be "},
    CharsetInfo{"UTF-32LE", "UTF-32LE", FourByteUnits, " utf_32le x-utf-32le "},
};

constexpr std::size_t kLongestName = 64;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// Letters and digits only, so that "utf_8" is near "UTF-8".
std::string bare(std::string_view text) {
  std::string result;
  for (const char c : lower(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) result.push_back(c);
  return result;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

const CharsetInfo* find_charset(std::string_view java_name) noexcept {
  if (java_name.empty() || java_name.size() > kLongestName || java_name.find(' ') != std::string_view::npos) return nullptr;
  const std::string name = lower(java_name);
  const std::string word = ' ' + name + ' ';
  for (const CharsetInfo& charset : kCharsets)
    if (lower(charset.java_name) == name || charset.aliases.find(word) != std::string_view::npos) return &charset;
  return nullptr;
}

std::string near_charsets(std::string_view name) {
  const std::string wanted = bare(name.substr(0, kLongestName));
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const CharsetInfo& charset : kCharsets) {
    const std::size_t distance = edit_distance(wanted, bare(charset.java_name));
    if (distance <= 2) ranked.emplace_back(distance, charset.java_name);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string result;
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i) result.append(i == 0 ? "" : ", ").append(ranked[i].second);
  return result;
}

}  // namespace flume
