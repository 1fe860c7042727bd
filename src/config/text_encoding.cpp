#include "config/text_encoding.h"

#include <algorithm>
#include <utility>

#include "config/characters.h"

namespace flume::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Length of the well-formed sequence at the start of `bytes`, 0 = ill-formed (Unicode, table 3-7).
std::size_t sequence_length(std::string_view bytes) noexcept {
  const auto at = [bytes](std::size_t i) -> unsigned { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
  const auto within = [&at](std::size_t i, unsigned low, unsigned high) { return at(i) >= low && at(i) <= high; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

Result<DecodedText> decode_text(std::string bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return invalid_config("is UTF-16 text; save it as UTF-8");
  }
  if (const std::size_t nul = bytes.find('\0'); nul != std::string::npos) {
    const auto line = 1 + std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    return invalid_config("is not text: NUL byte at offset " + std::to_string(nul) + " (line " + std::to_string(line) +
                          "); a properties file is expected");
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  if (is_utf8(bytes)) return DecodedText{std::move(bytes), TextEncoding::Utf8};
  DecodedText decoded{{}, TextEncoding::Iso8859_1};
  decoded.utf8.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) append_utf8(decoded.utf8, static_cast<unsigned char>(c));
  return decoded;
}

}  // namespace flume::config
