#include <cstdint>
#include <cstdlib>

#include "output/sequence_file_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  flume::output::SequenceFileReader reader(bytes);
  if (!reader.open().ok()) return 0;
  std::uint64_t end = reader.record_end();
  for (;;) {
    const auto has_record = reader.next();
    if (!has_record || !*has_record) return 0;
    if (reader.record_end() <= end || reader.record_end() > size) std::abort();
    end = reader.record_end();
    static_cast<void>(reader.long_key().ok());
    if (const auto body = reader.body(); body && body->size() > size) std::abort();
  }
}
