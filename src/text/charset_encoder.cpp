#include "text/charset_encoder.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iconv.h>
#include <utility>
#include <vector>

#include "text/charset.h"
#include "text/charset_names.h"
#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The first character of valid UTF-8.
std::string_view first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  return text.substr(0, lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
}

/// Some characters of valid UTF-8. iconv works ahead, and does it again after each unknown character: little at a time.
std::string_view first_part(std::string_view text) {
  std::size_t end = std::min<std::size_t>(text.size(), 256);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return text.substr(0, end);
}

}  // namespace

class CharsetEncoder::Codes {
 public:
  virtual ~Codes() = default;
  virtual void encode(std::string_view text, std::string& out) = 0;
};

class CharsetEncoder::SameCodes final : public Codes {
 public:
  void encode(std::string_view text, std::string& out) override { out.append(text); }
};

/// A charset of one byte per character: the decoder's table, read backwards.
class CharsetEncoder::ByteCodes final : public Codes {
 public:
  explicit ByteCodes(CharsetDecoder& decoder) {
    for (int value = 0; value < 256; ++value) {
      const char byte = static_cast<char>(value);
      std::string text;
      decoder.decode({&byte, 1}, text);
      decoder.finish(text);
      if (text != kReplacement) codes_.emplace_back(std::move(text), byte);
    }
    // Of two bytes with one meaning the lower is used.
    std::stable_sort(codes_.begin(), codes_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (int value = 0; value < 128; ++value) {
      const char byte = static_cast<char>(value);
      if (find({&byte, 1}) != byte) ascii_is_itself_ = false;
    }
  }

  void encode(std::string_view text, std::string& out) override {
    while (!text.empty()) {
      if (ascii_is_itself_) {
        const std::size_t plain = ascii_prefix(text);
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) return;
      }
      const std::string_view character = first_character(text);
      out.push_back(find(character));
      text.remove_prefix(character.size());
    }
  }

 private:
  [[nodiscard]] char find(std::string_view character) const {
    const auto place = std::lower_bound(codes_.begin(), codes_.end(), character,
                                        [](const auto& entry, std::string_view key) { return entry.first < key; });
    return place != codes_.end() && place->first == character ? place->second : '?';
  }

  std::vector<std::pair<std::string, char>> codes_;  // sorted by character
  bool ascii_is_itself_ = true;
};

class CharsetEncoder::IconvCodes final : public Codes {
 public:
  explicit IconvCodes(const CharsetInfo& charset)
      // Java writes big-endian where the name leaves it open, with a mark in UTF-16 only.
      : mark_(charset.iconv_name == "UTF-16" ? std::string_view("\xFE\xFF") : std::string_view()),
        handle_(iconv_open(
            (std::string(charset.iconv_name) + (charset.iconv_name == "UTF-16" || charset.iconv_name == "UTF-32" ? "BE" : "")).c_str(),
            "UTF-8")) {}
  IconvCodes(const IconvCodes&) = delete;
  IconvCodes& operator=(const IconvCodes&) = delete;
  ~IconvCodes() override {
    if (is_open()) iconv_close(handle_);
  }
  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  void encode(std::string_view text, std::string& out) override {
    if (text.empty()) return;
    out.append(mark_);
    while (!text.empty()) {
      std::string_view part = first_part(text);
      text.remove_prefix(part.size());
      for (convert(part, out); !part.empty(); convert(part, out)) {
        part.remove_prefix(first_character(part).size());
        std::string_view unknown = "?";
        convert(unknown, out);
      }
    }
  }

 private:
  /// Appends what converts and removes it from `text`: all, or what stands before an unknown character.
  void convert(std::string_view& text, std::string& out) {
    for (;;) {
      char buffer[4096];
      char* to = buffer;
      std::size_t room = sizeof buffer;
      char* from = const_cast<char*>(text.data());  // iconv does not write here
      std::size_t left = text.size();
      const std::size_t result = iconv(handle_, &from, &left, &to, &room);
      const int error = errno;
      out.append(buffer, sizeof buffer - room);
      text.remove_prefix(text.size() - left);
      if (result != static_cast<std::size_t>(-1) || error != E2BIG) return;
    }
  }

  std::string_view mark_;
  iconv_t handle_;
};

CharsetEncoder::CharsetEncoder(std::unique_ptr<Codes> codes) : codes_(std::move(codes)) {}
CharsetEncoder::CharsetEncoder(CharsetEncoder&&) noexcept = default;
CharsetEncoder& CharsetEncoder::operator=(CharsetEncoder&&) noexcept = default;
CharsetEncoder::~CharsetEncoder() = default;

Result<CharsetEncoder> CharsetEncoder::open(std::string_view java_name) {
  auto decoder = CharsetDecoder::open(java_name);  // says what is wrong with the name
  if (!decoder) return std::move(decoder).status();
  const CharsetInfo& charset = *find_charset(java_name);
  if (charset.family == CharsetFamily::Utf8) return CharsetEncoder(std::make_unique<SameCodes>());
  if (charset.family == CharsetFamily::OneByte) return CharsetEncoder(std::make_unique<ByteCodes>(*decoder));
  auto codes = std::make_unique<IconvCodes>(charset);
  if (!codes->is_open()) {
    return invalid_config("charset '" + std::string(charset.java_name) +
                          "' cannot be written on this system: its iconv tables are missing");
  }
  return CharsetEncoder(std::move(codes));
}

void CharsetEncoder::encode(std::string_view text, std::string& out) { codes_->encode(text, out); }

}  // namespace flume
