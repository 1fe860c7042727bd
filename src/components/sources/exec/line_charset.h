// From the bytes of a stream to event bodies, as Flume's exec source makes them: decoded in a charset, split into lines,
// and each line encoded in the same charset again, so that what is malformed is replaced and all else stays
// as it was. Owns the splitter; one thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "components/sources/exec/line_splitter.h"
#include "flume/result.h"
#include "text/charset.h"
#include "text/charset_encoder.h"

namespace flume {

class LineCharset {
 public:
  struct Body {
    std::string_view bytes;  ///< valid until the next call
    bool is_cut = false;     ///< the line goes on in the next body
  };

  /// InvalidConfig: a charset that Java does not know, or this system cannot convert.
  static Result<LineCharset> open(std::string_view java_name, std::size_t block, std::size_t longest_line);

  /// Where the next bytes of the stream go. Precondition: next() has answered nothing.
  [[nodiscard]] std::span<char> room();
  void filled(std::size_t bytes);
  /// The next line's body; nothing when its end has not come yet.
  [[nodiscard]] std::optional<Body> next() { return body_of(splitter_.next()); }
  /// The stream has ended. To be called until it answers nothing; the next stream may follow.
  [[nodiscard]] std::optional<Body> rest();

 private:
  /// Of charsets that are not passed through: both ways, and what the decoder gave.
  struct Conversion {
    CharsetDecoder decoder;
    CharsetEncoder encoder;
    std::string received;
    std::string decoded;
  };
  LineCharset(std::optional<Conversion> conversion, std::size_t block, std::size_t longest_line);

  std::optional<Body> body_of(std::optional<LineSplitter::Line> line);
  void split_decoded();

  std::optional<Conversion> conversion_;  // none: UTF-8
  LineSplitter splitter_;
  std::string body_;
};

}  // namespace flume
