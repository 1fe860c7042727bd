#include "components/sinks/hdfs/hdfs_options.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/component_options.h"
#include "support/sim_files.h"

namespace flume {
namespace {

using testing::HasSubstr;

std::string problem(std::map<std::string, std::string> keys) {
  keys.insert({"hdfs.path", "/flume/events"});
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
  return parsed.problem.ok() ? "" : parsed.problem.message();
}

TEST(HdfsOptions, has_every_key_of_flume) {
  const ParsedComponent parsed = parse_component(Kind::Sink, "org.apache.flume.sink.hdfs.HDFSEventSink", {{"hdfs.path", "/x"}});
  std::set<std::string> known{"type", "serializer.*"};
  for (const OptionInfo& row : parsed.info->options) known.emplace(row.key);
  std::ifstream rows(std::string(FLUME_SOURCE_DIR) + "/tests/data/keys.tsv");
  int checked = 0;
  for (std::string line; std::getline(rows, line);) {
    std::istringstream fields(line);
    std::string kind;
    std::string type;
    std::string class_name;
    std::string key;
    std::getline(fields, kind, '\t');
    std::getline(fields, type, '\t');
    std::getline(fields, class_name, '\t');
    std::getline(fields, key, '\t');
    if (kind != "sink" || type != "hdfs") continue;
    ++checked;
    EXPECT_TRUE(known.contains(key)) << key;
  }
  EXPECT_GT(checked, 30);
}

TEST(HdfsOptions, compiles_path_and_prefix_before_the_start) {
  EXPECT_THAT(problem({{"hdfs.path", "/x/%[nope]"}}), HasSubstr("hdfs.path"));
  EXPECT_THAT(problem({{"hdfs.filePrefix", "a%[nope]"}}), HasSubstr("hdfs.filePrefix"));
}

TEST(HdfsOptions, takes_what_flume_takes) {
  EXPECT_EQ(problem({}), "");
  EXPECT_EQ(problem({{"hdfs.fileType", "datastream"},
                     {"hdfs.writeFormat", "anything"},
                     {"serializer", "header_and_text"},
                     {"serializer.appendNewline", "false"}}),
            "");
  EXPECT_EQ(problem({{"hdfs.threadsPoolSize", "3"},
                     {"hdfs.rollTimerPoolSize", "2"},
                     {"hdfs.minBlockReplicas", "1"},
                     {"hdfs.useRawLocalFileSystem", "true"}}),
            "");
  EXPECT_EQ(problem({{"hdfs.roundValue", "99"}}), "") << "not looked at while hdfs.round is false";
}

TEST(HdfsOptions, refuses_what_it_must_not_ignore) {
  EXPECT_THAT(problem({{"hdfs.kerberosPrincipal", "flume"}}), HasSubstr("Kerberos comes later"));
  EXPECT_THAT(problem({{"hdfs.proxyUser", "alice"}}), HasSubstr("hdfs.proxyUser: 'alice'"));
  EXPECT_THAT(problem({{"hdfs.fileType", "CompressedStream"}, {"hdfs.codeC", "gzip"}}), HasSubstr("codecs come in a later version"));
  EXPECT_THAT(problem({{"hdfs.codeC", "gzip"}}), HasSubstr("codecs come in a later version"));
  EXPECT_THAT(problem({{"hdfs.codeC", "gzip"}, {"hdfs.fileType", "DataStream"}}), HasSubstr("exclude each other"));
  EXPECT_THAT(problem({{"hdfs.writeFormat", "text"}}), HasSubstr("Writable or Text (case matters)"));
  EXPECT_THAT(problem({{"hdfs.round", "true"}, {"hdfs.roundValue", "25"}, {"hdfs.roundUnit", "hour"}}), HasSubstr("expected 1 to 24"));
  EXPECT_THAT(problem({{"hdfs.path", "viewfs://nn/flume"}}), HasSubstr("hdfs.path: viewfs://nn/flume: viewfs:// is not supported"));
  EXPECT_THAT(problem({{"hdfs.durability", "maybe"}}), HasSubstr("flush"));
  EXPECT_THAT(problem({{"serializer", "thrift"}}), HasSubstr("serializer"));
  EXPECT_THAT(problem({{"hdfs.adoptLeftovers", "true"}, {"hdfs.emptyInUseSuffix", "true"}}),
              HasSubstr("cannot be told from finished ones"));
  EXPECT_EQ(problem({{"hdfs.adoptLeftovers", "true"}, {"hdfs.emptyInUseSuffix", "true"}, {"hdfs.inUsePrefix", "_"}}), "");
}

TEST(HdfsOptions, tells_all_that_it_refuses_at_once) {
  const std::string problems = problem({{"hdfs.path", "/x/%[nope]"},
                                        {"hdfs.filePrefix", "%[nope]"},
                                        {"hdfs.kerberosPrincipal", "flume"},
                                        {"hdfs.kerberosKeytab", "/k"},
                                        {"hdfs.proxyUser", "alice"},
                                        {"hdfs.codeC", "gzip"},
                                        {"hdfs.writeFormat", "text"},
                                        {"hdfs.round", "true"},
                                        {"hdfs.roundValue", "0"}});
  for (const char* key : {"hdfs.path: ", "hdfs.filePrefix: ", "hdfs.kerberosPrincipal: ", "hdfs.proxyUser: ", "hdfs.codeC: ",
                          "hdfs.writeFormat: ", "hdfs.roundValue: "})
    EXPECT_THAT("\n" + problems, HasSubstr(std::string("\n") + key));
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 6) << "Kerberos is told once\n" << problems;
}

std::string one_property(const std::string& name, const std::string& value) {
  return "<configuration><property><name>" + name + "</name><value>" + value + "</value></property></configuration>";
}

TEST(HdfsOptions, looks_at_the_default_file_system_of_the_conf_folder) {
  SimFiles files;
  files.add_file("/view/core-site.xml", one_property("fs.defaultFS", "viewfs://mounts"));
  files.add_file("/broken/core-site.xml", "<configuration>\n<property></configuration>");
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", {{"hdfs.path", "/x"}});
  const auto problems_with = [&](const std::string& conf_folder) { return parsed.info->check(parsed.options.get(), {files, conf_folder}); };
  EXPECT_TRUE(problems_with("").empty());
  EXPECT_TRUE(problems_with("/none").empty());
  const OptionProblems view = problems_with("/view");
  ASSERT_EQ(view.size(), 1U);
  EXPECT_THAT(view[0].keys, testing::ElementsAre("hdfs.path"));
  EXPECT_THAT(view[0].message, HasSubstr("fs.defaultFS = viewfs://mounts (/view/core-site.xml): viewfs:// is not supported"));
  const OptionProblems broken = problems_with("/broken");
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_THAT(broken[0].message, HasSubstr("/broken/core-site.xml:2:13: "));
  const ParsedComponent local = parse_component(Kind::Sink, "hdfs", {{"hdfs.path", "file:///x"}});
  EXPECT_TRUE(local.info->check(local.options.get(), {files, "/view"}).empty()) << "its own scheme counts";
}

TEST(HdfsOptions, advises_against_many_small_files_and_endless_ones_on_hdfs) {
  SimFiles files;
  const auto advice = [&](const std::map<std::string, std::string>& keys) {
    const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
    const OptionProblems problems = parsed.info->check(parsed.options.get(), {files, "", {.user_name = "flume"}});
    if (problems.empty()) return std::string();
    EXPECT_TRUE(problems[0].is_advice);
    return problems[0].message.substr(0, problems[0].message.find(':'));
  };
  const std::pair<std::string, std::string> path{"hdfs.path", "hdfs://nn/x"};
  EXPECT_EQ(advice({path}), "a file ends after 10 events, 1024 bytes or 30 s");
  EXPECT_EQ(advice({path, {"hdfs.rollCount", "0"}, {"hdfs.rollSize", "134217728"}}), "a file ends after 30 s");
  EXPECT_EQ(advice({path, {"hdfs.rollCount", "1000"}, {"hdfs.rollSize", "1048575"}, {"hdfs.rollInterval", "60"}}),
            "a file ends after 1048575 bytes");
  EXPECT_EQ(advice({path, {"hdfs.rollCount", "0"}, {"hdfs.rollSize", "0"}, {"hdfs.rollInterval", "0"}}),
            "nothing ends a file but the stop of the sink");
  EXPECT_EQ(advice({path, {"hdfs.rollCount", "0"}, {"hdfs.rollSize", "0"}, {"hdfs.rollInterval", "0"}, {"hdfs.idleTimeout", "60"}}), "");
  EXPECT_EQ(advice({{"hdfs.path", "file:///x"}}), "");
}

TEST(HdfsOptions, looks_at_the_clients_configuration_only_for_hdfs) {
  SimFiles files;
  files.add_file("/secure/core-site.xml", one_property("hadoop.security.authentication", "kerberos"));
  files.add_file("/hadoop/core-site.xml", one_property("fs.defaultFS", "hdfs://nn"));
  files.add_file("/hadoop/hdfs-site.xml", one_property("dfs.replication", "three"));
  const auto problem_of = [&](const char* path, const CheckContext& context) {
    const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", {{"hdfs.path", path}});
    OptionProblems problems = parsed.info->check(parsed.options.get(), context);
    std::erase_if(problems, [](const OptionProblem& problem) { return problem.is_advice; });
    EXPECT_LE(problems.size(), 1U);
    return problems.empty() ? std::string() : problems[0].message;
  };
  EXPECT_EQ(problem_of("hdfs://nn:8020/x", {files, "", {.user_name = "flume"}}), "");
  EXPECT_THAT(problem_of("hdfs://nn/x", {files, "/secure", {.user_name = "flume"}}),
              HasSubstr("hdfs://nn: /secure/core-site.xml: hadoop.security.authentication: 'kerberos'"));
  EXPECT_EQ(problem_of("/x", {files, "/secure", {.user_name = "flume"}}), "");
  EXPECT_THAT(problem_of("/x", {files, "/none", {.conf_folder = "/hadoop", .user_name = "flume"}}),
              HasSubstr("/hadoop/hdfs-site.xml: dfs.replication: not a whole number: 'three'"));
  EXPECT_THAT(problem_of("hdfs://nn/x", {files, "", {.proxy_user = "bob"}}), HasSubstr("HADOOP_PROXY_USER = bob"));
}

TEST(HdfsOptions, knows_on_which_keys_a_finding_rests) {
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", {{"hdfs.path", "/x"}, {"hdfs.writeFormat", "text"}});
  SimFiles files;
  const OptionProblems problems = parsed.info->check(parsed.options.get(), {files, ""});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].keys, testing::ElementsAre("hdfs.writeFormat", "hdfs.fileType")) << "a DataStream has no write format";
}

TEST(HdfsOptions, warns_of_an_unknown_time_zone_when_the_key_is_read) {
  const ComponentInfo& info = *parse_component(Kind::Sink, "hdfs", {{"hdfs.path", "/x"}}).info;
  const auto row =
      std::find_if(info.options.begin(), info.options.end(), [](const OptionInfo& each) { return each.key == "hdfs.timeZone"; });
  const auto options = info.make_options();
  OptionInput unknown{.text = "Europe/Berln", .suffix = {}, .warning = {}};
  EXPECT_TRUE(row->parse(*row, options.get(), unknown).ok());
  EXPECT_THAT(unknown.warning, HasSubstr("GMT is used, as Java does; did you mean Europe/Berlin?"));
  OptionInput known{.text = "Europe/Berlin", .suffix = {}, .warning = {}};
  EXPECT_TRUE(row->parse(*row, options.get(), known).ok());
  EXPECT_EQ(known.warning, "");
}

}  // namespace
}  // namespace flume
