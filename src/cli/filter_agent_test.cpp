// The three config filters as `agent` and `validate` use them: real commands, and stores that Hadoop wrote.
#include "cli/filter_agent.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/hiding_log_target.h"
#include "config/substitution.h"
#include "support/captured_log.h"
#include "support/sim_files.h"

namespace flume::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string golden(const std::string& path) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/src/" + path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

class FilterAgentTest : public testing::Test {
 protected:
  FilterAgentTest() {
    add_builtin_components(registry);
    preparation.environment = {{"PATH", "/usr/bin:/bin"}, {"DB_PASSWORD", "s3cr3t-word"}, {"EMPTY", ""}};
    preparation.conf_folder = "/conf";
  }
  /// `value` of a key of a sink, with the filter f of these keys.
  std::string filtered(const std::string& keys, const std::string& value) {
    std::string text = "a1.configfilters = f\na1.sinks.k1.x = " + value + "\n";
    for (std::size_t begin = 0; begin < keys.size();) {
      const std::size_t end = std::min(keys.find('\n', begin), keys.size());
      text += "a1.configfilters.f." + keys.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
    diagnostics = {};
    config::PropertySet set;
    set.merge(config::parse_properties(config::location_of_file("flume.conf"), text, diagnostics).entries, diagnostics);
    config::AgentTrees trees = config::build_agent_trees(set, {}, diagnostics);
    config::AgentTree& agent = trees["a1"];
    found = filter_agent(files, preparation, registry, agent, diagnostics);
    return agent.group(config::Group::Sinks).components.at("k1").find("x")->value;
  }
  [[nodiscard]] std::vector<std::string> said() const {
    std::vector<std::string> lines;
    for (const auto& each : diagnostics.all()) lines.push_back(config::to_line(each));
    return lines;
  }

  SimFiles files;
  ComponentRegistry registry;
  Preparation preparation;
  config::Diagnostics diagnostics;
  std::vector<config::FilteredValue> found;
};

TEST_F(FilterAgentTest, env_answers_from_the_environment) {
  for (const std::string type : {"env", "ENV", "org.apache.flume.configfilter.EnvironmentVariableConfigFilter"}) {
    EXPECT_EQ(filtered("type = " + type, "${f['DB_PASSWORD']}"), "s3cr3t-word");
    EXPECT_THAT(said(), IsEmpty());
  }
  EXPECT_EQ(filtered("type = env", "<${f['EMPTY']}>"), "<>");
  EXPECT_EQ(filtered("type = env", "${f['NOT_THERE']}"), "${f['NOT_THERE']}");
  EXPECT_THAT(
      said(),
      ElementsAre(HasSubstr("flume.conf:2:17: error: a1.sinks.k1.x: config filter 'f', key 'NOT_THERE': the environment has no variable")));
}

TEST_F(FilterAgentTest, external_answers_with_the_first_line_that_the_command_prints) {
  for (const std::string type : {"external", "org.apache.flume.configfilter.ExternalProcessConfigFilter"}) {
    EXPECT_EQ(filtered("type = " + type + "\ncommand = echo the key is", "${f['my-key']}"), "the key is my-key");
    EXPECT_THAT(said(), IsEmpty());
  }
  EXPECT_EQ(filtered("type = external\ncommand = printf one\\\\r\\\\ntwo%s", "<${f['k']}>"), "<one>");
  EXPECT_EQ(filtered("type = external\ncommand = printf gr\\\\374n%.0s\ncharset = ISO-8859-1", "${f['k']}"), "grün");
  EXPECT_EQ(filtered("type = external\ncommand = printenv", "${f['DB_PASSWORD']}"), "s3cr3t-word");
}

TEST_F(FilterAgentTest, external_tells_what_the_command_did_wrong) {
  const auto problem = [&](const std::string& keys) {
    EXPECT_EQ(filtered("type = external\n" + keys, "${f['key']}"), "${f['key']}");
    EXPECT_THAT(found, IsEmpty());
    return said().empty() ? "nothing" : said().back();
  };
  EXPECT_THAT(problem("command = false"), HasSubstr("a1.sinks.k1.x: config filter 'f', key 'key': false ended with exit code 1"));
  EXPECT_THAT(problem("command = true"), HasSubstr("true printed nothing"));
  EXPECT_THAT(problem("command = /no/such/program"), HasSubstr("/no/such/program"));
  EXPECT_THAT(problem("command = yes"), HasSubstr("yes: prints too much"));
  EXPECT_THAT(problem("command = tail -f /dev/null\ntimeout = 1"), HasSubstr("tail: has not come to its end after 1 s: it was ended"));
  EXPECT_THAT(problem("command = echo\ncharset = utf-99"), HasSubstr("config filter 'f' is not available"));
  EXPECT_THAT(said().front(), HasSubstr("a1.configfilters.f: the config filter is left out: charset"));
  EXPECT_THAT(problem("x = y"), HasSubstr("config filter 'f' is not available"));
  EXPECT_THAT(said(), testing::Contains(HasSubstr("a1.configfilters.f.command: is required")));
}

TEST_F(FilterAgentTest, hadoop_reads_a_credential_store_that_hadoop_wrote) {
  files.add_file("/etc/hadoop.jceks", golden("crypto/golden/hadoop.jceks"));  // its password is Hadoop's own
  files.add_file("/etc/credentials.jceks", golden("components/config_filters/hadoop/golden/credentials.jceks"));
  preparation.environment["HADOOP_CREDSTORE_PASSWORD"] = "store-word";
  for (const std::string type : {"hadoop", "org.apache.flume.configfilter.HadoopCredentialStoreConfigFilter"}) {
    const std::string keys = "type = " + type + "\ncredential.provider.path = jceks://file/etc/credentials.jceks";
    EXPECT_EQ(filtered(keys, "${f['db-password']}/${f['DB-PASSWORD']}"), "s3cr3t/s3cr3t");
    EXPECT_EQ(filtered(keys, "${f['greeting']}"), "schlüssel-密");
    EXPECT_THAT(said(), IsEmpty());
    EXPECT_EQ(filtered(keys, "${f['none']}"), "${f['none']}");
    EXPECT_THAT(said(), ElementsAre(HasSubstr("config filter 'f', key 'none': it has no value of that key")));
  }
  preparation.environment.erase("HADOOP_CREDSTORE_PASSWORD");
  EXPECT_EQ(filtered("type = hadoop\ncredential.provider.path = localjceks://file/etc/hadoop.jceks", "x"), "x");
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(FilterAgentTest, hadoop_takes_the_password_from_the_environment_before_the_file) {
  files.add_file("/etc/credentials.jceks", golden("components/config_filters/hadoop/golden/credentials.jceks"));
  const std::string keys =
      "type = hadoop\ncredential.provider.path = jceks://file/etc/credentials.jceks\n"
      "credstore.java-keystore-provider.password-file = password";
  files.add_file("/conf/password", " store-word\n");
  EXPECT_EQ(filtered(keys, "${f['db-password']}"), "s3cr3t");
  preparation.environment["HADOOP_CREDSTORE_PASSWORD"] = "another";
  EXPECT_EQ(filtered(keys, "${f['db-password']}"), "${f['db-password']}");
  EXPECT_THAT(said().front(), HasSubstr("a1.configfilters.f: the config filter is left out: /etc/credentials.jceks: wrong password"));
  preparation.environment["HADOOP_CREDSTORE_PASSWORD"] = "store-word";
  files.add_file("/conf/password", "another");
  EXPECT_EQ(filtered(keys, "${f['db-password']}"), "s3cr3t");
}

TEST_F(FilterAgentTest, hadoop_tells_what_is_wrong_with_store_and_password_file) {
  files.add_file("/etc/keys.jceks", golden("crypto/golden/aes.jceks"));
  const auto problem = [&](const std::string& keys) {
    filtered("type = hadoop\n" + keys, "x");
    return said().empty() ? "nothing" : said().back();
  };
  EXPECT_THAT(problem("credential.provider.path = jceks://file/etc/none.jceks"),
              HasSubstr("the config filter is left out: credential.provider.path"));
  EXPECT_THAT(problem("credential.provider.path = jceks://file/etc/keys.jceks"), HasSubstr("/etc/keys.jceks: wrong password"));
  EXPECT_THAT(problem("credential.provider.path = user:///"), HasSubstr("'user:///' is not read in this version"));
  EXPECT_THAT(problem("credential.provider.path = jceks://hdfs@nn/x"), HasSubstr("is not read in this version"));
  EXPECT_THAT(problem("credential.provider.path = jceks://file/etc/keys.jceks\ncredstore.java-keystore-provider.password-file = nowhere"),
              HasSubstr("there is no nowhere in --conf"));
}

TEST(HidingLogTarget, shows_what_came_from_a_filter_by_its_placeholder) {
  CapturedLog lines;
  HidingLogTarget target(lines, {{"s3cr3t", "${f['pw']}"}});
  Log(target, "sinks.k1").info("connected", {{"url", "http://me:s3cr3t@host"}, {"tries", 2}});
  ASSERT_EQ(lines.lines().size(), 1U);
  EXPECT_THAT(lines.lines()[0].text, testing::AllOf(HasSubstr("http://me:${f['pw']}@host"), testing::Not(HasSubstr("s3cr3t"))));
}

}  // namespace
}  // namespace flume::cli
