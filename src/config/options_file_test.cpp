#include "config/options_file.h"

#include <array>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::config {
namespace {

using testing::HasSubstr;

constexpr std::array kFlags{KnownFlag{"name", "n"}, KnownFlag{"conf-file", "f"}, KnownFlag{"no-reload-conf", "", false},
                            KnownFlag{"poll-interval", "i"}};

std::vector<FlagDefault> parse(std::string_view text, Diagnostics& diagnostics) {
  return parse_options_file(location_of_file("flume.opts"), text, kFlags, diagnostics);
}

TEST(OptionsFile, gives_defaults_by_long_and_short_names) {
  Diagnostics diagnostics;
  const auto defaults = parse("name = a1 \nf=/etc/flume.conf\n", diagnostics);
  ASSERT_EQ(defaults.size(), 2U);
  EXPECT_EQ(defaults[0].name, "name");
  EXPECT_EQ(defaults[0].value, "a1");
  EXPECT_EQ(defaults[1].name, "conf-file");
  EXPECT_EQ(to_string(defaults[1].at), "flume.opts:2:1");
  EXPECT_TRUE(diagnostics.all().empty());
}

TEST(OptionsFile, turns_a_flag_on_by_true_yes_or_1_only) {
  Diagnostics diagnostics;
  for (const char* on : {"true", "YES", "1"}) EXPECT_EQ(parse(std::string("no-reload-conf=") + on, diagnostics).size(), 1U) << on;
  for (const char* off : {"false", "no", "", "on"}) EXPECT_TRUE(parse(std::string("no-reload-conf=") + off, diagnostics).empty()) << off;
}

TEST(OptionsFile, refuses_unknown_names_with_a_hint) {
  Diagnostics diagnostics;
  EXPECT_TRUE(parse("conf-fil = x\n--name = a\nwhatever = 1\nname =", diagnostics).empty());
  EXPECT_THAT(
      diagnostics.to_lines(),
      testing::AllOf(HasSubstr("flume.opts:1:1: error: conf-fil: no such flag of the command line (did you mean conf-file?)"),
                     HasSubstr("--name: no such flag"), HasSubstr("whatever: no such flag"), HasSubstr("name: the value is missing")));
}

TEST(OptionsFile, refuses_a_file_that_is_no_properties_text) {
  Diagnostics diagnostics;
  parse("name = \\uXY", diagnostics);
  EXPECT_EQ(diagnostics.count(Severity::Error), 1U);
}

}  // namespace
}  // namespace flume::config
