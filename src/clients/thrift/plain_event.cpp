#include "clients/thrift/plain_event.h"

#include <cstdint>
#include <utility>

namespace flume::thrift {
namespace {

constexpr std::uint32_t kMostHeaders = 64;
constexpr char kStop = 0;

/// Goes over bytes; once something is not as expected, it stays failed.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  void expect(std::string_view literal) {
    if (bytes_.substr(at_, literal.size()) != literal) return fail();
    at_ += literal.size();
  }
  std::uint32_t fixed_number() {
    if (bytes_.size() - at_ < sizeof(std::uint32_t)) return fail(), 0;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) number = number << 8U | static_cast<unsigned char>(bytes_[at_++]);
    return number;
  }
  std::uint32_t varint() {
    constexpr unsigned kMostBits = 28;  // longer ones are for libthrift to judge
    std::uint32_t number = 0;
    for (unsigned shift = 0; shift < kMostBits; shift += 7) {
      if (at_ >= bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      number |= (byte & 0x7FU) << shift;
      if (byte < 0x80) return number;
    }
    return fail(), 0;
  }
  std::string_view text(std::uint32_t size) {
    if (bytes_.size() - at_ < size) return fail(), std::string_view();
    return bytes_.substr(std::exchange(at_, at_ + size), size);
  }
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
  [[nodiscard]] std::size_t taken() const noexcept { return at_; }

 private:
  void fail() noexcept {
    has_failed_ = true;
    at_ = bytes_.size();
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool has_failed_ = false;
};

// Fields 1 (map of strings) and 2 (string) as the two encodings announce them.
struct Compact {
  static std::uint32_t begin_map(Cursor& in) {
    in.expect("\x1B");
    const std::uint32_t count = in.varint();
    if (count != 0) in.expect("\x88");
    return count;
  }
  static void begin_body(Cursor& in) { in.expect("\x18"); }
  static std::string_view text(Cursor& in) { return in.text(in.varint()); }
};
struct Binary {
  static std::uint32_t begin_map(Cursor& in) {
    in.expect({"\x0D\0\1\x0B\x0B", 5});
    return in.fixed_number();
  }
  static void begin_body(Cursor& in) { in.expect({"\x0B\0\2", 3}); }
  static std::string_view text(Cursor& in) { return in.text(in.fixed_number()); }
};

template <typename Form>
std::size_t take(std::string_view bytes, BatchBuilder& into) {
  Cursor in(bytes);
  const std::uint32_t count = Form::begin_map(in);
  if (in.has_failed() || count > kMostHeaders) return 0;
  // Looked over first: what was built could not be taken back.
  Cursor headers = in;
  for (std::uint32_t i = 0; i < 2 * count; ++i) Form::text(in);
  Form::begin_body(in);
  const std::string_view body = Form::text(in);
  in.expect({&kStop, 1});
  if (in.has_failed()) return 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view key = Form::text(headers);
    into.header(key, Form::text(headers));
  }
  return into.body(body).ok() ? in.taken() : 0;
}

}  // namespace

std::size_t take_plain_event(Encoding encoding, std::string_view bytes, BatchBuilder& into) {
  return encoding == Encoding::Compact ? take<Compact>(bytes, into) : take<Binary>(bytes, into);
}

}  // namespace flume::thrift
