#include "clients/thrift/binary_scan.h"

#include <array>
#include <cstdint>
#include <string>

#include "clients/thrift/message.h"

namespace flume::thrift {
namespace {

// Types of the binary protocol.
enum class Type : std::uint8_t {
  Stop = 0,
  Bool = 2,
  Byte = 3,
  Double = 4,
  I16 = 6,
  I32 = 8,
  I64 = 10,
  String = 11,
  Struct = 12,
  Map = 13,
  Set = 14,
  List = 15
};
/// Bytes that a value has at least; 0: there is no such type.
constexpr std::array<std::uint8_t, 16> kLeastBytes{0, 0, 1, 1, 8, 0, 2, 0, 4, 0, 8, 4, 1, 6, 5, 5};

/// Fields have no count in front of them: each could come alone, and all before it would be gone over again. An event has six.
constexpr std::uint32_t kMostFields = 64;
constexpr std::uint32_t kMostLevels = 32;
constexpr std::uint32_t kVersion = 0x8001;

class Scan {
 public:
  explicit Scan(std::string_view bytes) : bytes_(bytes) {}

  Result<MessageScan> message() {
    // Method, sequence number and the arguments' end.
    constexpr std::uint64_t kBehindVersion = 4 + 4 + 1;
    const std::uint32_t version = number(4, kBehindVersion);
    if (!is_short() && version >> 16U != kVersion) return rejected("no Thrift message with a version");
    text(4 + 1);
    number(4, 1);
    value(Type::Struct, 0, 0);
    if (!problem_.empty()) return rejected(problem_);
    return MessageScan{.is_whole = !is_short(), .bytes = static_cast<std::size_t>(is_short() ? wanted_ : at_)};
  }

 private:
  // `rest`: bytes that follow at least. After the end (of the bytes, or of patience) every value is 0, and leads nowhere.

  [[nodiscard]] bool is_short() const noexcept { return wanted_ != 0; }
  [[nodiscard]] bool has_ended() const noexcept { return is_short() || !problem_.empty(); }

  bool take(std::uint64_t size, std::uint64_t rest) {
    if (has_ended()) return false;
    if (at_ + size + rest > kLongestMessage) {
      fail("a message of " + std::to_string(at_ + size + rest) + " bytes or more; " + std::to_string(kLongestMessage) + " are taken");
    } else if (at_ + size > bytes_.size()) {
      wanted_ = at_ + size + rest;
    } else {
      at_ += size;
    }
    return !has_ended();
  }
  std::uint32_t number(std::size_t size, std::uint64_t rest) {
    const std::uint64_t from = at_;
    if (!take(size, rest)) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8U | static_cast<unsigned char>(bytes_[from + i]);
    return value;
  }
  std::uint32_t count(std::uint64_t rest) {
    const std::uint32_t value = number(4, rest);
    if (value > INT32_MAX) fail("a negative length");
    return has_ended() ? 0 : value;
  }
  void text(std::uint64_t rest) { take(count(rest), rest); }
  Type type(std::uint64_t rest) {
    const std::uint32_t value = number(1, rest);
    if (!has_ended() && value != 0 && least(value) == 0) fail("no type " + std::to_string(value));
    return static_cast<Type>(has_ended() ? 0 : value);
  }
  static std::uint64_t least(std::uint32_t type) { return type < kLeastBytes.size() ? kLeastBytes[type] : 0; }
  static std::uint64_t least(Type type) { return least(static_cast<std::uint32_t>(type)); }

  void value(Type type, std::uint32_t level, std::uint64_t rest);
  void fields(std::uint32_t level, std::uint64_t rest);
  void elements(Type first, Type second, std::uint32_t level, std::uint64_t rest);
  void fail(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
  }

  const std::string_view bytes_;
  std::uint64_t at_ = 0;
  std::uint64_t wanted_ = 0;
  std::uint32_t fields_ = 0;
  std::string problem_;
};

void Scan::value(Type type, std::uint32_t level, std::uint64_t rest) {
  if (level > kMostLevels) return fail("more than " + std::to_string(kMostLevels) + " levels");
  switch (type) {
    case Type::String:
      return text(rest);
    case Type::Struct:
      return fields(level, rest);
    case Type::Map: {
      const Type key = this->type(rest + 5);
      const Type mapped = this->type(rest + 4);
      return elements(key, mapped, level, rest);
    }
    case Type::Set:
    case Type::List:
      return elements(this->type(rest + 4), Type::Stop, level, rest);
    default:
      take(least(type), rest);
  }
}

void Scan::fields(std::uint32_t level, std::uint64_t rest) {
  while (!has_ended()) {
    const Type type = this->type(rest);
    if (has_ended() || type == Type::Stop) return;
    if (++fields_ > kMostFields) return fail("more than " + std::to_string(kMostFields) + " fields");
    const std::uint64_t after = rest + 1;  // the end of the struct
    number(2, least(type) + after);
    value(type, level + 1, after);
  }
}

void Scan::elements(Type first, Type second, std::uint32_t level, std::uint64_t rest) {
  const std::uint64_t each = least(first) + least(second);
  std::uint64_t left = count(rest);
  if (left != 0 && least(first) == 0) return fail("elements without a type");
  for (; left != 0 && !has_ended(); --left) {
    const std::uint64_t after = rest + (left - 1) * each;
    value(first, level + 1, least(second) + after);
    if (second != Type::Stop) value(second, level + 1, after);
  }
}

}  // namespace

Result<MessageScan> scan_binary_message(std::string_view bytes) { return Scan(bytes).message(); }

}  // namespace flume::thrift
