// The SequenceFile writer against files that Apache Flume wrote from the same events, and the reader against both and against
// damage.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "flume/batch_builder.h"
#include "output/sequence_file_format.h"
#include "output/sequence_file_reader.h"
#include "support/sim_clock.h"

namespace flume::output {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/hdfs_sink/" + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

EventBatch golden_events() {
  static const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  for (const auto& event : nlohmann::json::parse(golden("events.json"))) {
    for (const auto& [key, value] : event["headers"].items()) builder.header(key, value.get<std::string>());
    EXPECT_TRUE(builder.body(event["body"].get<std::string>()).ok());
  }
  return builder.take();
}

SequenceFileFormat::SyncMarker marker_of(std::string_view file, std::size_t header_length) {
  SequenceFileFormat::SyncMarker marker{};
  std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(header_length - 16), 16, marker.begin());
  return marker;
}

std::vector<std::string> bodies(std::string_view file) {
  SequenceFileReader reader(file);
  std::vector<std::string> read;
  EXPECT_TRUE(reader.open().ok());
  for (;;) {
    auto has_record = reader.next();
    if (!has_record || !*has_record) return read;
    auto body = reader.body();
    EXPECT_TRUE(body.ok());
    read.emplace_back(*body);
  }
}

struct Written {
  std::string bytes;
  std::vector<std::size_t> batch_ends;
};

Written write(SequenceValue value, const SequenceFileFormat::SyncMarker& marker, const EventBatch& batch) {
  SimClock clock;
  SequenceFileFormat format(value, marker, clock);
  Written written;
  format.begin(written.bytes);
  std::vector<EventView> events(batch.begin(), batch.end());
  std::span<const EventView> rest(events);
  while (!rest.empty()) {  // as the golden files: batches of ten
    const auto part = rest.first(std::min<std::size_t>(10, rest.size()));
    std::size_t appended = 0;
    EXPECT_TRUE(format.append(part, written.bytes, appended).ok());
    EXPECT_EQ(appended, part.size());
    format.end_of_batch(written.bytes);
    written.batch_ends.push_back(written.bytes.size());
    rest = rest.subspan(part.size());
  }
  format.end(written.bytes);
  return written;
}

TEST(SequenceFile, equals_byte_for_byte_what_flume_writes) {
  const std::string writable = golden("sequence_writable.seq");
  EXPECT_EQ(write(SequenceValue::BytesWritable, marker_of(writable, 95), golden_events()).bytes, writable);
  const std::string text = golden("sequence_text.seq");
  const std::size_t header = std::string_view("SEQ\x06 org.apache.hadoop.io.LongWritable org.apache.hadoop.io.Text").size() + 2 + 4 + 16;
  EXPECT_EQ(write(SequenceValue::Text, marker_of(text, header), golden_events()).bytes, text);
}

TEST(SequenceFile, reads_what_flume_wrote) {
  std::vector<std::string> expected;
  for (const EventView event : golden_events()) expected.emplace_back(event.body());
  EXPECT_EQ(bodies(golden("sequence_writable.seq")), expected);
  EXPECT_EQ(bodies(golden("sequence_text.seq")), expected);
}

TEST(SequenceFile, reads_keys_and_counts_markers) {
  const std::string file = golden("sequence_writable.seq");
  SequenceFileReader reader(file);
  ASSERT_TRUE(reader.open().ok());
  EXPECT_EQ(reader.key_class(), "org.apache.hadoop.io.LongWritable");
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(*reader.long_key(), 1700000000000);
  while (*reader.next()) continue;
  EXPECT_EQ(reader.markers(), 4U);  // three batches, and one before the record behind a long one
  EXPECT_EQ(reader.record_end(), file.size());
}

TEST(SequenceFile, refuses_compressed_and_foreign_files) {
  for (const std::string& bytes :
       {golden("sequence_block.seq"), std::string("text\n"), std::string(), std::string("SEQ\x05"), std::string("SEQ\x06")}) {
    EXPECT_EQ(SequenceFileReader(bytes).open().kind(), ErrorKind::Corrupt);
  }
}

TEST(SequenceFile, goes_on_where_a_batch_ended) {
  SimClock clock;
  const EventBatch batch = golden_events();
  const std::vector<EventView> events(batch.begin(), batch.end());
  const auto marker = make_sync_marker("/data/x", clock);
  const Written whole = write(SequenceValue::BytesWritable, marker, batch);
  SequenceFileFormat first(SequenceValue::BytesWritable, marker, clock);
  std::string bytes;
  std::size_t appended = 0;
  first.begin(bytes);
  ASSERT_TRUE(first.append(std::span(events).first(10), bytes, appended).ok());
  first.end_of_batch(bytes);
  const std::string state = first.resume_state();
  SequenceFileFormat next(SequenceValue::BytesWritable, make_sync_marker("/data/y", clock), clock);
  ASSERT_TRUE(next.resume(bytes.size(), state).ok());
  ASSERT_TRUE(next.append(std::span(events).subspan(10, 10), bytes, appended).ok());
  next.end_of_batch(bytes);
  EXPECT_EQ(bytes, whole.bytes.substr(0, whole.batch_ends[1]));
  EXPECT_EQ(next.resume(1, "nonsense").kind(), ErrorKind::Corrupt);
  EXPECT_EQ(next.resume(1, std::string(32, 'z')).kind(), ErrorKind::Corrupt);
}

TEST(SequenceFile, takes_the_time_for_a_key_and_rejects_a_key_that_is_no_number) {
  SimClock clock;
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  ASSERT_TRUE(builder.body("no timestamp").ok());
  builder.header("timestamp", "soon");
  ASSERT_TRUE(builder.body("bad").ok());
  const EventBatch batch = builder.take();
  const std::vector<EventView> events(batch.begin(), batch.end());
  SequenceFileFormat format(SequenceValue::Text, make_sync_marker("/x", clock), clock);
  std::string bytes;
  format.begin(bytes);
  std::size_t appended = 0;
  const Status status = format.append(events, bytes, appended);
  EXPECT_EQ(status.kind(), ErrorKind::Rejected);
  EXPECT_THAT(status.message(), testing::HasSubstr("'soon'"));
  EXPECT_EQ(appended, 1U);
  SequenceFileReader reader(bytes);
  ASSERT_TRUE(reader.open().ok());
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(*reader.long_key(), clock.wall().time_since_epoch().count());
  EXPECT_FALSE(*reader.next());
}

TEST(SequenceFile, every_cut_keeps_the_whole_records_before_it) {
  const std::string file = golden("sequence_writable.seq");
  SequenceFileReader whole(file);
  ASSERT_TRUE(whole.open().ok());
  std::vector<std::uint64_t> record_ends;
  while (*whole.next()) record_ends.push_back(whole.record_end());
  for (std::size_t cut = 95; cut < 4000; ++cut) {
    const std::string_view part = std::string_view(file).substr(0, cut);
    const auto expected =
        static_cast<std::size_t>(std::count_if(record_ends.begin(), record_ends.end(), [&](std::uint64_t end) { return end <= cut; }));
    const std::size_t read = bodies(part).size();
    EXPECT_GE(read, expected);
    EXPECT_LE(read, expected + 1);  // a record whose marker is cut stands
  }
}

TEST(SequenceFile, markers_differ_by_path_and_time) {
  SimClock clock;
  const auto first = make_sync_marker("/a", clock);
  EXPECT_NE(first, make_sync_marker("/b", clock));
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_NE(first, make_sync_marker("/a", clock));
}

}  // namespace
}  // namespace flume::output
