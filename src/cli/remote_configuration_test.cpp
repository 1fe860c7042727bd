// Configurations from several places: how they become one, which of them a problem is of, and what they may bring along.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/configuration.h"
#include "cli/lookups_file.h"
#include "cli/scripted_readers.h"
#include "cli/trusted_authorities.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string golden_store(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/src/crypto/golden/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class RemoteConfiguration : public testing::Test {
 protected:
  static CommandLine parsed(std::vector<const char*> words) {
    words.insert(words.begin(), "agent");
    auto line = parse_command_line(words);
    EXPECT_TRUE(line.ok()) << line.status().message();
    return line ? *std::move(line) : CommandLine();
  }
  Configuration read(std::vector<const char*> words) {
    Configuration configuration;
    read_configuration(files_, parsed(std::move(words)), preparation_, script_.reading(clock_), configuration);
    return configuration;
  }
  static std::string value(const Configuration& configuration, const std::string& source, const std::string& key) {
    const auto& sources = configuration.agents.at("a1").group(config::Group::Sources).components;
    const config::Property* found = sources.at(source).find(key);
    return found == nullptr ? "nothing" : found->value;
  }

  SimClock clock_;
  SimFiles files_;
  Preparation preparation_;
  RemoteScript script_;
};

TEST_F(RemoteConfiguration, is_merged_in_order_and_each_problem_names_its_own_place) {
  files_.add_file("/c/base", "a1.sources = r1\na1.sources.r1.type = seq\na1.sources.r1.x = file\n");
  script_.answers["http://h/one"] = {std::string("a1.sources.r1.x = ${a1.sources}\na1.bogus.y = 1\n")};
  const Configuration configuration = read({"-u", "file:/c/base", "-u", "http://h/one"});
  EXPECT_TRUE(configuration.is_complete) << configuration.diagnostics.to_lines();
  EXPECT_EQ(value(configuration, "r1", "x"), "r1");
  EXPECT_THAT(configuration.names, ElementsAre("/c/base", "http://h/one"));
  EXPECT_THAT(configuration.diagnostics.to_lines(), StartsWith("http://h/one:2:1: warning: a1.bogus"));
}

TEST_F(RemoteConfiguration, is_not_complete_without_one_of_its_places_and_the_others_are_looked_at) {
  files_.add_file("/c/base", "a1.sources = r1\na1.bogus.y = 1\n");
  script_.answers["http://h/gone"] = {Status(ErrorKind::InvalidConfig, "the server answers 404", Cause::NotFound)};
  const Configuration configuration = read({"-u", "http://h/gone", "-u", "/c/base"});
  EXPECT_FALSE(configuration.is_complete);
  EXPECT_FALSE(configuration.was_stopped);
  EXPECT_THAT(configuration.diagnostics.to_lines(),
              AllOf(HasSubstr("error: http://h/gone: the server answers 404\n"), HasSubstr("/c/base:2:1")));
}

TEST_F(RemoteConfiguration, of_ZooKeeper_gets_no_substitution) {
  script_.answers["/flume/a1"] = {std::string("a1.sources = r1\na1.sources.r1.x = ${a1.sources}\n")};
  const Configuration configuration = read({"-z", "h", "-n", "a1"});
  EXPECT_TRUE(configuration.is_complete);
  EXPECT_EQ(value(configuration, "r1", "x"), "${a1.sources}");
  EXPECT_THAT(configuration.diagnostics.to_lines(), StartsWith("zookeeper:/flume/a1:2:19: info: a1.sources.r1.x: ${a1.sources} stays"));
}

TEST_F(RemoteConfiguration, has_its_commands_warned_of_and_those_of_a_file_not) {
  files_.add_file("/c/base", "a1.sources = r1 r2\na1.sources.r1.type = exec\na1.sources.r1.command = mine\n");
  script_.answers["http://h/one"] = {
      std::string("a1.sources.r2.type = exec\na1.sources.r2.command = theirs\na1.configfilters.f.command = theirs too\n")};
  Configuration configuration = read({"-u", "/c/base", "-u", "http://h/one"});
  ASSERT_THAT(configuration.diagnostics.all(), IsEmpty()) << configuration.diagnostics.to_lines();
  warn_of_remote_commands(configuration.agents.at("a1"), configuration);
  EXPECT_THAT(configuration.diagnostics.to_lines(),
              AllOf(HasSubstr("http://h/one:2:25: warning: a1.sources.r2.command: a command that came over the network"),
                    HasSubstr("http://h/one:3:30: warning: a1.configfilters.f.command"), Not(HasSubstr("/c/base"))));
}

