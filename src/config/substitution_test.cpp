#include "config/substitution.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flume::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Entries = std::vector<std::pair<std::string, std::string>>;

class Substitution : public testing::Test {
 protected:
  Substitution() {
    inputs.environment = {{"A", "alpha"}, {"NAME", "A"}, {"EMPTY", ""}, {"LOOP", "<${env:LOOP}>"}, {"TWICE", "${env:A}-${env:A}"}};
    inputs.system_properties = {{"user.home", "/home/u"}, {"java.version", "11"}};
    inputs.format_date = [](std::string_view pattern) -> std::optional<std::string> {
      if (pattern == "yyyy") return "2024";
      return std::nullopt;
    };
  }

  SubstitutedProperties run(const Entries& entries) {
    std::vector<Property> properties;
    for (const auto& [key, value] : entries) {
      const auto line = static_cast<std::uint32_t>(properties.size() + 1);
      properties.push_back({key, value, {file.file, line, 1}, {file.file, line, 5}});
    }
    PropertySet set;
    set.merge(std::move(properties), diagnostics);
    return substitute(std::move(set), inputs, diagnostics);
  }

  std::string of(const std::string& value) { return run({{"x", value}}).properties.find("x")->value; }

  std::vector<std::string> problems() const {
    std::vector<std::string> lines;
    for (const Diagnostic& diagnostic : diagnostics.all()) lines.push_back(to_line(diagnostic));
    return lines;
  }

  Location file = location_of_file("f");
  SubstitutionInputs inputs;
  Diagnostics diagnostics;
};

TEST_F(Substitution, reads_environment_system_properties_and_date) {
  EXPECT_EQ(of("<${env:A}${ENV:A}|${sys:user.home}|${date:yyyy}|${env:EMPTY}>"), "<alphaalpha|/home/u|2024|>");
  EXPECT_EQ(of("${java:version}"), "Java version 11");
  EXPECT_TRUE(problems().empty());
}

TEST_F(Substitution, takes_defaults_only_for_what_is_missing) {
  EXPECT_EQ(of("${env:A:-d}|${env:NO:-d}|${env:EMPTY:-d}|${env:NO:-}|${env:NO:-a:-b}|${env:NO:-${env:A}}"), "alpha|d|||a:-b|alpha");
  EXPECT_TRUE(problems().empty());
}

TEST_F(Substitution, nests_names) { EXPECT_EQ(of("${env:${env:NAME}}"), "alpha"); }

TEST_F(Substitution, expands_what_a_value_brings_along) { EXPECT_EQ(of("${env:TWICE}"), "alpha-alpha"); }

TEST_F(Substitution, leaves_an_escaped_placeholder_and_takes_one_dollar) {
  EXPECT_EQ(of("$${env:A} $$${env:A} ${env:A} $$ $"), "${env:A} $${env:A} alpha $$ $");
  EXPECT_TRUE(problems().empty());
}

TEST_F(Substitution, expands_inside_an_escaped_placeholder) { EXPECT_EQ(of("$${a${env:A}}"), "${aalpha}"); }

TEST_F(Substitution, resolves_other_keys_wherever_they_stand) {
  const auto result = run({{"a", "${b}"}, {"b", "${c}/b"}, {"c", "C"}});
  EXPECT_EQ(result.properties.find("a")->value, "C/b");
  EXPECT_EQ(result.properties.find("b")->value, "C/b");
  EXPECT_THAT(result.referenced, ElementsAre("b", "c"));
}

TEST_F(Substitution, tries_the_rest_as_a_key_when_the_prefix_has_no_answer) {
  EXPECT_EQ(run({{"x", "${env:k}${other:k}"}, {"k", "v"}}).properties.find("x")->value, "vv");
}

TEST_F(Substitution, leaves_the_unknown_and_says_so_where_it_stands) {
  EXPECT_EQ(of("a${env:NO}b${sys:NO}c${NO}d${date:Q}e"), "a${env:NO}b${sys:NO}c${NO}d${date:Q}e");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("f:1:5: warning: x: placeholder left over: nothing answers ${env:NO}"), HasSubstr("${sys:NO}"),
                          AllOf(HasSubstr("f:1:5: info: "), HasSubstr("${NO}")), HasSubstr("${date:Q}")));
}

TEST_F(Substitution, tells_a_leftover_once_though_others_refer_to_it) {
  EXPECT_EQ(run({{"a", "${b}"}, {"b", "${env:NO}"}}).properties.find("a")->value, "${env:NO}");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("f:2:5: warning: b: ")));
}

TEST_F(Substitution, leaves_references_to_config_filters_in_silence) {
  EXPECT_EQ(of("${f['my-key']} ${f[\"k\"]} ${f[k_1]}"), "${f['my-key']} ${f[\"k\"]} ${f[k_1]}");
  EXPECT_TRUE(problems().empty());
}

TEST_F(Substitution, stops_at_an_unclosed_placeholder) {
  EXPECT_EQ(of("${env:A} ${x ${env:A}"), "alpha ${x ${env:A}");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("without a closing brace")));
}

