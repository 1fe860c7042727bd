#include "text/charset.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iconv.h>
#include <utility>

#include <fmt/format.h>

#include "text/charset_names.h"
#include "text/utf8.h"

namespace flume {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// An iconv conversion to UTF-8.
class Conversion {
 public:
  explicit Conversion(std::string_view from) : handle_(iconv_open("UTF-8", std::string(from).c_str())) {}
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;
  ~Conversion() {
    if (is_open()) iconv_close(handle_);
  }

  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  void reset() { iconv(handle_, nullptr, nullptr, nullptr, nullptr); }

  enum class Stop { AtEnd, Malformed, CutOff };
  /// Appends what converts and removes it from `bytes`; says why it stopped.
  Stop convert(std::string_view& bytes, std::string& out) {
    for (;;) {
      char buffer[4096];
      char* to = buffer;
      std::size_t room = sizeof buffer;
      char* from = const_cast<char*>(bytes.data());  // iconv does not write here
      std::size_t left = bytes.size();
      errno = 0;
      const std::size_t result = iconv(handle_, &from, &left, &to, &room);
      const int error = errno;
      out.append(buffer, sizeof buffer - room);
      bytes.remove_prefix(bytes.size() - left);
      if (result != static_cast<std::size_t>(-1)) return Stop::AtEnd;
      if (error == EILSEQ) return Stop::Malformed;
      if (error == EINVAL) return Stop::CutOff;
    }
  }

 private:
  iconv_t handle_;
};

}  // namespace

class CharsetDecoder::Stream {
 public:
  virtual ~Stream() = default;
  virtual void decode(std::string_view bytes, std::string& out) = 0;
  virtual void finish(std::string& out) = 0;
};

class CharsetDecoder::Utf8Stream final : public Stream {
 public:
  void decode(std::string_view bytes, std::string& out) override {
    // Complete the sequence that the last call cut off, byte by byte: at most three of them.
    while (!kept_.empty() && !bytes.empty()) {
      kept_.push_back(bytes.front());
      bytes.remove_prefix(1);
      kept_.erase(0, append_valid_utf8(kept_, Utf8End::Keep, out));
    }
    if (bytes.empty()) return;
    kept_ = bytes.substr(append_valid_utf8(bytes, Utf8End::Keep, out));
  }
  void finish(std::string& out) override {
    append_valid_utf8(kept_, Utf8End::Replace, out);
    kept_.clear();
  }

 private:
  std::string kept_;
};

class CharsetDecoder::ByteStream final : public Stream {
 public:
  explicit ByteStream(Conversion& conversion) {
    for (unsigned value = 0; value < texts_.size(); ++value) {
      const char byte = static_cast<char>(value);
      std::string_view rest(&byte, 1);
      std::string text;
      conversion.reset();
      const auto stop = conversion.convert(rest, text);
      conversion.convert(rest, text);
      Text& entry = texts_[value];
      // Some tables of iconv hold a letter back until they know that no accent follows.
      if (stop == Conversion::Stop::AtEnd && text.empty()) text = flushed(conversion, byte);
      if (stop != Conversion::Stop::AtEnd || text.empty() || text.size() > sizeof entry.bytes) text = kReplacement;
      entry.size = static_cast<std::uint8_t>(text.size());
      std::memcpy(entry.bytes, text.data(), text.size());
      if (value < 0x80 && (text.size() != 1 || text[0] != byte)) ascii_is_itself_ = false;
    }
  }

  void decode(std::string_view bytes, std::string& out) override {
    while (!bytes.empty()) {
      if (ascii_is_itself_) {
        const std::size_t plain = ascii_prefix(bytes);
        out.append(bytes.substr(0, plain));
        bytes.remove_prefix(plain);
      }
      while (!bytes.empty() && (!ascii_is_itself_ || static_cast<signed char>(bytes[0]) < 0)) {
        const Text& text = texts_[static_cast<unsigned char>(bytes[0])];
        out.append(text.bytes, text.size);
        bytes.remove_prefix(1);
      }
    }
  }
  void finish(std::string&) override {}

 private:
  struct Text {
    char bytes[7];
    std::uint8_t size;
  };

  static std::string flushed(Conversion& conversion, char byte) {
    // A blank behind it brings the letter out.
    const char pair[2] = {byte, ' '};
    std::string_view rest(pair, sizeof pair);
    std::string text;
    conversion.reset();
    if (conversion.convert(rest, text) != Conversion::Stop::AtEnd || text.size() < 2 || text.back() != ' ') return {};
    text.pop_back();
    return text;
  }

  std::array<Text, 256> texts_{};
  bool ascii_is_itself_ = true;
};

class CharsetDecoder::IconvStream final : public Stream {
 public:
  IconvStream(const CharsetInfo& charset)
      : charset_(charset), has_byte_order_(charset.iconv_name == "UTF-16" || charset.iconv_name == "UTF-32") {
    if (!has_byte_order_) conversion_ = std::make_unique<Conversion>(charset.iconv_name);
  }

