#include "config/lookups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/substitution.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class LookupsTest : public testing::Test {
 protected:
  Lookups parse(std::string_view text) {
    return parse_lookups(parse_properties(location_of_file("lookups.properties"), text, diagnostics_).entries, diagnostics_);
  }
  /// The value of `x = text`.
  std::string substituted(std::string_view text) {
    PropertySet properties;
    properties.merge(parse_properties(location_of_file("f"), "x = " + std::string(text) + "\n", diagnostics_).entries, diagnostics_);
    return substitute(std::move(properties), inputs_, diagnostics_).properties.entries().front().value;
  }

  Diagnostics diagnostics_;
  SubstitutionInputs inputs_;
};

TEST_F(LookupsTest, give_prefixes_the_meaning_that_the_file_says) {
  inputs_.lookups = parse(
      "Umwelt = org.apache.commons.text.lookup.DefaultStringLookup.ENVIRONMENT\n"
      "un64 = org.apache.commons.text.lookup.DefaultStringLookup.BASE64_DECODER\n");
  EXPECT_EQ(diagnostics_.to_lines(), "");
  inputs_.environment["HOME"] = "/home/flume";
  EXPECT_EQ(substituted("${umwelt:HOME} ${UMWELT:HOME} ${un64:aGk=}"), "/home/flume /home/flume hi");
  EXPECT_EQ(substituted("${env:HOME}"), "${env:HOME}") << "only what the file names";
}

TEST_F(LookupsTest, leave_out_with_their_line_what_cannot_be_here) {
  EXPECT_THAT(parse("a = org.example.MyLookup\nb = org.apache.commons.text.lookup.DefaultStringLookup.SCRIPT\n"
                    "c = org.apache.commons.text.lookup.DefaultStringLookup.ENVIROMENT\n"
                    "d = org.apache.commons.text.lookup.DefaultStringLookup.FILE\n"),
              ElementsAre(Pair("d", Lookup::File)));
  const std::string lines = diagnostics_.to_lines();
  EXPECT_THAT(lines, HasSubstr("lookups.properties:1:5: warning: a: the look-up is left out: org.example.MyLookup is a Java class"));
  EXPECT_THAT(lines, HasSubstr("lookups.properties:2:5: warning: b: the look-up is left out: SCRIPT is in Flume, not in this version"));
  EXPECT_THAT(lines, HasSubstr("(did you mean ENVIRONMENT?)"));
}

TEST_F(LookupsTest, read_a_file_through_the_seam_and_leave_what_is_not_there) {
  inputs_.lookups = {{"file", Lookup::File}};
  inputs_.read_file = [](const std::string& path) { return path == "/etc/it" ? std::optional<std::string>("in it") : std::nullopt; };
  EXPECT_EQ(substituted("${file:UTF-8:/etc/it}"), "in it");
  EXPECT_EQ(substituted("${file:UTF-8:/etc/not}"), "${file:UTF-8:/etc/not}");
  EXPECT_EQ(substituted("${file:UTF-8}"), "${file:UTF-8}");
}

TEST(Converted, turns_base64_both_ways_and_refuses_what_is_none) {
  for (const auto& [bytes, text] : {std::pair("", ""), {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"\xff\xfe\xfd!", "//79IQ=="}}) {
    EXPECT_EQ(converted(Lookup::Base64Encoder, bytes), text);
    EXPECT_EQ(converted(Lookup::Base64Decoder, text), bytes);
  }
  EXPECT_EQ(converted(Lookup::Base64Decoder, "Zg"), "f") << "Java takes a missing filling";
  for (const char* text : {"Z", "Zg=", "Zm9v=", "Zm 9", "Zm-_"}) EXPECT_EQ(converted(Lookup::Base64Decoder, text), std::nullopt) << text;
}

TEST(Converted, turns_forms_of_URLs_both_ways_and_refuses_half_of_an_escape) {
  EXPECT_EQ(converted(Lookup::UrlEncoder, "a b/\xC3\xBC*-._"), "a+b%2F%C3%BC*-._");
  EXPECT_EQ(converted(Lookup::UrlDecoder, "a+b%2f%C3%BC"), "a b/\xC3\xBC");
  for (const char* text : {"%", "%2", "%2g"}) EXPECT_EQ(converted(Lookup::UrlDecoder, text), std::nullopt) << text;
}

}  // namespace
}  // namespace flume::config
