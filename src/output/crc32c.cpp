#include "output/crc32c.h"

#include <array>
#include <cstring>

namespace flume::output {
namespace {

#if defined(__SSE4_2__)

std::uint32_t update(std::uint32_t crc, const char* at, std::size_t size) noexcept {
  std::uint64_t wide = crc;
  for (; size >= 8; at += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; size != 0; ++at, --size) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
  return narrow;
}

#else

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t update(std::uint32_t crc, const char* at, std::size_t size) noexcept {
  for (; size != 0; ++at, --size) crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<unsigned char>(*at)) & 0xFFU];
  return crc;
}

#endif

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept { return ~update(~crc, bytes.data(), bytes.size()); }

}  // namespace flume::output
