// avro_event against a file that Apache Flume wrote from the same events in the same batches.
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "codec/avro_container.h"
#include "flume/batch_builder.h"
#include "output/file_format.h"
#include "output/record_structure.h"
#include "support/avro_records.h"
#include "support/component_options.h"
#include "support/test_services.h"

namespace flume {
namespace {

using Keys = std::map<std::string, std::string>;

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/hdfs_sink/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

class AvroEventSerializerTest : public testing::Test {
 protected:
  AvroEventSerializerTest() {
    for (const auto& event : nlohmann::ordered_json::parse(golden("events.json"))) {
      for (const auto& [key, value] : event["headers"].items()) builder_.header(key, value.get<std::string>());
      EXPECT_TRUE(builder_.body(event["body"].get<std::string>()).ok());
    }
    batch_ = builder_.take();
    events_.assign(batch_.begin(), batch_.end());
  }
  std::unique_ptr<EventSerializer> make(const Keys& keys) {
    const ParsedComponent parsed =
        parse_component(Kind::Serializer, "org.apache.flume.serialization.FlumeEventAvroEventSerializer$Builder", keys);
    EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
    return parsed.make<EventSerializer>(services_.of("sinks.k1", "k1"));
  }
  void write(EventSerializer& serializer, std::size_t from, std::size_t to, std::string& out) {
    std::size_t written = 0;
    EXPECT_TRUE(serializer.write(std::span(events_).subspan(from, to - from), out, written).ok());
    EXPECT_EQ(written, to - from);
  }
  /// As the hdfs sink writes the golden file: batches of 10, 10 and 5.
  std::string whole_file(const Keys& keys) {
    const auto serializer = make(keys);
    std::string out;
    serializer->begin(out);
    for (std::size_t from = 0; from < events_.size(); from += 10) {
      write(*serializer, from, std::min(from + 10, events_.size()), out);
      serializer->flush(out);
    }
    serializer->end(out);
    return out;
  }

  TestServices services_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  EventBatch batch_;
  std::vector<EventView> events_;
};

TEST_F(AvroEventSerializerTest, writes_what_flume_writes) {
  const std::string expected = golden("avro_event.avro");
  const std::string file = whole_file({});
  const auto header = codec::read_avro_header(file);
  const auto expected_header = codec::read_avro_header(expected);
  ASSERT_TRUE(header && expected_header);
  EXPECT_EQ(header->metadata, expected_header->metadata);
  EXPECT_EQ(header->size, expected_header->size);
  const AvroRecords records = avro_records(file);
  const AvroRecords expected_records = avro_records(expected);
  EXPECT_EQ(records.problem, "");
  EXPECT_EQ(records.block_sizes, expected_records.block_sizes);  // the same number of bytes: only the order of headers may differ
  EXPECT_EQ(records.events, expected_records.events);
  EXPECT_EQ(records.events.size(), 25U);
}

TEST_F(AvroEventSerializerTest, ends_a_block_when_it_is_full) {
  EXPECT_EQ(avro_records(whole_file({{"syncIntervalBytes", "32"}})).block_sizes.size(), 25U);
  EXPECT_EQ(avro_records(whole_file({})).block_sizes.size(), 3U);
}

TEST_F(AvroEventSerializerTest, compresses_as_it_is_told) {
  const std::string plain = whole_file({});
  for (const auto& [key, name] : Keys{{"deflate", "deflate"},
                                      {"snappy", "snappy"},
                                      {"bzip2", "bzip2"},
                                      {"xz", "xz"},
                                      {"zstandard", "zstandard"},
                                      {"zstd", "zstandard"}}) {
    const std::string file = whole_file({{"compressionCodec", key}});
    const auto header = codec::read_avro_header(file);
    ASSERT_TRUE(header) << key;
    EXPECT_EQ(header->metadata.at("avro.codec"), name);
    EXPECT_LT(file.size(), plain.size() / 4) << key;
  }
}

TEST_F(AvroEventSerializerTest, goes_on_behind_a_batch_as_if_nothing_had_been) {
  const std::string expected = whole_file({});
  const auto serializer = make({});
  std::string file;
  serializer->begin(file);
  write(*serializer, 0, 10, file);
  serializer->flush(file);
  const std::string state = serializer->resume_state();
  const std::size_t length = file.size();
  write(*serializer, 10, 17, file);  // given back, and the file cut
  file.resize(length);
  const auto fresh = make({});
  for (EventSerializer* each : {serializer.get(), fresh.get()}) {
    ASSERT_TRUE(each->resume(state).ok());
    EXPECT_EQ(each->resume_state(), state);
  }
  for (const std::size_t from : {10U, 20U}) {
    write(*serializer, from, from == 20 ? 25 : 20, file);
    serializer->flush(file);
  }
  EXPECT_EQ(file, expected);
}

TEST_F(AvroEventSerializerTest, takes_no_foreign_state) {
  const auto serializer = make({});
  for (const std::string state : {"", "x", "00112233445566778899aabbccddeeff0"})
    EXPECT_EQ(serializer->resume(state).kind(), ErrorKind::Corrupt) << state;
}

TEST_F(AvroEventSerializerTest, tells_recovery_where_whole_records_end) {
  const auto serializer = make({});
  const auto* structure = dynamic_cast<const output::RecordStructure*>(serializer.get());
  ASSERT_NE(structure, nullptr);
  EXPECT_EQ(structure->structure(), output::kAvro);
}

TEST_F(AvroEventSerializerTest, runs_without_compression_when_the_codec_is_unknown) {
  const ParsedComponent parsed = parse_component(Kind::Serializer, "avro_event", {{"compressionCodec", "lzo"}});
  EXPECT_FALSE(parsed.problem.ok());
  const OptionInfo* codec = nullptr;
  for (const OptionInfo& row : parsed.info->options) {
    if (row.key == "compressionCodec") codec = &row;
  }
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->traits.if_bad, "nothing is compressed");
}

}  // namespace
}  // namespace flume
