#include "codec/avro_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::codec {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  const auto schema = AvroSchema::read(text);
  if (schema) return "taken: " + schema->text();
  EXPECT_EQ(schema.status().kind(), ErrorKind::Rejected);
  return schema.status().message();
}

TEST(AvroSchema, loses_blanks_and_comments_and_keeps_its_order) {
  const auto schema = AvroSchema::read(R"( { "type" : "record", /* whose */ "name": "Event", "doc": "it's \"so\"",
    "fields": [ { "name": "b", "type": ["null", "string"], "default": null }, // last
                { "name": "a", "type": {"type": "map", "values": "long"} } ] } )");
  ASSERT_TRUE(schema) << schema.status().message();
  EXPECT_EQ(schema->text(), R"({"type":"record","name":"Event","doc":"it's \"so\"","fields":[)"
                            R"({"name":"b","type":["null","string"],"default":null},{"name":"a","type":{"type":"map","values":"long"}}]})");
}

TEST(AvroSchema, may_be_of_any_kind) {
  for (const std::string text :
       {R"("string")", R"({"type":"int","logicalType":"date"})", R"(["null","long"])", R"({"type":"array","items":"bytes"})",
        R"({"type":"enum","name":"E","symbols":["A","B"]})", R"({"type":"fixed","name":"x.F","size":16})", R"({"type":{"type":"string"}})"})
    EXPECT_EQ(AvroSchema::read(text) ? AvroSchema::read(text)->text() : "refused", text);
}

TEST(AvroSchema, may_refer_to_names_in_its_namespace) {
  EXPECT_TRUE(AvroSchema::read(R"({"type":"record","name":"Node","namespace":"a.b","fields":[
    {"name":"next","type":["null","Node"]},{"name":"again","type":["null","a.b.Node"]},
    {"name":"kind","type":{"type":"enum","name":"Kind","symbols":[]}},{"name":"other","type":"Kind"}]})"));
  EXPECT_THAT(refusal(R"({"type":"record","name":"a.Node","fields":[{"name":"next","type":"b.Node"}]})"),
              HasSubstr("there is no type 'b.Node'"));
}

TEST(AvroSchema, is_refused_with_the_place_of_what_is_wrong) {
  EXPECT_THAT(refusal("<html>not found</html>"), HasSubstr("not even JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("not even JSON"));
  EXPECT_THAT(refusal("17"), HasSubstr("neither a name"));
  EXPECT_THAT(refusal(R"("strnig")"), HasSubstr("there is no type 'strnig'"));
  EXPECT_THAT(refusal(R"({"name":"x"})"), HasSubstr("the schema has no \"type\""));
  EXPECT_THAT(refusal(R"({"type":"record","name":"x"})"), HasSubstr("record x has no \"fields\""));
  EXPECT_THAT(refusal(R"({"type":"record","fields":[]})"), HasSubstr("the schema has no \"name\""));
  EXPECT_THAT(refusal(R"({"type":"record","name":"1x","fields":[]})"), HasSubstr("'1x' is no name"));
  EXPECT_THAT(refusal(R"({"type":"record","name":"x","fields":[{"type":"int"}]})"), HasSubstr("a field without a name"));
  EXPECT_THAT(refusal(R"({"type":"record","name":"x","fields":[{"name":"a"}]})"), HasSubstr("field 'a' of x has no \"type\""));
  EXPECT_THAT(refusal(R"({"type":"record","name":"x","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]})"),
              HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"type":"array"})"), HasSubstr("has no \"items\""));
  EXPECT_THAT(refusal(R"(["null",["int"]])"), HasSubstr("a union directly in a union"));
  EXPECT_THAT(refusal(R"({"type":"enum","name":"E","symbols":["a b"]})"), HasSubstr("no list of \"symbols\""));
  EXPECT_THAT(refusal(R"({"type":"fixed","name":"F","size":-1})"), HasSubstr("no \"size\""));
  EXPECT_THAT(refusal(R"([{"type":"fixed","name":"F","size":1},{"type":"fixed","name":"F","size":1}])"),
              HasSubstr("the name 'F' is there twice"));
}

TEST(AvroSchema, is_bounded_in_length_and_depth) {
  EXPECT_THAT(refusal(std::string(kLongestAvroSchema + 1, ' ')), HasSubstr("longer than 1 MiB"));
  EXPECT_THAT(refusal(std::string(500'000, '[')), HasSubstr("nested more than 100 deep"));
  EXPECT_THAT(refusal("/* \" */" + std::string(500'000, '[')), HasSubstr("nested more than 100 deep"));
  std::string types;
  for (int i = 0; i < 200; ++i) types += R"({"type":)";
  EXPECT_THAT(refusal(types + R"("int")" + std::string(200, '}')), HasSubstr("nested more than 100 deep"));
}

TEST(AvroSchema, has_one_form_for_all_that_read_the_same) {
  const auto canonical = [](std::string_view text) {
    const auto schema = AvroSchema::read(text);
    return schema ? schema->parsing_canonical_form() : schema.status().message();
  };
  EXPECT_EQ(canonical(R"({"type":"int"})"), R"("int")");
  EXPECT_EQ(canonical(R"({"type":{"type":"array","doc":"x","items":{"type":"bytes","logicalType":"decimal"}}})"),
            R"({"type":"array","items":"bytes"})");
  EXPECT_EQ(canonical(R"({"doc":"d","type":"record","name":"R","namespace":"a.b","aliases":["Q"],"fields":[
              {"name":"k","default":"A","type":{"type":"enum","symbols":["A","B"],"name":"K"}},
              {"name":"n","type":["null","R","K",{"type":"map","values":"a.b.R"}],"order":"ignore"},
              {"name":"f","type":{"name":"c.F","size":7,"type":"fixed"}}]})"),
            R"({"name":"a.b.R","type":"record","fields":[{"name":"k","type":{"name":"a.b.K","type":"enum","symbols":["A","B"]}},)"
            R"({"name":"n","type":["null","a.b.R","a.b.K",{"type":"map","values":"a.b.R"}]},)"
            R"({"name":"f","type":{"name":"c.F","type":"fixed","size":7}}]})");
}

TEST(AvroSchema, has_the_fingerprint_of_that_form) {
  // The specification's own example, and those that Avro's Java library gives (tests/golden/deserializers).
  EXPECT_EQ(AvroSchema::read(R"("int")")->fingerprint(), 0x7275d51a3f395c8fULL);
  EXPECT_EQ(AvroSchema::read(R"({"type":"int","doc":"x"})")->fingerprint(), 0x7275d51a3f395c8fULL);
  EXPECT_NE(AvroSchema::read(R"("long")")->fingerprint(), 0x7275d51a3f395c8fULL);
}

}  // namespace
}  // namespace flume::codec
