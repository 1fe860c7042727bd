#include "codec/crc32c.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace flume::codec {
namespace {

/// kTables[0] takes one byte; kTables[n] takes a byte that n more bytes follow: eight bytes are looked up at once.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables(std::uint32_t polynomial) {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0U);
    tables[0][i] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[n - 1][i];
      tables[n][i] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kCastagnoli = make_tables(0x82F63B78U);
constexpr Tables kZlib = make_tables(0xEDB88320U);

std::uint32_t update_by_table(const Tables& tables, std::uint32_t crc, const char* at, std::size_t size) noexcept {
  const auto byte = [&](std::size_t index) { return static_cast<std::uint32_t>(static_cast<unsigned char>(at[index])); };
  for (; size >= 8; at += 8, size -= 8) {
    const std::uint32_t low = crc ^ (byte(0) | (byte(1) << 8U) | (byte(2) << 16U) | (byte(3) << 24U));
    crc = tables[7][low & 0xFFU] ^ tables[6][(low >> 8U) & 0xFFU] ^ tables[5][(low >> 16U) & 0xFFU] ^ tables[4][low >> 24U] ^
          tables[3][byte(4)] ^ tables[2][byte(5)] ^ tables[1][byte(6)] ^ tables[0][byte(7)];
  }
  for (; size != 0; ++at, --size) crc = (crc >> 8U) ^ tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xFFU];
  return crc;
}

void store(std::uint32_t crc, std::byte* into) noexcept {
  for (unsigned shift = 32; shift != 0; shift -= 8) *into++ = static_cast<std::byte>(crc >> (shift - 8));
}

void chunks_by_table(const Tables& tables, std::string_view data, std::size_t chunk, std::byte* into) noexcept {
  for (std::size_t at = 0; at < data.size(); at += chunk, into += 4) {
    store(~update_by_table(tables, ~0U, data.data() + at, std::min(chunk, data.size() - at)), into);
  }
}

#if defined(__x86_64__)

#define FLUME_SSE42 __attribute__((target("sse4.2")))

/// What becomes of a checksum when 2^`doublings` zero bytes follow: one table for each of its four bytes, as it is linear.
class Zeros {
 public:
  explicit constexpr Zeros(int doublings) {
    std::array<std::uint32_t, 32> of_bit{};
    for (unsigned bit = 0; bit < 32; ++bit) of_bit[bit] = (1U << bit >> 8U) ^ kCastagnoli[0][(1U << bit) & 0xFFU];
    for (; doublings > 0; --doublings) {
      std::array<std::uint32_t, 32> twice{};
      for (unsigned bit = 0; bit < 32; ++bit) {
        for (unsigned other = 0; other < 32; ++other) twice[bit] ^= (of_bit[bit] >> other & 1U) != 0 ? of_bit[other] : 0U;
      }
      of_bit = twice;
    }
    for (unsigned byte = 0; byte < 4; ++byte) {
      for (unsigned value = 0; value < 256; ++value) {
        for (unsigned bit = 0; bit < 8; ++bit) tables_[byte][value] ^= (value >> bit & 1U) != 0 ? of_bit[8 * byte + bit] : 0U;
      }
    }
  }
  [[nodiscard]] std::uint64_t after(std::uint64_t crc) const noexcept {
    return tables_[0][crc & 0xFFU] ^ tables_[1][crc >> 8U & 0xFFU] ^ tables_[2][crc >> 16U & 0xFFU] ^ tables_[3][crc >> 24U & 0xFFU];
  }

 private:
  std::array<std::array<std::uint32_t, 256>, 4> tables_{};
};

constexpr int kLongLane = 12;  // doublings of a byte
constexpr int kShortLane = 8;
constexpr Zeros kAfterLongLane(kLongLane);
constexpr Zeros kAfterShortLane(kShortLane);

