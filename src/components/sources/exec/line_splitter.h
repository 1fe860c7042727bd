// Cuts a stream of bytes into lines as Java's BufferedReader does: \n, \r and \r\n each end a line; what follows the
// last line end counts as a line when the stream ends. A line longer than allowed is given in pieces, so memory
// stays bounded. Bytes are received straight into the splitter's buffer. One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace flume {

class LineSplitter {
 public:
  struct Line {
    std::string_view text;  ///< without its line end; valid until room()
    bool is_cut = false;    ///< a piece: the line goes on in the next one
  };

  /// `block`: least room to receive into. `longest` > 0: bytes of a line or piece.
  LineSplitter(std::size_t block, std::size_t longest);

  /// Where the next bytes go, at least a block. What was not given yet stays.
  [[nodiscard]] std::span<char> room();
  /// That many bytes were put at the head of room().
  void filled(std::size_t bytes) noexcept { end_ += bytes; }
  /// The next line; nothing when its end has not come yet.
  [[nodiscard]] std::optional<Line> next();
  /// The stream has ended: what is left, if anything; another stream may begin. Precondition: next() has answered nothing.
  [[nodiscard]] std::optional<Line> rest();

  /// Bytes of memory now held: for tests.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  /// The length of the piece to cut off: not within a UTF-8 character.
  [[nodiscard]] std::size_t piece_length() const noexcept;

  const std::size_t block_;
  const std::size_t longest_;
  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;    // first byte that was not given yet
  std::size_t scanned_ = 0;  // no line end in [begin_, scanned_)
  std::size_t end_ = 0;
  bool skips_newline_ = false;  // the last line ended in \r: a \n right behind it belongs to it
};

/// The first \n or \r in [from, end), or `end`.
[[nodiscard]] const char* find_line_end(const char* from, const char* end) noexcept;

}  // namespace flume