TEST_F(Substitution, refuses_a_circle_and_leaves_it_as_written) {
  const auto result = run({{"a", "${b}"}, {"b", "<${a}>"}, {"c", "c${c}"}});
  EXPECT_EQ(result.properties.find("c")->value, "c${c}");
  EXPECT_EQ(result.properties.find("b")->value, "<${a}>");
  EXPECT_GE(diagnostics.count(Severity::Error), 2U);
  EXPECT_THAT(problems(), testing::Contains(HasSubstr("f:3:5: error: c: placeholder ${c} leads back to itself")));
}

TEST_F(Substitution, refuses_an_environment_variable_that_names_itself) {
  EXPECT_EQ(of("${env:LOOP}"), "<${env:LOOP}>");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("leads back to itself")));
}

TEST_F(Substitution, lets_a_default_end_a_circle) {
  EXPECT_EQ(of("${x:-end}"), "end");
  EXPECT_TRUE(problems().empty());
}

TEST_F(Substitution, reads_bare_names_from_the_environment_when_asked) {
  EXPECT_EQ(of("${A}"), "${A}");
  inputs.system_properties["propertiesImplementation"] = "org.apache.flume.node.EnvVarResolverProperties";
  EXPECT_EQ(of("${A} ${NO:-d}"), "alpha d");
  EXPECT_EQ(run({{"A", "${A}!"}}).properties.find("A")->value, "alpha!");
  EXPECT_EQ(run({{"x", "${A}"}, {"A", "property"}}).properties.find("x")->value, "property");
}

TEST_F(Substitution, warns_of_an_implementation_of_properties_that_it_does_not_know) {
  for (const char* known : {"java.util.Properties", "org.apache.flume.node.EnvVarResolverProperties"}) {
    inputs.system_properties["propertiesImplementation"] = known;
    EXPECT_EQ(of("x"), "x");
    EXPECT_THAT(problems(), testing::IsEmpty()) << known;
  }
  inputs.system_properties["propertiesImplementation"] = "org.apache.flume.node.EnvVarResolver";
  EXPECT_EQ(of("${A}"), "${A}");
  EXPECT_THAT(problems(),
              testing::Contains(AllOf(HasSubstr("warning: -DpropertiesImplementation: 'org.apache.flume.node.EnvVarResolver' is "
                                                "a Java class that is not known here"),
                                      HasSubstr("did you mean org.apache.flume.node.EnvVarResolverProperties?"))));
}

TEST_F(Substitution, refuses_a_billion_laughs_in_bounded_time) {
  Entries laughs{{"k0", "lollollollollol"}};
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "${k" + std::to_string(i - 1) + "}";
    laughs.emplace_back("k" + std::to_string(i), inner + inner + inner + inner);
  }
  const auto result = run(laughs);
  for (const Property& entry : result.properties.entries()) EXPECT_LE(entry.value.size(), kLongestSubstituted);
  EXPECT_THAT(problems(), testing::Contains(AllOf(HasSubstr("error: "), HasSubstr("longer than 1048576 bytes"))));
}

TEST_F(Substitution, refuses_a_billion_laughs_over_nothing) {
  inputs.environment = {{"L0", ""}};
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "${env:L" + std::to_string(i - 1) + "}";
    inputs.environment["L" + std::to_string(i)] = inner + inner + inner + inner;
  }
  EXPECT_EQ(of("${env:L39}"), "${env:L39}");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("too much text")));
}

TEST_F(Substitution, refuses_nesting_without_end) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "${";
  deep += "x";
  for (int i = 0; i < 5000; ++i) deep += "}";
  EXPECT_EQ(of(deep), deep);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("more than 100 deep")));
}

TEST_F(Substitution, shows_no_secret_in_its_messages) {
  of("unrelated");
  run({{"a.keystore-password", "x${hunter2}y"}});
  EXPECT_THAT(problems(), ElementsAre(AllOf(HasSubstr("${***}"), Not(HasSubstr("hunter2")))));
}

TEST_F(Substitution, answers_the_system_properties_that_configurations_use) {
  HostFacts host;
  host.user_name = "flume";
  host.user_home = "/home/flume";
  host.working_directory = "/srv";
  inputs.system_properties = standard_system_properties(host, {{"user.home", "/defined"}, {"mine", "1"}});
  EXPECT_EQ(of("${sys:user.name} ${sys:user.home} ${sys:user.dir} ${sys:java.io.tmpdir} ${sys:file.separator} ${sys:os.name} ${sys:mine}"),
            "flume /defined /srv /tmp / Linux 1");
  EXPECT_EQ(of("${sys:line.separator}"), "\n");
}

RC_GTEST_FIXTURE_PROP(Substitution, changes_nothing_without_placeholders, (const std::string& text)) {
  RC_PRE(text.find("${") == std::string::npos);
  RC_ASSERT(of(text) == text);
}

RC_GTEST_FIXTURE_PROP(Substitution, ends_on_any_mixture_of_its_signs, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("${", "}", "$", ":-", "env:", "A", "x", "NAME", "TWICE", "LOOP", "{", "y", "[k]"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  const auto result = run({{"x", text}, {"y", "${x}"}});
  RC_ASSERT(result.properties.find("x")->value.size() <= kLongestSubstituted);
}

}  // namespace
}  // namespace flume::config
