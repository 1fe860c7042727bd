#include "codec/avro_datum.h"

#include <gtest/gtest.h>

namespace flume::codec {
namespace {

/// How many bytes the datum takes; -1: it is refused.
std::int64_t size_of(std::string_view schema, std::string_view bytes) {
  const auto read = AvroSchema::read(schema);
  EXPECT_TRUE(read.ok()) << read.status().message();
  const auto size = avro_datum_size(*read, bytes);
  EXPECT_TRUE(size.ok() || size.status().kind() == ErrorKind::Rejected);
  return size ? static_cast<std::int64_t>(*size) : -1;
}

using namespace std::string_view_literals;

TEST(AvroDatum, ends_where_its_type_says) {
  EXPECT_EQ(size_of(R"("null")", "xx"), 0);
  EXPECT_EQ(size_of(R"("boolean")", "\x01x"), 1);
  EXPECT_EQ(size_of(R"("int")", "\xac\x02x"), 2);
  EXPECT_EQ(size_of(R"("long")", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"), 10);
  EXPECT_EQ(size_of(R"("float")", "12345"), 4);
  EXPECT_EQ(size_of(R"("double")", "123456789"), 8);
  EXPECT_EQ(size_of(R"("bytes")",
                    "\x04"
                    "abc"),
            3);
  EXPECT_EQ(size_of(R"("string")", "\x00x"sv), 1);
  EXPECT_EQ(size_of(R"({"type":"fixed","name":"F","size":3})", "12345"), 3);
  EXPECT_EQ(size_of(R"({"type":"enum","name":"E","symbols":["A","B"]})", "\x02x"), 1);
  EXPECT_EQ(size_of(R"(["null","string"])", "\x00x"sv), 1);
  EXPECT_EQ(size_of(R"(["null","string"])", "\x02\x02yx"), 3);
  EXPECT_EQ(size_of(R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]})", "\x02\x02yx"), 3);
}

TEST(AvroDatum, has_items_in_blocks_with_or_without_their_bytes) {
  const auto* const array = R"({"type":"array","items":"int"})";
  EXPECT_EQ(size_of(array, "\x00x"sv), 1);
  EXPECT_EQ(size_of(array, "\x04\x02\x04\x02\x06\x00x"sv), 6);
  EXPECT_EQ(size_of(array, "\x03\x04\x02\x04\x00x"sv), 5);
  EXPECT_EQ(size_of(array, "\x03\x06\x02\x04\x00x"sv), -1) << "the items take another number of bytes";
  const auto* const map = R"({"type":"map","values":"int"})";
  EXPECT_EQ(size_of(map, "\x02\x02k\x02\x00x"sv), 5);
  EXPECT_EQ(size_of(map, "\x02\x02k"sv), -1);
}

TEST(AvroDatum, of_items_without_bytes_costs_nothing_however_many_they_are) {
  const auto* const nulls = R"({"type":"array","items":"null"})";
  EXPECT_EQ(size_of(nulls, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"sv), 11);
  const auto* const records = R"({"type":"array","items":{"type":"record","name":"R","fields":[{"name":"n","type":"null"}]}})";
  EXPECT_EQ(size_of(records, "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"sv), 11);
}

TEST(AvroDatum, is_refused_where_the_bytes_end_or_do_not_fit) {
  EXPECT_EQ(size_of(R"("boolean")", "\x02"), -1);
  EXPECT_EQ(size_of(R"("boolean")", ""), -1);
  EXPECT_EQ(size_of(R"("int")", "\xff\xff\xff\xff\xff\x01"), -1);
  EXPECT_EQ(size_of(R"("long")", "\xff"), -1);
  EXPECT_EQ(size_of(R"("string")",
                    "\x08"
                    "abc"),
            -1);
  EXPECT_EQ(size_of(R"("bytes")", "\x03"), -1) << "a negative length";
  EXPECT_EQ(size_of(R"("bytes")", "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), -1);
  EXPECT_EQ(size_of(R"({"type":"enum","name":"E","symbols":["A","B"]})", "\x04"), -1);
  EXPECT_EQ(size_of(R"(["null","string"])", "\x04"), -1);
  EXPECT_EQ(size_of(R"(["null","string"])", "\x01"), -1);
  EXPECT_EQ(size_of(R"({"type":"fixed","name":"F","size":18446744073709551615})", "123"), -1);
  EXPECT_EQ(size_of(R"({"type":"array","items":"int"})", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), -1);
  EXPECT_EQ(size_of("[]", "\x00"sv), -1);
}

TEST(AvroDatum, may_have_itself_inside_but_not_without_end) {
  const auto* const list = R"({"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]})";
  EXPECT_EQ(size_of(list, std::string(500, '\x02') + '\0'), 501);
  EXPECT_EQ(size_of(list, std::string(1'000'000, '\x02')), -1);
  EXPECT_EQ(size_of(R"({"type":"record","name":"R","fields":[{"name":"self","type":"R"}]})", "x"), -1);
}

}  // namespace
}  // namespace flume::codec
