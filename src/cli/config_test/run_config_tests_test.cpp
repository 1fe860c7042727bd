// Configuration tests over simulated files, with the real components.
#include "cli/config_test/run_config_tests.h"

#include <fstream>
#include <iterator>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/component_options.h"
#include "support/sim_files.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class RunConfigTests : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(files.make_directories(parent_directory(path)).ok());
    ASSERT_TRUE(files.replace(path, text).ok());
  }
  TestFileReport run(const std::string& path, const std::string& filter = "") {
    return run_config_tests(files, line, path, filter, builtin_registry());
  }
  /// One test of source r1 over `keys` of the agent a1; `test`: what stands in it.
  TestFileReport run(const std::string& keys, const std::string& test, const std::string& top) {
    write("/t/f.conf",
          "a1.sources = r1\na1.channels = c1 c2\na1.sinks = k1\na1.sources.r1.type = seq\na1.sources.r1.channels = c1 c2\n"
          "a1.channels.c1.type = memory\na1.channels.c2.type = memory\na1.sinks.k1.channel = c1\n" +
              keys);
    write("/t/t.json", R"j({"configuration": "f.conf", "clock": "2026-03-01T00:30:00Z", )j" + top +
                           R"j("tests": {"t": {"source": "r1", )j" + test + "}}}");
    return run("/t/t.json");
  }
  static std::string text(const TestFileReport& report) { return problems_as_text(report) + results_as_text(report); }

  SimFiles files;
  CommandLine line;
};

constexpr const char* kNull = "a1.sinks.k1.type = null\n";

TEST_F(RunConfigTests, gives_each_channel_its_events_after_interceptors_and_selector) {
  const std::string keys = std::string(kNull) +
                           "a1.sources.r1.interceptors = i1 i2\na1.sources.r1.interceptors.i1.type = static\n"
                           "a1.sources.r1.interceptors.i1.key = a\na1.sources.r1.interceptors.i1.value = b\n"
                           "a1.sources.r1.interceptors.i2.type = regex_filter\na1.sources.r1.interceptors.i2.regex = ^drop\n"
                           "a1.sources.r1.interceptors.i2.excludeEvents = true\n"
                           "a1.sources.r1.selector.type = multiplexing\na1.sources.r1.selector.header = to\n"
                           "a1.sources.r1.selector.mapping.one = c1\na1.sources.r1.selector.mapping.two = c2\n";
  const std::string events =
      R"j("events": [{"headers": {"to": "one"}, "body": "1"}, {"headers": {"to": "two"}, "body": "2"}, {"body": "drop"}, {"body": "lost"}],)j";
  const TestFileReport good =
      run(keys, events + R"j("expect": {"dropped": 2, "channels": {"c1": [{"headers": {"a": "b", "to": "one"}, "body": "1"}],
      "c2": [{"with": {"a": "b"}, "without": ["x"], "body": "2"}]}})j",
          "");
  EXPECT_EQ(text(good), "ok      t\n");
  const TestFileReport bad =
      run(keys, events + R"j("expect": {"dropped": 0, "channels": {"c2": [{"headers": {"to": "2", "x": "y"}, "without": ["a"],
      "body": "3"}, {}]}})j",
          "");
  EXPECT_EQ(text(bad),
            "FAILED  t\n"
            "  dropped\n    expected  0\n    actual    2\n"
            "  channel c1\n    expected  0 events\n    actual    1 event\n"
            "  channel c1, event 1\n    expected  (none)\n    actual    {a=b, to=one} \"1\"\n"
            "  channel c2\n    expected  2 events\n    actual    1 event\n"
            "  channel c2, event 1, header to\n    expected  \"2\"\n    actual    \"two\"\n"
            "  channel c2, event 1, header x\n    expected  \"y\"\n    actual    (none)\n"
            "  channel c2, event 1, header a\n    expected  (none)\n    actual    \"b\"\n"
            "  channel c2, event 1, header a\n    expected  (none)\n    actual    \"b\"\n"
            "  channel c2, event 1, body\n    expected  \"3\"\n    actual    \"2\"\n");
}

