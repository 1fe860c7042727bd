#include "text/utf8.h"

#include <cstdint>
#include <cstring>

namespace flume {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

/// One sequence at the head of a text that begins with a non-ASCII byte.
struct Sequence {
  std::size_t length;
  enum { Valid, Malformed, CutOff } state;
};

Sequence sequence_at(const unsigned char* bytes, std::size_t size) {
  const unsigned char lead = bytes[0];
  std::size_t length = 0;
  unsigned char lowest = 0x80;
  unsigned char highest = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) lowest = 0xA0;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) lowest = 0x90;
    if (lead == 0xF4) highest = 0x8F;
  } else {
    return {1, Sequence::Malformed};
  }
  for (std::size_t at = 1; at < length; ++at) {
    if (at == size) return {size, Sequence::CutOff};
    if (at == 1 ? bytes[1] < lowest || bytes[1] > highest : !is_continuation(bytes[at])) return {at, Sequence::Malformed};
  }
  // A surrogate is complete in its form, and replaced as a whole.
  if (lead == 0xED && bytes[1] >= 0xA0) return {3, Sequence::Malformed};
  return {length, Sequence::Valid};
}

}  // namespace

std::size_t ascii_prefix(std::string_view text) noexcept {
  const char* bytes = text.data();
  std::size_t at = 0;
  for (; at + 32 <= text.size(); at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, bytes + at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & kHighBits) != 0) break;
  }
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<signed char>(bytes[at]) >= 0) ++at;
  return at;
}

bool is_valid_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_prefix(text));
    // Runs of non-ASCII text stay in this inner loop.
    while (!text.empty() && static_cast<signed char>(text[0]) < 0) {
      const Sequence sequence = sequence_at(reinterpret_cast<const unsigned char*>(text.data()), text.size());
      if (sequence.state != Sequence::Valid) return false;
      text.remove_prefix(sequence.length);
    }
    if (text.empty()) return true;
  }
}

std::size_t append_valid_utf8(std::string_view text, Utf8End end, std::string& out) {
  std::size_t copied = 0;  // text before this is in `out`
  std::size_t at = 0;
  for (;;) {
    at += ascii_prefix(text.substr(at));
    while (at < text.size() && static_cast<signed char>(text[at]) < 0) {
      const Sequence sequence = sequence_at(reinterpret_cast<const unsigned char*>(text.data() + at), text.size() - at);
      if (sequence.state != Sequence::Valid) {
        out.append(text, copied, at - copied);
        copied = at;
        if (sequence.state == Sequence::CutOff && end == Utf8End::Keep) return at;
        out.append(kReplacement);
        copied = at + sequence.length;
      }
      at += sequence.length;
    }
    if (at == text.size()) break;
  }
  out.append(text, copied, at - copied);
  return at;
}

void append_code_point(char32_t code_point, std::string& out) {
  const auto value = static_cast<std::uint32_t>(code_point);
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | value >> 6);
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | value >> 12);
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | value >> 18);
    put(0x80 | (value >> 12 & 0x3F));
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

}  // namespace flume
