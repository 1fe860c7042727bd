// Character sets by Java's names, decoded to UTF-8 as Java does with REPLACE: what is malformed or
// has no meaning becomes U+FFFD.
//
// A CharsetDecoder holds the state of one stream; one thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

class CharsetDecoder {
 public:
  /// A decoder for the charset `java_name` (any case, Java's aliases). InvalidConfig: unknown, with
  /// names that are near; or known, but not available on this system.
  static Result<CharsetDecoder> open(std::string_view java_name);

  CharsetDecoder(CharsetDecoder&&) noexcept;
  CharsetDecoder& operator=(CharsetDecoder&&) noexcept;
  ~CharsetDecoder();

  /// Appends the text of `bytes`; a sequence that they cut off waits for the next call.
  void decode(std::string_view bytes, std::string& out);
  /// End of the stream: what is incomplete becomes U+FFFD. The decoder then begins anew.
  void finish(std::string& out);

  /// Java's canonical name.
  [[nodiscard]] std::string_view charset() const noexcept;
  [[nodiscard]] bool is_utf8() const noexcept;

 private:
  class Stream;  // one per family of charsets
  class Utf8Stream;
  class ByteStream;
  class IconvStream;
  CharsetDecoder(std::string_view charset, std::unique_ptr<Stream> stream);

  std::string_view charset_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace flume
