// line: an event for each line of a text file. The input is UTF-8: who opens a file of another charset decodes it, and decides there
// what becomes of bytes that are no text; here they go through as they are.
// Differs from Flume: a line of exactly maxLineLength characters is followed by no empty event, and no character is cut in two.
#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "flume/component.h"
#include "text/charset_encoder.h"
#include "text/utf8.h"

namespace flume {
namespace {

struct LineDeserializerOptions {
  std::string output_charset = "UTF-8";
  std::int64_t longest = 2048;
};

constexpr auto kLineDeserializerOptions =
    options(option<&LineDeserializerOptions::output_charset>("outputCharset", "Charset of the events' bodies."),
            option<&LineDeserializerOptions::longest>(
                "maxLineLength", "Characters of a line, as Java counts them, that one event takes; the rest is the next event.",
                {.minimum = 1, .maximum = std::numeric_limits<std::int32_t>::max()}));

Status check_line_deserializer(const LineDeserializerOptions& options) {
  const auto encoder = CharsetEncoder::open(options.output_charset);
  return encoder ? Status() : encoder.status().with_context("outputCharset");
}

constexpr std::size_t kStep = 64 * 1024;

/// Bytes of the character that begins with `first`, by that alone; 1 for what begins none.
std::size_t character_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0xc0) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// The first bytes of `text` that are no more than `most` characters, as Java counts them: those beyond U+FFFF are two. One
/// character at least.
std::size_t bytes_of_characters(std::string_view text, std::size_t most) {
  std::size_t bytes = 0;
  while (bytes < text.size() && most != 0) {
    const std::size_t size = character_size(text[bytes]);
    const std::size_t count = size == 4 ? 2 : 1;
    if (most < count && bytes != 0) break;
    most -= std::min(most, count);
    bytes += size;
  }
  return std::min(bytes, text.size());
}

class LineDeserializer final : public EventDeserializer {
 public:
  LineDeserializer(const LineDeserializerOptions& options, const Services& services)
      : longest_(static_cast<std::size_t>(options.longest)), log_(services.log) {
    auto encoder = CharsetEncoder::open(options.output_charset);
    if (encoder && options.output_charset != "UTF-8") encoder_.emplace(*std::move(encoder));
  }

  Status open(ByteInput& input, DeserializerPosition position) override {
    input_ = &input;
    input.seek(position.offset);
    has_cut_ = false;
    return {};
  }

  Result<std::uint32_t> read(BatchBuilder& builder, std::uint32_t most) override {
    std::uint32_t events = 0;
    for (; events < most; ++events) {
      const auto line = next_line();
      if (!line) {
        if (events != 0) break;  // told by the next call
        return line.status();
      }
      if (line->bytes == 0) break;
      if (const Status added = builder.body(body_of(line->text)); !added.ok()) {
        if (events != 0) break;
        return added;
      }
      input_->advance(line->bytes);
    }
    return events;
  }

  [[nodiscard]] DeserializerPosition position() const override { return {input_ == nullptr ? 0 : input_->position(), 0}; }

 private:
  struct Line {
    std::string_view text;
    std::size_t bytes;  ///< of the file, its end included; 0: there is none
  };

  /// Looks at more and more, until there is the end of a line, or as much as one event takes.
  Result<Line> next_line() {
    std::size_t searched = 0;
    for (std::size_t wanted = 1;; wanted = std::max(kStep, 2 * searched)) {
      const auto seen = input_->peek(wanted);
      if (!seen) return seen.status();
      const std::string_view text = *seen;
      if (text.empty()) return Line{{}, 0};
      const bool is_end = text.size() < wanted;
      const auto* newline = static_cast<const char*>(std::memchr(text.data() + searched, '\n', text.size() - searched));
      const std::size_t size = newline == nullptr ? text.size() : static_cast<std::size_t>(newline - text.data());
      searched = text.size();
      // No text has more characters than bytes.
      const std::size_t cut = size <= longest_ ? size : bytes_of_characters(text.substr(0, size), longest_);
      if (cut < size) return cut_line(text.substr(0, cut));
      if (newline != nullptr) return Line{text.substr(0, size), size + 1};
      if (is_end) return Line{text, size};
    }
  }

  Line cut_line(std::string_view text) {
    if (!has_cut_) log_.warn("a line is longer than maxLineLength: the rest of it is the next event", {{"maxLineLength", longest_}});
    has_cut_ = true;
    return {text, text.size()};
  }

  std::string_view body_of(std::string_view line) {
    if (!encoder_) return line;
    if (!is_valid_utf8(line)) {
      text_.clear();
      append_valid_utf8(line, Utf8End::Replace, text_);
      line = text_;
    }
    encoded_.clear();
    encoder_->encode(line, encoded_);
    return encoded_;
  }

  const std::size_t longest_;
  const Log log_;
  std::optional<CharsetEncoder> encoder_;  // none: bodies are UTF-8, too
  ByteInput* input_ = nullptr;
  std::string text_;
  std::string encoded_;
  bool has_cut_ = false;  // said once a file
};

}  // namespace

namespace components {
extern const ComponentInfo deserializer_line;
constinit const ComponentInfo deserializer_line = describe<LineDeserializer, kLineDeserializerOptions, check_line_deserializer>(
    "line", "An event for each line of a text file.", {"org.apache.flume.serialization.LineDeserializer$Builder"});
}  // namespace components
}  // namespace flume
