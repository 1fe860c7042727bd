#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/avro_container.h"
#include "support/deserialized.h"

namespace flume {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kSchema = R"({"type":"record","name":"R","fields":[{"name":"text","type":"string"}]})";

class AvroDeserializerTest : public testing::Test {
 protected:
  static std::string file_of(const std::vector<std::string>& texts, std::string_view schema = kSchema, std::uint64_t interval = 1000,
                             codec::BlockCodec codec = codec::BlockCodec::Null) {
    codec::AvroContainerWriter writer(codec, interval);
    std::string out;
    writer.begin(schema, {'t', 'h', 'e', ' ', 'm', 'a', 'r', 'k', 'e', 'r', ' ', ' ', ' ', ' ', ' ', '!'}, out);
    for (const std::string& text : texts) writer.append(std::string(1, static_cast<char>(2 * text.size())) + text, out);
    writer.end_block(out);
    return out;
  }
  Deserialized read(std::string_view content, DeserializerPosition from = {}) { return deserialize("AVRO", {}, content, services_, from); }
  static std::vector<std::string> bodies(const Deserialized& read) {
    std::vector<std::string> bodies;
    for (const TestEvent& event : read.events) bodies.push_back(event.body);
    return bodies;
  }

  TestServices services_;
};

TEST_F(AvroDeserializerTest, does_what_flume_does) {
  EXPECT_EQ(replay_golden_deserializers("AVRO", services_, [](std::string_view, const Keys&) { return std::vector<TestEvent>(); }), 11U);
}

TEST_F(AvroDeserializerTest, goes_on_behind_the_last_event_also_in_the_middle_of_a_block) {
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) texts.push_back("text " + std::to_string(i));
  for (const codec::BlockCodec codec : {codec::BlockCodec::Null, codec::BlockCodec::Zstandard}) {
    const std::string content = file_of(texts, kSchema, 64, codec);
    EXPECT_EQ(read(content).events.size(), 40U);
    expect_to_go_on_anywhere("AVRO", {}, content, services_);
  }
}

TEST_F(AvroDeserializerTest, goes_on_where_apache_flume_stopped) {
  // Flume keeps the place of the marker before the block that it was reading.
  const std::string content = file_of({"one", "two", "three"}, kSchema, 1);
  const std::size_t marker = content.find("the marker", content.find("the marker") + 1);
  EXPECT_THAT(bodies(read(content, {marker, 0})), ElementsAre("\x06two", "\x0athree"));
  EXPECT_THAT(bodies(read(content, {1, 0})), ElementsAre("\x06one", "\x06two", "\x0athree"));
}

TEST_F(AvroDeserializerTest, gives_all_before_what_is_damaged_and_then_says_where_that_is) {
  const std::string content = file_of({"one", "two", "three"}, kSchema, 1);
  const Deserialized cut = read(content.substr(0, content.size() - 3));
  EXPECT_THAT(bodies(cut), ElementsAre("\x06one", "\x06two"));
  EXPECT_EQ(cut.end.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(cut.end.message(), HasSubstr("cut short"));

  std::string bad = file_of({"one", "two"});
  bad[bad.find("\x06two")] = '\x7f';
  const Deserialized wrong = read(bad);
  EXPECT_THAT(bodies(wrong), ElementsAre("\x06one"));
  EXPECT_THAT(wrong.end.message(), HasSubstr("is damaged at its record 2"));

  std::string more = file_of({"one", "two"});
  more[more.find("\x06one") - 2] = '\x02';  // the block says that it has one record
  EXPECT_THAT(read(more).end.message(), HasSubstr("has more than its records"));
  std::string fewer = file_of({"one", "two"});
  fewer[fewer.find("\x06one") - 2] = '\x06';
  EXPECT_THAT(read(fewer).end.message(), HasSubstr("is damaged at its record 3"));
}

TEST_F(AvroDeserializerTest, refuses_schemas_that_give_no_events) {
  EXPECT_THAT(read(file_of({}, "\"string\"")).end.message(), HasSubstr("not of a record"));
  EXPECT_THAT(read(file_of({}, "{nonsense")).end.message(), HasSubstr("not an Avro schema"));
  EXPECT_THAT(read(file_of({}, R"({"type":"record","name":"R","fields":[{"name":"n","type":"null"}]})")).end.message(),
              HasSubstr("nothing in them"));
  std::string nameless = file_of({});
  nameless[nameless.find("avro.schema")] = 'X';
  EXPECT_THAT(read(nameless).end.message(), HasSubstr("without a schema"));
}

TEST_F(AvroDeserializerTest, refuses_a_position_that_is_not_of_this_file) {
  EXPECT_THAT(read(file_of({"one"}), {0, 5}).end.message(), HasSubstr("fewer records"));
}

}  // namespace
}  // namespace flume
