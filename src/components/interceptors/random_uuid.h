// Random UUIDs (RFC 4122, version 4) from a generator that the operating system seeds.
// A value; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string_view>

namespace flume {

class RandomUuids {
 public:
  /// 128 bits of seed; ids of two objects repeat only if the seeds do.
  RandomUuids() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
    words_.seed(seed);
  }
  static constexpr std::size_t kLength = 36;

  /// Valid until the next call.
  std::string_view next() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::uint64_t high = (words_() & ~std::uint64_t{0xF000}) | 0x4000;
    const std::uint64_t low = (words_() & ~(std::uint64_t{3} << 62U)) | (std::uint64_t{2} << 62U);
    std::size_t at = 0;
    for (std::size_t i = 0; i < 32; ++i) {
      if (i == 8 || i == 12 || i == 16 || i == 20) text_[at++] = '-';
      const std::uint64_t word = i < 16 ? high : low;
      text_[at++] = kDigits[(word >> (60 - 4 * (i % 16))) & 0xFU];
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::mt19937_64 words_;
  std::array<char, kLength> text_{};
};

}  // namespace flume
