// The first byte chooses: a schema; a block of one of the codecs; or a whole container file, read datum by datum, each block twice.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/avro_container_reader.h"
#include "codec/avro_datum.h"
#include "codec/avro_schema.h"

namespace {

using namespace flume;
using namespace flume::codec;

class MemoryInput final : public ByteInput {
 public:
  explicit MemoryInput(std::string_view bytes) : bytes_(bytes) {}
  Result<std::string_view> peek(std::size_t) override { return bytes_.substr(std::min(at_, bytes_.size())); }
  void advance(std::size_t bytes) override { at_ += bytes; }
  void seek(std::uint64_t position) override { at_ = position; }
  [[nodiscard]] std::uint64_t position() const override { return at_; }

 private:
  const std::string_view bytes_;
  std::size_t at_ = 0;
};

void expect(bool is_so) {
  if (!is_so) std::abort();
}

void read_schema(std::string_view bytes) {
  const auto schema = AvroSchema::read(bytes);
  if (!schema) return;
  const auto again = AvroSchema::read(schema->text());  // what goes into a file must be read by others
  expect(again && again->text() == schema->text() && again->fingerprint() == schema->fingerprint());
  const auto canonical = AvroSchema::read(schema->parsing_canonical_form());
  expect(!canonical || canonical->parsing_canonical_form() == schema->parsing_canonical_form());
}

void decompress(std::string_view bytes) {
  constexpr std::size_t kMost = 100'000;
  for (const BlockCodec codec : {BlockCodec::Deflate, BlockCodec::Snappy, BlockCodec::Bzip2, BlockCodec::Xz, BlockCodec::Zstandard}) {
    std::string out;
    if (make_block_decompressor(codec)->decompress(bytes, kMost, out).ok()) expect(out.size() <= kMost);
  }
}

void read_file(std::string_view bytes) {
  MemoryInput input(bytes);
  auto reader = AvroContainerReader::open(input);
  if (!reader) return;
  const auto marker = avro_marker_from(to_text(reader->header().marker));
  expect(reader->header().size <= bytes.size() && marker && *marker == reader->header().marker);
  const auto text = reader->header().metadata.find("avro.schema");
  const auto schema = text == reader->header().metadata.end() ? Result<AvroSchema>(corrupt("none")) : AvroSchema::read(text->second);
  for (;;) {
    const auto is_there = reader->next_block();
    if (!is_there || !*is_there) break;
    expect(reader->records() != 0 && reader->next_offset() > reader->block_offset() && reader->next_offset() <= bytes.size());
    const std::string block(reader->block());
    std::string_view rest = block;
    for (std::uint64_t i = 0; schema && i < std::min<std::uint64_t>(reader->records(), 1000); ++i) {
      const auto size = avro_datum_size(*schema, rest);
      if (!size) break;
      expect(*size <= rest.size());
      rest.remove_prefix(*size);
    }
    const std::uint64_t begin = reader->block_offset();
    expect(reader->seek(begin).ok() && reader->next_offset() == begin && *reader->next_block() && reader->block() == block);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 's') {
    read_schema(bytes);
  } else if (data[0] == 'b') {
    decompress(bytes);
  } else {
    read_file(bytes);
  }
  return 0;
}
