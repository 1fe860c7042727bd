#include "components/sources/exec/line_splitter.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flume {

const char* find_line_end(const char* from, const char* end) noexcept {
#if defined(__SSE2__)
  const __m128i newline = _mm_set1_epi8('\n');
  const __m128i carriage_return = _mm_set1_epi8('\r');
  const auto ends_in = [&](const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return _mm_or_si128(_mm_cmpeq_epi8(bytes, newline), _mm_cmpeq_epi8(bytes, carriage_return));
  };
  for (; end - from >= 64; from += 64) {
    const __m128i a = ends_in(from);
    const __m128i b = ends_in(from + 16);
    const __m128i c = ends_in(from + 32);
    const __m128i d = ends_in(from + 48);
    if (_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0) continue;
    const auto mask = [](__m128i part) { return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(part))); };
    return from + std::countr_zero(mask(a) | mask(b) << 16 | mask(c) << 32 | mask(d) << 48);
  }
  for (; end - from >= 16; from += 16) {
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(ends_in(from)));
    if (mask != 0) return from + std::countr_zero(mask);
  }
#endif
  return std::find_if(from, end, [](char c) { return c == '\n' || c == '\r'; });
}

LineSplitter::LineSplitter(std::size_t block, std::size_t longest)
    : block_(block), longest_(longest), capacity_(2 * block), buffer_(new char[capacity_]) {}

std::span<char> LineSplitter::room() {
  const std::size_t kept = end_ - begin_;
  const std::size_t needed = kept + block_;
  if (needed > capacity_ || (capacity_ > 2 * block_ && needed <= block_ + block_ / 2)) {
    // Doubling, so that a long line is copied a few times only; back to the usual size when it is gone.
    capacity_ = needed <= 2 * block_ ? 2 * block_ : 2 * needed;
    std::unique_ptr<char[]> larger(new char[capacity_]);
    std::memcpy(larger.get(), buffer_.get() + begin_, kept);
    buffer_ = std::move(larger);
  } else if (begin_ != 0 && (kept == 0 || end_ + block_ > capacity_)) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
  } else {
    return {buffer_.get() + end_, capacity_ - end_};
  }
  scanned_ -= begin_;
  begin_ = 0;
  end_ = kept;
  return {buffer_.get() + end_, capacity_ - end_};
}

std::optional<LineSplitter::Line> LineSplitter::next() {
  if (skips_newline_ && begin_ != end_) {
    skips_newline_ = false;
    if (buffer_[begin_] == '\n') ++begin_;
    scanned_ = begin_;
  }
  const char* const line_end = find_line_end(buffer_.get() + scanned_, buffer_.get() + end_);
  const auto at = static_cast<std::size_t>(line_end - buffer_.get());
  const std::size_t length = at - begin_;
  if (length > longest_) {
    const std::size_t piece = piece_length();
    const Line line{{buffer_.get() + begin_, piece}, true};
    begin_ += piece;
    scanned_ = begin_;
    return line;
  }
  scanned_ = at;
  if (at == end_) return std::nullopt;
  const Line line{{buffer_.get() + begin_, length}};
  skips_newline_ = *line_end == '\r';
  begin_ = scanned_ = at + 1;
  return line;
}

std::optional<LineSplitter::Line> LineSplitter::rest() {
  skips_newline_ = false;
  if (begin_ == end_) return std::nullopt;
  const Line line{{buffer_.get() + begin_, end_ - begin_}};
  begin_ = scanned_ = end_;
  return line;
}

std::size_t LineSplitter::piece_length() const noexcept {
  const auto goes_on = [this](std::size_t length) { return (static_cast<unsigned char>(buffer_[begin_ + length]) & 0xC0U) == 0x80U; };
  std::size_t length = longest_;
  for (int back = 0; back < 3 && length > 1 && goes_on(length); ++back) --length;
  // Not the text of a character cut in two, but bytes of another kind: no better place than any.
  return goes_on(length) ? longest_ : length;
}

}  // namespace flume
