// Texts of fixed length in which some places are digits and the others given, "dddd-dd-ddTdd:dd:dd", compared eight at a time.
// Constants; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace flume::syslog {

/// Of Size characters, at least 8.
template <std::size_t Size>
class DigitForm {
 public:
  static_assert(Size >= 8 && std::endian::native == std::endian::little);

  /// `d` is a digit, all else itself.
  explicit consteval DigitForm(const char (&form)[Size + 1]) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::size_t byte = 0; byte < 8; ++byte) {
        const char c = form[start_of(i) + byte];
        const std::size_t shift = 8 * byte;
        if (c == 'd') {
          words_[i].digits |= std::uint64_t{0xF0} << shift;
        } else {
          words_[i].text |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << shift;
          words_[i].fixed |= std::uint64_t{0xFF} << shift;
        }
      }
    }
  }

  /// Whether `text`, of at least Size characters, begins so.
  [[nodiscard]] bool matches(const char* text) const noexcept {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, text + start_of(i), sizeof word);
      // A digit less '0' is below 10, and stays below 16 with 6 added. What carries from one byte into the next is no digit, and
      // wrong by itself, as no fixed character is above 127.
      const std::uint64_t value = word ^ 0x3030303030303030U;
      wrong |= ((value | (value + 0x0606060606060606U)) & words_[i].digits) | ((word ^ words_[i].text) & words_[i].fixed);
    }
    return wrong == 0;
  }

 private:
  struct Word {
    std::uint64_t text = 0;
    std::uint64_t fixed = 0;   // all bits of characters that are given
    std::uint64_t digits = 0;  // the high bits of digits
  };
  /// The last word overlaps the one before it.
  static constexpr std::size_t start_of(std::size_t word) { return word * 8 + 8 <= Size ? word * 8 : Size - 8; }
  std::array<Word, (Size + 7) / 8> words_{};
};

template <std::size_t N>
DigitForm(const char (&)[N]) -> DigitForm<N - 1>;

}  // namespace flume::syslog