TEST_F(RemoteConfiguration, warns_of_a_password_on_an_open_line_and_of_half_an_authorization) {
  script_.answers["http://h/one"] = {std::string("a1.sources = r1\n")};
  script_.answers["https://h/one"] = script_.answers["http://h/one"];
  EXPECT_EQ(read({"-u", "http://h/one", "-user", "me", "-pwd", "geheim"}).diagnostics.to_lines(),
            "http://h/one: warning: the password crosses the network readable for everybody (say https:// instead of http://)\n");
  EXPECT_EQ(script_.documents.back().password, "geheim");
  EXPECT_THAT(read({"-u", "https://h/one", "-user", "me", "-pwd", "geheim"}).diagnostics.all(), IsEmpty());
  EXPECT_EQ(read({"-u", "https://h/one", "-user", "me"}).diagnostics.to_lines(),
            "warning: --conf-user: counts for nothing without --conf-password\n");
}

TEST_F(RemoteConfiguration, is_asked_for_with_the_trust_store_of_Java) {
  files_.add_file("/c/trust.jks", golden_store("trust.jks"));
  script_.answers["https://h/one"] = {std::string("a1.sources = r1\n")};
  EXPECT_TRUE(read({"-u", "https://h/one", "-Djavax.net.ssl.trustStore=/c/trust.jks", "-Djavax.net.ssl.trustStorePassword=trust-password"})
                  .is_complete);
  ASSERT_EQ(script_.documents.size(), 1U);
  EXPECT_THAT(script_.documents.back().trusted_pem, StartsWith("-----BEGIN CERTIFICATE-----\nMII"));
  const std::size_t asked = script_.documents.size();
  const Configuration wrong = read({"-u", "https://h/one", "-Djavax.net.ssl.trustStore=/c/trust.jks"});
  EXPECT_FALSE(wrong.is_complete);
  EXPECT_THAT(wrong.diagnostics.to_lines(), AllOf(HasSubstr("/c/trust.jks"), HasSubstr("-Djavax.net.ssl.trustStorePassword")));
  EXPECT_EQ(script_.documents.size(), asked) << "nobody is asked whom we could not trust";
}

TEST(TrustedAuthorities, come_from_the_environment_too_and_from_PEM_as_it_is) {
  SimFiles files;
  files.add_file("/c/ca.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(*trusted_authorities(files, {}, {}), "");
  EXPECT_THAT(*trusted_authorities(files, {}, {{"FLUME_SSL_TRUSTSTORE_PATH", "/c/ca.pem"}}), HasSubstr("AA=="));
  EXPECT_THAT(trusted_authorities(files, {}, {{"FLUME_SSL_TRUSTSTORE_PATH", "/c/none"}}).status().message(),
              HasSubstr("/c/none cannot be read"));
}

TEST_F(RemoteConfiguration, has_its_prefixes_from_lookups_properties) {
  preparation_.conf_folder = "/conf";
  preparation_.environment["X"] = "there";
  files_.add_file("/c/base", "a1.sources = r1\na1.sources.r1.x = ${my:X} ${env:X}\n");
  EXPECT_EQ(value(read({"-f", "/c/base"}), "r1", "x"), "${my:X} there");
  files_.add_file("/conf/mine", "my = org.apache.commons.text.lookup.DefaultStringLookup.ENVIRONMENT\n");
  EXPECT_EQ(value(read({"-f", "/c/base", "-Dlookups=mine"}), "r1", "x"), "there ${env:X}") << "of the conf folder";
  EXPECT_EQ(value(read({"-f", "/c/base", "-Dlookups=/conf/mine"}), "r1", "x"), "there ${env:X}");
  files_.add_file("/conf/lookups.properties", "env = org.apache.commons.text.lookup.DefaultStringLookup.BASE64_ENCODER\n");
  EXPECT_EQ(value(read({"-f", "/c/base"}), "r1", "x"), "${my:X} WA==");
  files_.add_file("/conf/empty", "# nothing\n");
  EXPECT_EQ(value(read({"-f", "/c/base", "-Dlookups=empty"}), "r1", "x"), "${my:X} WA==") << "as in Flume, an empty one does not count";
  const Configuration missing = read({"-f", "/c/base", "-Dlookups=/not/there"});
  EXPECT_FALSE(missing.is_complete);
  EXPECT_THAT(missing.diagnostics.to_lines(), HasSubstr("/not/there: error: no such file"));
}

}  // namespace
}  // namespace flume::cli
