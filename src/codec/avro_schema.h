// Avro schemas as text (Avro specification 1.11, "Schema Declaration"): is this one, how is it written into a file, and of which
// types are its records made?
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume::codec {

inline constexpr std::size_t kLongestAvroSchema = 1U << 20U;  // bytes

/// A type and those that it is made of, by their place in AvroSchema::types(): a record may have itself inside.
struct AvroType {
  enum class Kind : std::uint8_t { Null, Boolean, Int, Long, Float, Double, Bytes, String, Record, Enum, Array, Map, Union, Fixed };
  Kind kind = Kind::Null;
  std::string name{};                  ///< of a record, enum or fixed, whole
  std::vector<std::uint32_t> parts{};  ///< of a record's fields, of a union's branches; what is in an array or map
  std::vector<std::string> names{};    ///< of a record's fields, an enum's symbols
  std::uint64_t size = 0;              ///< of a fixed
  bool is_empty = false;               ///< no value of it takes any byte
};

class AvroSchema {
 public:
  /// Rejected: `text` is longer than kLongestAvroSchema, no JSON, nested too deeply, or no schema: an unknown type, a record
  /// without fields, a name twice, ... The message says where.
  [[nodiscard]] static Result<AvroSchema> read(std::string_view text);

  /// The schema without blanks and comments, everything else in its order.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The first is the schema's own.
  [[nodiscard]] const std::vector<AvroType>& types() const noexcept { return types_; }
  /// What matters for reading, in one form ("Parsing Canonical Form for Schemas").
  [[nodiscard]] std::string parsing_canonical_form() const;
  /// CRC-64-AVRO of that form ("Schema Fingerprints").
  [[nodiscard]] std::uint64_t fingerprint() const;

 private:
  AvroSchema() = default;

  std::string text_;
  std::vector<AvroType> types_;
};

}  // namespace flume::codec
