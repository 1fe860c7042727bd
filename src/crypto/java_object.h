// The one kind of Java serialisation stream that key stores hold: a single object whose fields are byte
// arrays, strings and enum constants, of a class (and its superclasses) that the caller names. Anything
// else (other field types, classes with own writeObject(), nested objects) is refused, so that reading
// never recurses, never makes an object and never takes more memory than the stream has bytes.
// Grammar: Java Object Serialization Specification, chapter 6. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "crypto/big_endian_reader.h"
#include "flume/result.h"

namespace flume::crypto {

struct JavaField {
  std::string_view name;
  /// null; a byte[]; a String or the name of an enum constant, both in modified UTF-8. Views of the stream.
  std::variant<std::monostate, ByteView, std::string_view> value;
};

struct JavaObject {
  std::string_view class_name;
  std::vector<JavaField> fields;  ///< the superclass's first

  /// Of the named field; empty if it is absent, null or of the other type.
  [[nodiscard]] ByteView bytes(std::string_view field) const noexcept;
  [[nodiscard]] std::string_view text(std::string_view field) const noexcept;
};

/// Reads the stream header and one object, and leaves `in` behind it. Fails with Corrupt (damaged) or with
/// Rejected (sound, but not the kind described above); the message says where and what.
[[nodiscard]] Result<JavaObject> read_java_object(BigEndianReader& in);

}  // namespace flume::crypto
