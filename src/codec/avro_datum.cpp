#include "codec/avro_datum.h"

#include <cstdint>
#include <limits>

#include "flume/avro.h"

namespace flume::codec {
namespace {

using Kind = AvroType::Kind;

/// Types in each other; a list that is made of records in records is as long at most.
constexpr int kDeepest = 2000;

/// Walks over one datum; false as soon as something does not fit.
class Walk {
 public:
  Walk(const AvroSchema& schema, std::string_view bytes)
      : types_(schema.types()), begin_(reinterpret_cast<const std::uint8_t*>(bytes.data())), at_(begin_), end_(begin_ + bytes.size()) {}

  bool skip(std::uint32_t place, int depth) {
    const AvroType& type = types_[place];
    if (type.is_empty) return true;
    if (depth > kDeepest) return false;
    switch (type.kind) {
      case Kind::Null:
        return true;
      case Kind::Boolean:
        return at_ != end_ && *at_ <= 1 && skip_bytes(1);
      case Kind::Int:
        return skip_number(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
      case Kind::Long:
        return skip_number(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
      case Kind::Float:
        return skip_bytes(4);
      case Kind::Double:
        return skip_bytes(8);
      case Kind::Bytes:
      case Kind::String:
        return skip_text();
      case Kind::Fixed:
        return skip_bytes(type.size);
      case Kind::Enum:
        return skip_number(0, static_cast<std::int64_t>(type.names.size()) - 1);
      case Kind::Record:
        for (const std::uint32_t part : type.parts) {
          if (!skip(part, depth + 1)) return false;
        }
        return true;
      case Kind::Union:
        return skip_number(0, static_cast<std::int64_t>(type.parts.size()) - 1) &&
               skip(type.parts[static_cast<std::size_t>(number_)], depth + 1);
      case Kind::Array:
      case Kind::Map:
        return skip_blocks(type, depth);
    }
    return false;
  }

  [[nodiscard]] std::size_t skipped() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

 private:
  bool skip_bytes(std::uint64_t count) {
    if (count > static_cast<std::uint64_t>(end_ - at_)) return false;
    at_ += count;
    return true;
  }
  bool skip_number(std::int64_t least, std::int64_t most) {
    bool is_minimal = true;
    const std::uint8_t* next = avro::read_foreign_long(at_, end_, number_, is_minimal);
    if (next == nullptr || number_ < least || number_ > most) return false;
    at_ = next;
    return true;
  }
  bool skip_text() { return skip_number(0, std::numeric_limits<std::int64_t>::max()) && skip_bytes(static_cast<std::uint64_t>(number_)); }

  /// Blocks of items: a count, or its negative and then the bytes of the items; 0 ends them.
  bool skip_blocks(const AvroType& type, int depth) {
    for (;;) {
      if (!skip_number(-std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max())) return false;
      std::int64_t items = number_;
      if (items == 0) return true;
      std::int64_t bytes = -1;
      if (items < 0) {
        items = -items;
        if (!skip_number(0, end_ - at_)) return false;
        bytes = number_;
      }
      const std::uint8_t* begin = at_;
      const bool is_map = type.kind == Kind::Map;
      // Items without bytes could be as many as the count claims.
      if (!is_map && types_[type.parts[0]].is_empty) items = 0;
      for (; items != 0; --items) {
        if (is_map && !skip_text()) return false;
        if (!skip(type.parts[0], depth + 1)) return false;
      }
      if (bytes >= 0 && at_ - begin != bytes) return false;
    }
  }

  const std::vector<AvroType>& types_;
  const std::uint8_t* const begin_;
  const std::uint8_t* at_;
  const std::uint8_t* const end_;
  std::int64_t number_ = 0;  // the last one
};

}  // namespace

Result<std::size_t> avro_datum_size(const AvroSchema& schema, std::string_view bytes) {
  Walk walk(schema, bytes);
  if (!walk.skip(0, 0)) return rejected("these bytes are no datum of the schema, from byte " + std::to_string(walk.skipped()) + " on");
  return walk.skipped();
}

}  // namespace flume::codec
