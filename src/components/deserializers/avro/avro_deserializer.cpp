// avro: an event for each record of an Avro container file: the record's bytes are the body, and a header says of which schema.
// Differs from Flume: the bytes are those of the file, not written anew; a file goes on behind the last event, not at the last block.
#include <array>
#include <optional>

#include "codec/avro_container_reader.h"
#include "codec/avro_datum.h"
#include "codec/avro_schema.h"
#include "flume/component.h"

namespace flume {
namespace {

enum class SchemaHeader : std::uint8_t { Hash, Literal };

std::span<const EnumName<SchemaHeader>> enum_names(SchemaHeader) {
  static constexpr std::array kNames{EnumName<SchemaHeader>{"HASH", SchemaHeader::Hash},
                                     EnumName<SchemaHeader>{"LITERAL", SchemaHeader::Literal}};
  return kNames;
}

struct AvroDeserializerOptions {
  SchemaHeader header = SchemaHeader::Hash;
};

constexpr auto kAvroDeserializerOptions = options(option<&AvroDeserializerOptions::header>(
    "schemaType",
    "What an event says of its schema: HASH, its CRC-64-AVRO fingerprint in the header flume.avro.schema.hash; LITERAL, the schema in "
    "flume.avro.schema.literal."));

/// The fingerprint's bytes, the lowest first, in hexadecimal digits.
std::string hash_of(const codec::AvroSchema& schema) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  std::uint64_t bits = schema.fingerprint();
  for (int i = 0; i < 8; ++i, bits >>= 8U) {
    text.push_back(kDigits[bits >> 4U & 15U]);
    text.push_back(kDigits[bits & 15U]);
  }
  return text;
}

class AvroDeserializer final : public EventDeserializer {
 public:
  AvroDeserializer(const AvroDeserializerOptions& options, const Services&) : header_(options.header) {}

  Status open(ByteInput& input, DeserializerPosition position) override {
    auto reader = codec::AvroContainerReader::open(input);
    if (!reader) return std::move(reader).status();
    const auto text = reader->header().metadata.find("avro.schema");
    if (text == reader->header().metadata.end()) return corrupt("an Avro container file without a schema");
    auto schema = codec::AvroSchema::read(text->second);
    if (!schema) return corrupt(schema.status().message());
    const codec::AvroType& top = schema->types().front();
    if (top.kind != codec::AvroType::Kind::Record) return corrupt("an Avro container file whose schema is not of a record");
    if (top.is_empty) return corrupt("an Avro container file whose records have nothing in them");
    FLUME_TRY(reader->seek(position.offset));
    value_ = header_ == SchemaHeader::Hash ? hash_of(*schema) : schema->text();
    schema_.emplace(*std::move(schema));
    reader_.emplace(*std::move(reader));
    at_ = 0;
    read_ = reader_->records();
    return skip(position.events);
  }

  Result<std::uint32_t> read(BatchBuilder& builder, std::uint32_t most) override {
    std::uint32_t events = 0;
    for (; events < most; ++events) {
      const auto record = next_record();
      if (record && record->empty()) break;
      Status status = record.status();
      if (status.ok()) {
        builder.header(header_ == SchemaHeader::Hash ? "flume.avro.schema.hash" : "flume.avro.schema.literal", value_);
        status = builder.body(*record);
      }
      if (!status.ok()) {
        if (events != 0) break;  // told by the next call
        return status;
      }
      at_ += record->size();
      ++read_;
    }
    return events;
  }

  [[nodiscard]] DeserializerPosition position() const override {
    if (!reader_) return {};
    if (read_ == reader_->records()) return {reader_->next_offset(), 0};
    return {reader_->block_offset(), read_};
  }

 private:
  /// Empty behind the last one.
  Result<std::string_view> next_record() {
    if (read_ == reader_->records()) {
      if (at_ != reader_->block().size()) return corrupt(place() + " has more than its records");
      const auto is_there = reader_->next_block();
      if (!is_there) return is_there.status();
      if (!*is_there) return std::string_view();
      at_ = 0;
      read_ = 0;
    }
    const std::string_view rest = reader_->block().substr(at_);
    const auto size = codec::avro_datum_size(*schema_, rest);
    if (!size) return corrupt(place() + " is damaged at its record " + std::to_string(read_ + 1) + ": " + size.status().message());
    return rest.substr(0, *size);
  }

  Status skip(std::uint64_t events) {
    for (; events != 0; --events) {
      const auto record = next_record();
      if (!record) return record.status();
      if (record->empty()) return corrupt("the file has fewer records than were read from it before");
      at_ += record->size();
      ++read_;
    }
    return {};
  }

  [[nodiscard]] std::string place() const { return "the block at byte " + std::to_string(reader_->block_offset()); }

  const SchemaHeader header_;
  std::string value_;  // of the header
  std::optional<codec::AvroSchema> schema_;
  std::optional<codec::AvroContainerReader> reader_;
  std::size_t at_ = 0;      // in the block
  std::uint64_t read_ = 0;  // of the block's records
};

}  // namespace

namespace components {
extern const ComponentInfo deserializer_avro;
constinit const ComponentInfo deserializer_avro = describe<AvroDeserializer, kAvroDeserializerOptions>(
    "avro", "An event for each record of an Avro container file.", {"org.apache.flume.serialization.AvroEventDeserializer$Builder"});
}  // namespace components
}  // namespace flume
