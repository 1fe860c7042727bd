// The first byte chooses: a container's header and its first block's head, or a schema.
#include <cstdint>
#include <cstdlib>

#include "codec/avro_container.h"
#include "codec/avro_schema.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume::codec;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 's') {
    const auto schema = read_avro_schema(bytes);
    if (!schema) return 0;
    const auto again = read_avro_schema(*schema);  // what goes into a file must be read by others
    if (!again || *again != *schema) std::abort();
    return 0;
  }
  const auto header = read_avro_header(bytes);
  if (!header) return 0;
  const auto marker = avro_marker_from(to_text(header->marker));
  if (header->size > bytes.size() || !marker || *marker != header->marker) std::abort();
  const auto head = read_avro_block_head(bytes.substr(header->size));
  if (head && (head->size > kLongestAvroBlockHead || head->records == 0)) std::abort();
  return 0;
}