/// The instruction's result takes three cycles, and one can begin in each: three lanes of the same bytes, put together at the end.
template <int Doublings>
FLUME_SSE42 std::uint64_t update_three_lanes(std::uint64_t crc, const Zeros& after_lane, const char*& at, std::size_t& size) noexcept {
  constexpr std::size_t kLane = std::size_t{1} << Doublings;
  for (; size >= 3 * kLane; at += 3 * kLane, size -= 3 * kLane) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLane; i += 8) {
      std::array<std::uint64_t, 3> words{};
      std::memcpy(words.data(), at + i, 8);
      std::memcpy(&words[1], at + kLane + i, 8);
      std::memcpy(&words[2], at + 2 * kLane + i, 8);
      crc = __builtin_ia32_crc32di(crc, words[0]);
      second = __builtin_ia32_crc32di(second, words[1]);
      third = __builtin_ia32_crc32di(third, words[2]);
    }
    crc = after_lane.after(after_lane.after(crc) ^ second) ^ third;
  }
  return crc;
}

FLUME_SSE42 std::uint32_t update_by_instruction(std::uint32_t crc, const char* at, std::size_t size) noexcept {
  std::uint64_t wide = crc;
  wide = update_three_lanes<kLongLane>(wide, kAfterLongLane, at, size);
  wide = update_three_lanes<kShortLane>(wide, kAfterShortLane, at, size);
  for (; size >= 8; at += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; size != 0; ++at, --size) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
  return narrow;
}

// Three chunks side by side, as above.
FLUME_SSE42 void chunks_by_instruction(std::string_view data, std::size_t chunk, std::byte* into) noexcept {
  const char* at = data.data();
  std::size_t left = data.size();
  if (chunk % 8 == 0) {
    for (; left >= 3 * chunk; at += 3 * chunk, left -= 3 * chunk, into += 12) {
      std::uint64_t a = 0xFFFFFFFFU;
      std::uint64_t b = 0xFFFFFFFFU;
      std::uint64_t c = 0xFFFFFFFFU;
      for (std::size_t i = 0; i < chunk; i += 8) {
        std::array<std::uint64_t, 3> words{};
        std::memcpy(words.data(), at + i, 8);
        std::memcpy(&words[1], at + chunk + i, 8);
        std::memcpy(&words[2], at + 2 * chunk + i, 8);
        a = __builtin_ia32_crc32di(a, words[0]);
        b = __builtin_ia32_crc32di(b, words[1]);
        c = __builtin_ia32_crc32di(c, words[2]);
      }
      store(~static_cast<std::uint32_t>(a), into);
      store(~static_cast<std::uint32_t>(b), into + 4);
      store(~static_cast<std::uint32_t>(c), into + 8);
    }
  }
  for (; left != 0; into += 4) {
    const std::size_t size = std::min(chunk, left);
    store(~update_by_instruction(~0U, at, size), into);
    at += size;
    left -= size;
  }
}

bool has_instruction() noexcept {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}

#else

std::uint32_t update_by_instruction(std::uint32_t crc, const char* at, std::size_t size) noexcept {
  return update_by_table(kCastagnoli, crc, at, size);
}
void chunks_by_instruction(std::string_view data, std::size_t chunk, std::byte* into) noexcept {
  chunks_by_table(kCastagnoli, data, chunk, into);
}
bool has_instruction() noexcept { return false; }

#endif

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept {
  return has_instruction() ? ~update_by_instruction(~crc, bytes.data(), bytes.size()) : crc32c_by_table(crc, bytes);
}

std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) noexcept {
  return ~update_by_table(kZlib, ~crc, bytes.data(), bytes.size());
}

std::uint32_t crc32c_by_table(std::uint32_t crc, std::string_view bytes) noexcept {
  return ~update_by_table(kCastagnoli, ~crc, bytes.data(), bytes.size());
}

void crc32c_of_chunks(std::string_view data, std::size_t chunk, std::span<std::byte> into) noexcept {
  assert(chunk > 0 && into.size() >= (data.size() + chunk - 1) / chunk * 4);
  if (has_instruction()) {
    chunks_by_instruction(data, chunk, into.data());
  } else {
    chunks_by_table(kCastagnoli, data, chunk, into.data());
  }
}

void crc32_of_chunks(std::string_view data, std::size_t chunk, std::span<std::byte> into) noexcept {
  assert(chunk > 0 && into.size() >= (data.size() + chunk - 1) / chunk * 4);
  chunks_by_table(kZlib, data, chunk, into.data());
}

}  // namespace flume::codec