TEST_F(RunConfigTests, plays_at_its_own_clock_zone_host_and_environment) {
  const std::string keys =
      "a1.sources.r1.interceptors = i1 i2 i3\na1.sources.r1.interceptors.i1.type = timestamp\na1.sources.r1.interceptors.i2.type = host\n"
      "a1.sources.r1.interceptors.i3.type = static\na1.sources.r1.interceptors.i3.key = v\n"
      "a1.sources.r1.interceptors.i3.value = ${env:WHO}-${sys:user.home}-${date:yyyy-MM-dd HH}-${e['WHO']}\n"
      "a1.configfilters = e\na1.configfilters.e.type = env\n"
      "a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /data/%{host}/%[localhost]/%Y-%m-%d/%H\n";
  const std::string top = R"j("zone": "Europe/Berlin", "environment": {"WHO": "me"}, "host": {"name": "web1", "address": "10.0.0.7"}, )j";
  const TestFileReport report =
      run(keys, R"j("events": [{"body": "x"}], "expect": {"sinks": {"k1": ["/data/10.0.0.7/web1/2026-03-01/01/FlumeData"]},
      "channels": {"c1": [{"headers": {"timestamp": "1772325000000", "host": "10.0.0.7", "v": "me-/home/flume-2026-03-01 01-me"}}], "c2": [{}]}})j",
          top);
  EXPECT_EQ(text(report), "ok      t\n");
}

