// The first two bytes choose charset, step and longest line; the rest is what a command prints. However it arrives
// the bodies are the same, and with UTF-8 that is valid nothing but line ends is missing.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "components/sources/exec/line_charset.h"
#include "text/utf8.h"

namespace {

constexpr std::string_view kCharsets[] = {"UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16LE", "Shift_JIS", "UTF-32", "windows-1253"};

std::vector<std::string> bodies_of(std::string_view charset, std::string_view bytes, std::size_t step, std::size_t longest) {
  auto lines = flume::LineCharset::open(charset, 32, longest);
  if (!lines) std::abort();
  std::vector<std::string> bodies;
  while (!bytes.empty()) {
    const std::span<char> room = lines->room();
    const std::size_t part = std::min({room.size(), bytes.size(), step});
    std::copy_n(bytes.data(), part, room.data());
    lines->filled(part);
    bytes.remove_prefix(part);
    while (const auto body = lines->next()) bodies.emplace_back(body->bytes);
  }
  while (const auto body = lines->rest()) bodies.emplace_back(body->bytes);
  return bodies;
}

std::string without_line_ends(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept), [](char c) { return c != '\n' && c != '\r'; });
  return kept;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view charset = kCharsets[data[0] % std::size(kCharsets)];
  const std::size_t step = 1 + data[0] / std::size(kCharsets);
  const std::size_t longest = data[1] == 0 ? 1024 * 1024 : data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto bodies = bodies_of(charset, bytes, step, longest);
  if (bodies != bodies_of(charset, bytes, bytes.size() + 1, longest)) std::abort();
  if (charset == "UTF-8" && flume::is_valid_utf8(bytes) && longest >= 4) {
    std::string joined;
    for (const std::string& body : bodies) joined += body;
    if (joined != without_line_ends(bytes)) std::abort();
  }
  return 0;
}
