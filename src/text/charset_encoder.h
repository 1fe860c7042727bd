// Text into the bytes of a character set by Java's names, as String.getBytes does: what the charset has no
// code for becomes its '?'.
//
// A CharsetEncoder belongs to one thread; every encode() stands for itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume {

class CharsetEncoder {
 public:
  /// InvalidConfig as CharsetDecoder::open.
  static Result<CharsetEncoder> open(std::string_view java_name);

  CharsetEncoder(CharsetEncoder&&) noexcept;
  CharsetEncoder& operator=(CharsetEncoder&&) noexcept;
  ~CharsetEncoder();

  /// Appends the bytes of `text`. Precondition: valid UTF-8.
  void encode(std::string_view text, std::string& out);

 private:
  class Codes;  // one per family of charsets
  class SameCodes;
  class ByteCodes;
  class IconvCodes;
  explicit CharsetEncoder(std::unique_ptr<Codes> codes);

  std::unique_ptr<Codes> codes_;
};

}  // namespace flume
