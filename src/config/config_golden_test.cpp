// Replays the tables captured from java.util.Properties and from Flume's MapResolver
// (tests/golden/properties, tests/golden/substitution).
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "config/characters.h"
#include "config/properties.h"
#include "config/substitution.h"

namespace flume::config {
namespace {

using nlohmann::json;

json table(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/" + name);
  return json::parse(file, nullptr, false);
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = (bits << 6 | static_cast<unsigned>(kDigits.find(c))) & 0xFFFFFF;
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

// The tables hold what Java reads, which is ISO-8859-1 always.
std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) append_utf8(text, static_cast<unsigned char>(c));
  return text;
}

TEST(GoldenProperties, are_read_as_java_reads_them) {
  const json cases = table("properties/properties.json");
  ASSERT_TRUE(cases.is_array());
  ASSERT_GT(cases.size(), 100U);
  for (const json& row : cases) {
    const std::string text = decode_base64(row["input"].get<std::string>());
    SCOPED_TRACE(testing::PrintToString(text.substr(0, 200)));
    Diagnostics diagnostics;
    const ParsedProperties parsed = parse_properties(location_of_file("f"), from_latin1(text), diagnostics);
    EXPECT_EQ(parsed.well_formed, !row.contains("error"));
    if (row.contains("error")) continue;  // the entries before the error, which Flume never sees
    std::map<std::string, std::string> entries;
    for (const Property& entry : parsed.entries) entries[entry.key] = entry.value;
    EXPECT_EQ(entries, (row["entries"].get<std::map<std::string, std::string>>()));
  }
}

using Values = std::map<std::string, std::string>;

// Flume resolves ${key} only if its hash order happened to bring that key earlier; here it always does.
// The values that differ for this reason alone; of a circle each placeholder stays where it leads back.
const std::map<std::pair<std::string, std::string>, std::string> kInAnyOrder{
    {{R"({"a1.x":"${base}","base":"B"})", "a1.x"}, "B"},
    {{R"({"a1.x":"${base:-z}","base":"B"})", "a1.x"}, "B"},
    {{R"({"a":"${b}","b":"${c}","c":"${d}","d":"1"})", "a"}, "1"},
    {{R"({"a":"${b}","b":"${c}","c":"${d}","d":"1"})", "b"}, "1"},
    {{R"({"a":"${b}","b":"${c}","c":"${d}","d":"1"})", "c"}, "1"},
    {{R"({"a":"A","b":"${${key}}","key":"a"})", "b"}, "A"},
    {{R"({"a":"${b}","b":"${a}"})", "a"}, "${a}"},
    {{R"({"a":"${b}","b":"${a}"})", "b"}, "${a}"},
    {{R"({"a":"${b}","b":"${c}","c":"${a}"})", "a"}, "${a}"},
    {{R"({"a":"${b}","b":"${c}","c":"${a}"})", "b"}, "${a}"},
    {{R"({"a":"${b}","b":"${c}","c":"${a}"})", "c"}, "${a}"},
    {{R"({"FLUME_TEST_A":"property","b":"${FLUME_TEST_A}"})", "b"}, "property"},
};

SubstitutionInputs captured_inputs() {
  SubstitutionInputs inputs;
  inputs.environment = {{"FLUME_TEST_A", "alpha"},           {"FLUME_TEST_EMPTY", ""},
                        {"FLUME_TEST_NAME", "FLUME_TEST_A"}, {"FLUME_TEST_REFERENCE", "<${env:FLUME_TEST_A}>"},
                        {"FLUME_TEST_DOLLAR", "a$b$${c}"},   {"FLUME_TEST_CYCLE", "${env:FLUME_TEST_CYCLE}"}};
  inputs.system_properties = {
      {"flume.test.property", "beta"}, {"flume.test.key", "flume.test.property"}, {"user.language", "en_US"}, {"file.encoding", "UTF-8"}};
  inputs.format_date = [](std::string_view pattern) -> std::optional<std::string> {
    static const std::map<std::string, std::string, std::less<>> kFormatted{
        {"", ""}, {"'fixed'", "fixed"}, {"yyyy-MM-dd", "9999-99-99"}, {"HHmm", "9999"}, {"yyyy", "9999"}};
    const auto found = kFormatted.find(pattern);
    return found == kFormatted.end() ? std::nullopt : std::optional(found->second);
  };
  return inputs;
}

void replay(const json& cases, const SubstitutionInputs& inputs) {
  ASSERT_TRUE(cases.is_array());
  for (const json& row : cases) {
    SCOPED_TRACE(row["properties"].dump());
    const auto written = row["properties"].get<Values>();
    std::vector<Property> properties;
    for (const auto& [key, value] : written) properties.push_back({key, value, {}, {}});
    Diagnostics diagnostics;
    PropertySet set;
    set.merge(std::move(properties), diagnostics);
    Values result;
    const SubstitutedProperties substituted = substitute(std::move(set), inputs, diagnostics);
    for (const Property& entry : substituted.properties.entries()) result[entry.key] = entry.value;
    if (row.contains("error")) {
      // Flume does not start; here the placeholder stays (or takes its default) and the user is told.
      EXPECT_TRUE(!diagnostics.all().empty() || row["properties"].dump().find(":-") != std::string::npos);
      continue;
    }
    for (const auto& [key, value] : row["result"].get<Values>()) {
      const auto always = kInAnyOrder.find({row["properties"].dump(), key});
      EXPECT_EQ(result[key], always == kInAnyOrder.end() ? value : always->second) << key;
    }
  }
}

TEST(GoldenSubstitution, gives_what_flume_gives) {
  const json cases = table("substitution/substitution.json");
  ASSERT_GT(cases.size(), 100U);
  replay(cases, captured_inputs());
}

TEST(GoldenSubstitution, gives_what_flume_gives_with_bare_environment_names) {
  SubstitutionInputs inputs = captured_inputs();
  inputs.system_properties["propertiesImplementation"] = "org.apache.flume.node.EnvVarResolverProperties";
  replay(table("substitution/substitution_env_var_resolver.json"), inputs);
}

}  // namespace
}  // namespace flume::config