TEST_F(RunConfigTests, shows_where_hdfs_and_file_roll_would_write) {
  const std::string events = R"j("events": [{"headers": {"timestamp": "1767225600000", "a": "b"}}, {"headers": {"a": "../.."}}, {}],)j";
  EXPECT_EQ(text(run("a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = hdfs://nn:8020/x/%{a}/%Y\na1.sinks.k1.hdfs.filePrefix = p-%m\n",
                     events + R"j("expect": {"sinks": {"k1": ["hdfs://nn:8020/x/b/2026/p-01", "(refused)", "(refused)"]}})j", "")),
            "ok      t\n");
  EXPECT_THAT(text(run("a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = rel/%Y\n",
                       events + R"j("expect": {"sinks": {"k1": ["(refused)", "/x"]}})j", "")),
              AllOf(HasSubstr("  sink k1\n    expected  2 events\n    actual    3 events\n"),
                    HasSubstr("  sink k1, event 1\n    expected  (refused)\n    actual    \"rel/2026/FlumeData\"\n"),
                    HasSubstr("  sink k1, event 2\n    expected  \"/x\"\n    actual    (refused), "),
                    HasSubstr("sink k1, event 3\n    expected  (none)")));
  EXPECT_EQ(text(run("a1.sinks.k1.type = file_roll\na1.sinks.k1.sink.directory = /out\n",
                     R"j("events": [{}], "expect": {"sinks": {"k1": ["/out/1772325000000-1"]}})j", "")),
            "ok      t\n");
  EXPECT_THAT(text(run(kNull, R"j("events": [{}], "expect": {"sinks": {"k1": ["/x"]}})j", "")),
              HasSubstr("actual    its places are not known: the sink null has no places that a test can show"));
}

TEST_F(RunConfigTests, names_the_group_of_a_sink) {
  const TestFileReport report =
      run("a1.sinks = k1 k2\na1.sinks.k1.type = null\na1.sinks.k2.type = null\na1.sinks.k2.channel = c1\na1.sinkgroups = g1\n"
          "a1.sinkgroups.g1.sinks = k1 k2\na1.sinkgroups.g1.processor.type = failover\n",
          R"j("events": [{"body": "1"}], "expect": {"dropped": 0})j", "");
  ASSERT_EQ(report.results.size(), 1U) << text(report);
  const std::vector<SinkOutcome>& sinks = report.results.at(0).outcome.sinks;
  ASSERT_EQ(sinks.size(), 2U);
  EXPECT_EQ(sinks[0].group, "g1");
  EXPECT_EQ(sinks[1].group, "g1");
}

TEST_F(RunConfigTests, reads_the_default_file_system_of_conf) {
  write("/conf/core-site.xml",
        "<configuration><property><name>fs.defaultFS</name><value>hdfs://nn:9000</value></property></configuration>");
  line.flags["conf"] = {"/conf"};
  EXPECT_EQ(text(run("a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = logs\n",
                     R"j("events": [{}], "expect": {"sinks": {"k1": ["hdfs://nn:9000/user/flume/logs/FlumeData"]}})j", "")),
            "ok      t\n");
}

TEST_F(RunConfigTests, feeds_batch_by_batch) {
  const std::string keys = std::string(kNull) + "a1.sources.r1.selector.type = load_balancing\n";
  const std::string events = R"j("events": [{"body": "1"}, {"body": "2"}, {"body": "3"}],)j";
  EXPECT_EQ(
      text(run(keys, events + R"j("batchSize": 1, "expect": {"channels": {"c1": [{"body": "1"}, {"body": "3"}], "c2": [{"body": "2"}]}})j",
               "")),
      "ok      t\n");
  EXPECT_EQ(
      text(run(keys, events + R"j("batchSize": 2, "expect": {"channels": {"c1": [{"body": "1"}, {"body": "2"}], "c2": [{"body": "3"}]}})j",
               "")),
      "ok      t\n");
}

TEST_F(RunConfigTests, runs_no_command_and_changes_no_file) {
  const std::string keys =
      "a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = /x/${v['a']}\na1.configfilters = v\na1.configfilters.v.type = external\n"
      "a1.configfilters.v.command = /bin/true\n";
  files.inject({.operation = SimFiles::Operation::Write, .skip = 2, .times = SimFiles::Fault::kForever});  // these two are the test's own
  const TestFileReport report = run(keys, R"j("events": [{}], "expect": {"sinks": {"k1": ["/x/${v['a']}/FlumeData"]}})j", "");
  EXPECT_THAT(text(report), AllOf(HasSubstr("a configuration test runs no commands"), HasSubstr("ok      t\n")));
}

TEST_F(RunConfigTests, fails_where_the_agent_would_run_without_the_component) {
  EXPECT_THAT(text(run("a1.sinks.k1.type = hdfs\n", R"j("events": [{}], "expect": {"sinks": {"k1": ["/x"]}})j", "")),
              AllOf(HasSubstr("FAILED  t\n"), HasSubstr("actual    the agent would run without it: ")));
  EXPECT_THAT(text(run(std::string(kNull) + "a1.sources.r1.interceptors = i\na1.sources.r1.interceptors.i.type = nope\n",
                       R"j("events": [{}], "expect": {"dropped": 0})j", "")),
              HasSubstr("FAILED  t\n"));
}

TEST_F(RunConfigTests, refuses_names_that_the_configuration_does_not_have) {
  const TestFileReport report = run(kNull, R"j("events": [{}], "expect": {"channels": {"c3": []}, "sinks": {"sink": []}})j", "");
  EXPECT_FALSE(report.is_usable);
  EXPECT_THAT(report.results, IsEmpty());
  EXPECT_THAT(problems_as_text(report), AllOf(HasSubstr("tests.t.expect.channels.c3: agent a1 lists no c3 in its channels"),
                                              HasSubstr("tests.t.expect.sinks.sink: agent a1 lists no sink in its sinks (there is k1)")));
  EXPECT_THAT(problems_as_text(run(kNull, R"j("events": [{}], "expect": {"dropped": 0})j", R"j("agent": "a2", )j")), HasSubstr("a2"));
  EXPECT_FALSE(run("/t/none.json").is_usable);
  write("/t/t.json",
        R"j({"configuration": "none.conf", "clock": 0, "tests": {"t": {"source": "r", "events": [{}], "expect": {"dropped": 0}}}})j");
  EXPECT_THAT(problems_as_text(run("/t/t.json")), HasSubstr("/t/none.conf: error: no such file"));
}

TEST_F(RunConfigTests, shows_bytes_that_are_no_text_as_base64) {
  const TestFileReport report = run(kNull, R"j("events": [{"base64": "AP8="}], "expect": {"dropped": 0})j", "");
  const std::string json = results_as_json({report});
  EXPECT_THAT(json, AllOf(HasSubstr("\"base64\": \"AP8=\""), HasSubstr("\"passed\": 1"), HasSubstr("\"failed\": 0")));
}

TEST_F(RunConfigTests, compares_what_config_filters_answer_and_shows_it_nowhere) {
  const std::string keys =
      std::string(kNull) +
      "a1.sources.r1.interceptors = i1\na1.sources.r1.interceptors.i1.type = static\na1.sources.r1.interceptors.i1.key = t\n"
      "a1.sources.r1.interceptors.i1.value = <${e['TOKEN']}>\na1.configfilters = e\na1.configfilters.e.type = env\n";
  const std::string top = R"j("environment": {"TOKEN": "hunter2-word"}, )j";
  const TestFileReport good =
      run(keys, R"j("events": [{}], "expect": {"channels": {"c1": [{"headers": {"t": "<hunter2-word>"}}], "c2": [{}]}})j", top);
  EXPECT_EQ(text(good), "ok      t\n");
  const TestFileReport bad = run(keys, R"j("events": [{}], "expect": {"channels": {"c1": [{"headers": {"t": "x"}}], "c2": [{}]}})j", top);
  for (const std::string& shown : {text(bad), results_as_json({bad})})
    EXPECT_THAT(shown, AllOf(HasSubstr("<${e['TOKEN']}>"), testing::Not(HasSubstr("hunter2")))) << shown;
}

/// The blocks of the page, by the file that the words before them name.
std::map<std::string, std::string> examples() {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/docs/config-tests.md");
  std::map<std::string, std::string> blocks;
  std::string named;
  std::string block;
  bool is_inside = false;
  int outputs = 0;
  for (std::string each; std::getline(file, each);) {
    if (each.starts_with("```")) {
      if (is_inside) blocks[std::exchange(named, "output " + std::to_string(++outputs))] = std::exchange(block, "");
      is_inside = !is_inside;
    } else if (is_inside) {
      block += each + '\n';
    } else if (const std::size_t at = each.find("`web."); at != std::string::npos) {
      named = each.substr(at + 1, each.find('`', at + 1) - at - 1);
    } else if (each.find(" prints") != std::string::npos || each.find(" printed") != std::string::npos) {
      named = each.find(" prints") != std::string::npos ? "printed when good" : "printed when bad";
    }
  }
  return blocks;
}

TEST_F(RunConfigTests, does_what_the_page_of_the_documentation_shows) {
  std::map<std::string, std::string> blocks = examples();
  const std::string conf = blocks["web.conf"];
  ASSERT_THAT(conf, HasSubstr("hdfs.path"));
  write("/t/web.conf", conf);
  write("/t/web.test.json", blocks["web.test.json"]);
  write("/t/web.test.properties", blocks["web.test.properties"]);
  const TestFileReport good = run("/t/web.test.json");
  EXPECT_EQ(text(good) + totals({good}), blocks["printed when good"]);
  const TestFileReport short_form = run("/t/web.test.properties");
  EXPECT_EQ(text(short_form), "ok      errors\nok      archive\nok      debug\n");
  EXPECT_EQ(text(run("/t/web.test.json", "alarm")), "ok      errors raise an alarm\n");

  std::string slip = conf;
  const std::size_t at = slip.find("%Y-%m-%d");
  ASSERT_NE(at, std::string::npos);
  write("/t/web.conf", slip.replace(at, 8, "%Y-%d-%m"));
  const TestFileReport bad = run("/t/web.test.json");
  EXPECT_EQ(text(bad) + totals({bad}), blocks["printed when bad"]);
}

}  // namespace
}  // namespace flume::cli
