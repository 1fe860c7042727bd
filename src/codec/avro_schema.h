// Avro schemas as text (Avro specification 1.11, "Schema Declaration"): is this one, and how is it written into a file? What
// records of a schema look like is nobody's business here. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::codec {

inline constexpr std::size_t kLongestAvroSchema = 1U << 20U;  // bytes

/// The schema without blanks and comments, everything else in its order. Rejected: `text` is longer than kLongestAvroSchema, no
/// JSON, nested too deeply, or no schema: an unknown type, a record without fields, a name twice, ... The message says where.
[[nodiscard]] Result<std::string> read_avro_schema(std::string_view text);

}  // namespace flume::codec