  [[nodiscard]] bool is_open() const { return has_byte_order_ || conversion_->is_open(); }

  void decode(std::string_view bytes, std::string& out) override {
    if (kept_.empty()) {
      kept_ = bytes.substr(consume(bytes, out));
    } else {
      kept_.append(bytes);
      kept_.erase(0, consume(kept_, out));
    }
  }

  void finish(std::string& out) override {
    if (!kept_.empty()) out.append(kReplacement);
    kept_.clear();
    if (has_byte_order_)
      conversion_.reset();
    else
      conversion_->reset();
  }

 private:
  [[nodiscard]] std::size_t unit() const {
    return charset_.family == CharsetFamily::TwoByteUnits ? 2 : charset_.family == CharsetFamily::FourByteUnits ? 4 : 1;
  }

  /// Returns the bytes used up; the rest is a sequence that is cut off.
  std::size_t consume(std::string_view bytes, std::string& out) {
    const std::size_t size = bytes.size();
    if (!conversion_ && !read_byte_order(bytes)) return 0;
    for (;;) {
      const auto stop = conversion_->convert(bytes, out);
      if (stop != Conversion::Stop::Malformed) return size - bytes.size();
      // Whether a lead byte is replaced alone shows in the next one.
      const bool is_lead_alone = charset_.family == CharsetFamily::MultiByte && bytes.size() == 1 && static_cast<signed char>(bytes[0]) < 0;
      if (is_lead_alone || bytes.size() < unit()) return size - bytes.size();
      out.append(kReplacement);
      bytes.remove_prefix(malformed_length(bytes));
    }
  }

  /// UTF-16 and UTF-32 begin with a byte order mark, or are big-endian, as Java has it.
  bool read_byte_order(std::string_view& bytes) {
    if (bytes.size() < unit()) return false;
    const bool two = unit() == 2;
    const std::string_view little = two ? std::string_view("\xFF\xFE", 2) : std::string_view("\xFF\xFE\0\0", 4);
    const std::string_view big = two ? std::string_view("\xFE\xFF", 2) : std::string_view("\0\0\xFE\xFF", 4);
    const bool is_little = bytes.starts_with(little);
    if (is_little || bytes.starts_with(big)) bytes.remove_prefix(unit());
    conversion_ = std::make_unique<Conversion>(std::string(charset_.iconv_name) + (is_little ? "LE" : "BE"));
    return true;
  }

  /// A lead byte whose second byte could stand alone is replaced alone; else both.
  [[nodiscard]] std::size_t malformed_length(std::string_view bytes) const {
    if (charset_.family != CharsetFamily::MultiByte) return unit();
    return bytes.size() > 1 && static_cast<signed char>(bytes[1]) < 0 && static_cast<unsigned char>(bytes[0]) > 0x80 ? 2 : 1;
  }

  const CharsetInfo& charset_;
  bool has_byte_order_;
  std::unique_ptr<Conversion> conversion_;
  std::string kept_;
};

CharsetDecoder::CharsetDecoder(std::string_view charset, std::unique_ptr<Stream> stream) : charset_(charset), stream_(std::move(stream)) {}
CharsetDecoder::CharsetDecoder(CharsetDecoder&&) noexcept = default;
CharsetDecoder& CharsetDecoder::operator=(CharsetDecoder&&) noexcept = default;
CharsetDecoder::~CharsetDecoder() = default;

Result<CharsetDecoder> CharsetDecoder::open(std::string_view java_name) {
  const CharsetInfo* charset = find_charset(java_name);
  if (charset == nullptr) {
    const std::string near = near_charsets(java_name);
    return invalid_config(fmt::format("charset '{}' is unknown{}", java_name.substr(0, 64),
                                      near.empty() ? "; UTF-8 and ISO-8859-1 are usual" : "; did you mean " + near + "?"));
  }
  if (charset->family == CharsetFamily::Utf8) return CharsetDecoder(charset->java_name, std::make_unique<Utf8Stream>());
  const auto unavailable = [charset] {
    return invalid_config(
        fmt::format("charset '{}' is not available on this system: its iconv tables (gconv) are missing", charset->java_name));
  };
  if (charset->family == CharsetFamily::OneByte) {
    Conversion conversion(charset->iconv_name);
    if (!conversion.is_open()) return unavailable();
    return CharsetDecoder(charset->java_name, std::make_unique<ByteStream>(conversion));
  }
  auto stream = std::make_unique<IconvStream>(*charset);
  if (!stream->is_open()) return unavailable();
  return CharsetDecoder(charset->java_name, std::move(stream));
}

void CharsetDecoder::decode(std::string_view bytes, std::string& out) { stream_->decode(bytes, out); }
void CharsetDecoder::finish(std::string& out) { stream_->finish(out); }
std::string_view CharsetDecoder::charset() const noexcept { return charset_; }
bool CharsetDecoder::is_utf8() const noexcept { return charset_ == "UTF-8"; }

}  // namespace flume
