#include "components/sources/exec/line_charset.h"

#include <algorithm>
#include <utility>

#include "text/utf8.h"

namespace flume {

LineCharset::LineCharset(std::optional<Conversion> conversion, std::size_t block, std::size_t longest_line)
    : conversion_(std::move(conversion)), splitter_(block, longest_line) {
  if (conversion_) conversion_->received.resize(block);
}

Result<LineCharset> LineCharset::open(std::string_view java_name, std::size_t block, std::size_t longest_line) {
  auto decoder = CharsetDecoder::open(java_name);
  if (!decoder) return std::move(decoder).status();
  if (decoder->is_utf8()) return LineCharset(std::nullopt, block, longest_line);
  auto encoder = CharsetEncoder::open(java_name);
  if (!encoder) return std::move(encoder).status();
  return LineCharset(Conversion{*std::move(decoder), *std::move(encoder), {}, {}}, block, longest_line);
}

std::span<char> LineCharset::room() {
  if (conversion_) return conversion_->received;
  return splitter_.room();
}

void LineCharset::filled(std::size_t bytes) {
  if (!conversion_) return splitter_.filled(bytes);
  conversion_->decoder.decode(std::string_view(conversion_->received).substr(0, bytes), conversion_->decoded);
  split_decoded();
}

std::optional<LineCharset::Body> LineCharset::rest() {
  if (conversion_) {
    conversion_->decoder.finish(conversion_->decoded);
    split_decoded();
    if (auto line = next()) return line;
  }
  return body_of(splitter_.rest());
}

void LineCharset::split_decoded() {
  const std::string& decoded = conversion_->decoded;
  std::size_t given = 0;
  while (given < decoded.size()) {
    const std::span<char> room = splitter_.room();
    const std::size_t part = std::min(room.size(), decoded.size() - given);
    std::copy_n(decoded.data() + given, part, room.data());
    splitter_.filled(part);
    given += part;
  }
  conversion_->decoded.clear();
}

std::optional<LineCharset::Body> LineCharset::body_of(std::optional<LineSplitter::Line> line) {
  if (!line) return std::nullopt;
  body_.clear();
  if (conversion_) {
    conversion_->encoder.encode(line->text, body_);
    return Body{body_, line->is_cut};
  }
  if (is_valid_utf8(line->text)) return Body{line->text, line->is_cut};
  append_valid_utf8(line->text, Utf8End::Replace, body_);
  return Body{body_, line->is_cut};
}

}  // namespace flume
