// The bytes of a syslog connection, cut into messages: lines, and messages that tell their length (RFC 6587, 3.4.1 and 3.4.2).
//
// The caller owns the bytes: it receives behind the unfinished tail that it kept, and gives both together. Messages are views into
// what was given; nothing is copied, and no more than longest_tail() bytes are ever asked to be kept. One framer per connection;
// one thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "flume/options.h"

namespace flume::syslog {

/// How messages are told apart. Auto: each by itself, counted or a line; Newline: lines only, as in Apache Flume.
enum class Framing : std::uint8_t { Auto, Newline };

inline std::span<const EnumName<Framing>> enum_names(Framing) {
  static constexpr std::array kNames{EnumName<Framing>{"auto", Framing::Auto}, EnumName<Framing>{"newline", Framing::Newline}};
  return kNames;
}

struct Frame {
  std::string_view text;  ///< without the newline or the count
  /// The message is longer than eventSize, or the connection ended in it: this is its beginning or a further piece, and not its end.
  bool is_cut = false;
};

/// What begins with `MSG-LEN SP <PRI>` is a counted message: MSG-LEN has 1 to 7 digits and no leading 0, one blank follows, and `<`, one
/// to three digits and `>` lie within it. All else is a line, also one that begins with a number: a line of the above form would not
/// be a syslog message in Apache Flume (it has to begin with `<`). The rest of a line that was cut is never taken for a count.
class Framer {
 public:
  /// Of a shorter `eventSize` this is used, as Flume's parser does when it is made.
  static constexpr std::size_t kLeastLongest = 10;
  /// Longest message that may tell its length; one digit more and it is a line.
  static constexpr std::size_t kMostCountDigits = 7;

  /// A message of `longest` bytes or more is given in pieces of that size, all but the last one cut. As in Flume, this holds for a line
  /// of exactly `longest` bytes, too, after which nothing remains; a counted one of that length is whole.
  Framer(std::size_t longest, Framing framing) noexcept;

  /// The next message, taken off the front of `data`; none: what is left of `data` is the tail that must stand in front of the bytes
  /// of the next call. Blank lines are passed over; one newline at the end of a counted message is not part of it.
  std::optional<Frame> next(std::string_view& data) noexcept;

  /// The end of the connection: what stands in the tail, unless that is nothing. The framer then begins anew.
  std::optional<Frame> finish(std::string_view& tail) noexcept;

  /// The tail is never longer than this.
  [[nodiscard]] std::size_t longest_tail() const noexcept;

 private:
  std::optional<Frame> next_counted(std::string_view& data) noexcept;
  Frame take_line(std::string_view& data, std::size_t size, std::size_t end) noexcept;

  std::size_t longest_;
  Framing framing_;
  std::size_t scanned_ = 0;       // bytes at the front of the tail that hold no newline
  std::size_t counted_left_ = 0;  // of a counted message, bytes that are still to be given
  bool is_rest_ = false;          // what comes next belongs to a line that was cut
};

}  // namespace flume::syslog
