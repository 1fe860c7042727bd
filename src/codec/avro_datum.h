// Where a datum in Avro's binary encoding ends (Avro specification 1.11, "Binary Encoding"): the bytes say so only to who knows their
// schema. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "codec/avro_schema.h"
#include "flume/result.h"

namespace flume::codec {

/// How many bytes the datum takes that `bytes` begin with. Rejected: they are none of this schema, end too soon, or nest deeper than
/// any real one. Takes no memory, and no more steps than there are bytes and parts of the schema.
[[nodiscard]] Result<std::size_t> avro_datum_size(const AvroSchema& schema, std::string_view bytes);

}  // namespace flume::codec
