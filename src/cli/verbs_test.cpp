// The program itself: exit codes and where it prints what.
#include "cli/verbs.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "flume/version.h"
#include "io/posix_files.h"
#include "io/process_lock.h"

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Ended {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

class Program : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "flume-verbs-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }

  /// Runs flume-ng with words for a shell, in the test's own folder.
  [[nodiscard]] Ended run(const std::string& words) const {
    const std::string command =
        "cd " + folder_ + " && HOME=" + folder_ + " timeout 20 " FLUME_BINARY_DIR "/bin/flume-ng " + words + " </dev/null >out 2>err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("out"), read("err")};
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/" + name).rdbuf();
    return text.str();
  }

  std::string folder_;
};

constexpr const char* kGood =
    "a1.sources = r1\na1.channels = c1\na1.sinks = k1\n"
    "a1.channels.c1.type = memory\n"
    "a1.sources.r1.type = seq\na1.sources.r1.channels = c1\n"
    "a1.sinks.k1.type = null\na1.sinks.k1.channel = c1\n";

TEST_F(Program, ends_with_1_and_its_usage_after_an_unknown_command) {
  for (const char* words : {"", "agnet", "--conf ."}) {
    const Ended ended = run(words);
    EXPECT_EQ(ended.exit_code, 1) << words;
    EXPECT_THAT(ended.errors, AllOf(StartsWith("Error: Unknown or unspecified command"), HasSubstr("Usage: flume-ng"))) << words;
    EXPECT_THAT(ended.output, IsEmpty());
  }
}

TEST_F(Program, avro_client_ends_with_1_when_nobody_takes_the_events) {
  const std::string lines = write("lines", "a\nb\n");
  // Port 1 is nobody's on a machine that runs tests.
  const Ended ended = run("avro-client -H 127.0.0.1 -p 1 -F " + lines);
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.errors,
              AllOf(StartsWith("Error: 0 events are stored, then it failed: " + lines + ": connect to 127.0.0.1:1"), HasSubstr("efused")));
  EXPECT_THAT(run("avro-client -H 127.0.0.1 -p 1 -F absent").errors, HasSubstr("open absent"));
  EXPECT_EQ(run("avro-client -H 127.0.0.1").exit_code, 2);
}

TEST_F(Program, ends_with_2_and_names_what_is_not_built) {
  const Ended ended = run("agent -n a1 -b backups");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.errors, AllOf(StartsWith("Error: "), HasSubstr("--backup-directory"), HasSubstr("not in this version")));
}

TEST_F(Program, prints_help_and_version) {
  for (const char* words : {"help", "--help", "agent --help", "validate -h", "describe --help"}) {
    const Ended ended = run(words);
    EXPECT_EQ(ended.exit_code, 0) << words;
    EXPECT_THAT(ended.output, StartsWith("Usage: flume-ng")) << words;
  }
  const Ended version = run("version -C x.jar");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, AllOf(StartsWith("Flume 1.11.0 (flume-cpp " + std::string(flume::version()) + ")\n"),
                                    HasSubstr("\nRevision: "), HasSubstr("\nCompiled by ")));
  EXPECT_EQ(std::count(version.output.begin(), version.output.end(), '\n'), 5);
  EXPECT_THAT(version.errors, HasSubstr("Info: --classpath: there is no class path"));
}

TEST_F(Program, tests_a_configuration_and_ends_with_0_1_or_2) {
  static_cast<void>(write("flume.conf", kGood));
  const std::string test =
      R"({"configuration": "flume.conf", "clock": 0, "tests": {"t": {"source": "r1", "events": [{"body": "x"}], "expect": )";
  static_cast<void>(write("good.test.json", test + R"({"channels": {"c1": [{"body": "x"}]}}}}})"));
  static_cast<void>(write("bad.test.json", test + R"({"channels": {"c1": [{"body": "y"}]}}}}})"));
  static_cast<void>(write("unusable.test.json", test + R"({"chanels": {}}}}})"));
  const Ended good = run("test good.test.json");
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_EQ(good.output, "ok      t\n1 test: 1 ok, 0 failed\n");
  const Ended bad = run("test good.test.json bad.test.json");
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output, AllOf(HasSubstr("bad.test.json:\nFAILED  t\n"), HasSubstr("2 tests: 1 ok, 1 failed\n")));
  const Ended unusable = run("test bad.test.json unusable.test.json");
  EXPECT_EQ(unusable.exit_code, 2);
  EXPECT_THAT(unusable.errors, HasSubstr("unusable.test.json:1: error: tests.t.expect.chanels: unknown key (did you mean channels?)"));
  EXPECT_EQ(run("test").exit_code, 2);
  EXPECT_THAT(run("test good.test.json --filter z").errors, HasSubstr("no test has 'z' in its name"));
  EXPECT_EQ(run("test good.test.json --filter z").exit_code, 2);
  EXPECT_THAT(run("test good.test.json --json").output, HasSubstr("\"passed\": 1"));
}

TEST_F(Program, describes_and_refuses_what_it_does_not_know) {
  EXPECT_THAT(run("describe").output, HasSubstr("channel selectors"));
  EXPECT_THAT(run("describe SINKS null --json").output, HasSubstr("\"type\": \"null\""));
  EXPECT_THAT(run("describe hdfs-client").output, HasSubstr("dfs.client.use.datanode.hostname  (bool, default false)"));
  EXPECT_THAT(run("describe hdfs-client --json").output, HasSubstr("\"key\": \"dfs.blocksize\""));
  EXPECT_EQ(run("describe hdfs-client x").exit_code, 1);
  const Ended unknown = run("describe snik");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("did you mean sink?"));
  EXPECT_EQ(run("describe sink nul").exit_code, 1);
  EXPECT_EQ(run("describe sink --markdown pages").exit_code, 2);
}

TEST_F(Program, writes_its_reference_the_same_twice) {
  EXPECT_EQ(run("describe --markdown pages").exit_code, 0);
  const std::string index = read("pages/README.md");
  EXPECT_THAT(index, HasSubstr("# Reference"));
  EXPECT_EQ(run("describe --markdown pages").exit_code, 0);
  EXPECT_EQ(read("pages/README.md"), index);
  EXPECT_THAT(read("pages/sources.md"), HasSubstr("## seq"));
}

TEST_F(Program, validates_with_the_exit_code_for_scripts) {
  const std::string good = write("good.conf", kGood);
  EXPECT_EQ(run("validate -f " + good).exit_code, 0);
  EXPECT_EQ(run("validate -f " + good + " -n a1 --json").exit_code, 0);
  const std::string warned = write("warned.conf", std::string(kGood) + "a1.sinks.k1.colour = red\n");
  EXPECT_EQ(run("validate -f " + warned).exit_code, 0);
  EXPECT_EQ(run("validate --strict -f " + warned).exit_code, 1);
  const std::string wrong = write("wrong.conf", std::string(kGood) + "a1.sinks.k1.batchSize = many\n");
  const Ended invalid = run("validate -f " + wrong);
  EXPECT_EQ(invalid.exit_code, 1);
  EXPECT_THAT(invalid.output, StartsWith(wrong + ":9:25: error: a1.sinks.k1.batchSize: not a whole number: 'many'\n"));
  EXPECT_EQ(run("validate").exit_code, 2);
  EXPECT_EQ(run("validate --frob").exit_code, 2);
}

TEST_F(Program, probes_only_when_it_is_asked_to) {
  std::string text = kGood;
  text.replace(text.find("type = null"), 11, "type = file_roll\na1.sinks.k1.sink.directory = " + folder_ + "/rolled");
  const std::string conf = write("roll.conf", text);
  EXPECT_EQ(run("validate -f " + conf).exit_code, 0);
  const Ended missing = run("validate --probe -f " + conf);
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.output, StartsWith(conf + ":8:30: error: a1.sinks.k1.sink.directory: " + folder_ + "/rolled is not there, and"));
  std::filesystem::create_directory(folder_ + "/rolled");
  const Ended there = run("validate --probe -f " + conf);
  EXPECT_EQ(there.exit_code, 0);
  EXPECT_THAT(there.output, HasSubstr("info: a1.sinks.k1.sink.directory: " + folder_ + "/rolled can be written to, with "));
}

TEST_F(Program, names_the_agents_that_are_there) {
  const std::string good = write("good.conf", kGood);
  const Ended validated = run("validate -n a2 -f " + good);
  EXPECT_EQ(validated.exit_code, 1);
  EXPECT_THAT(validated.output, HasSubstr("no agent is called a2; there is a1 (--name a1)"));
  const Ended unnamed = run("agent --dryrun -f " + good);
  EXPECT_EQ(unnamed.exit_code, 2);
  EXPECT_THAT(unnamed.errors, AllOf(HasSubstr("--name: is required"), HasSubstr("there is a1")));
}

TEST_F(Program, does_not_start_without_a_readable_configuration) {
  EXPECT_THAT(run("agent -n a1").errors, HasSubstr("no configuration was given (say which by --conf-file FILE)"));
  for (const auto& [path, reason] :
       std::initializer_list<std::pair<std::string, const char*>>{{"nowhere.conf", "no such file"},
                                                                  {".", "is a directory"},
                                                                  {write("binary.conf", std::string("\0\1\2\0", 4)), "error"},
                                                                  {write("empty.conf", ""), "no agent is configured here"},
                                                                  {write("flume.json", "{}"), "JSON, YAML and XML"}}) {
    const Ended ended = run("agent -n a1 -f " + path);
    EXPECT_EQ(ended.exit_code, 2) << path;
    EXPECT_THAT(ended.errors, HasSubstr(reason)) << path;
    EXPECT_EQ(run("validate -f " + path).exit_code, 1) << path;
  }
}

TEST_F(Program, takes_the_configuration_by_opts_and_by_uri) {
  const std::string good = write("good.conf", kGood);
  std::filesystem::create_directory(folder_ + "/conf");
  write("conf/flume.opts", "name = a1\nconf-file = " + good + "\nno-reload-conf = true\n").clear();
  const Ended by_opts = run("agent --conf conf --dryrun");
  EXPECT_EQ(by_opts.exit_code, 0) << by_opts.errors;
  EXPECT_EQ(by_opts.output, "agent a1: 1 source, 1 channel, 1 sink\n");
  EXPECT_EQ(run("agent --dryrun -n a1 -u file://" + good).exit_code, 0);
  const Ended http = run("agent --dryrun -n a1 -u http://me:geheim@no-such-host.invalid/x");
  EXPECT_EQ(http.exit_code, 2);
  EXPECT_THAT(http.errors, AllOf(HasSubstr("error: http://***@no-such-host.invalid/x: Could not resolve host"), Not(HasSubstr("geheim"))));
}

TEST_F(Program, takes_system_properties_for_log_and_monitoring) {
  const std::string start = "agent --dryrun -n a1 -f " + write("good.conf", kGood) + " ";
  EXPECT_EQ(run(start + "-Dflume.root.logger=DEBUG,console -Dflume.monitoring.type=HTTP -Dflume.monitoring.port=34545").exit_code, 0);
  EXPECT_EQ(run("-Dflume.root.logger=INFO,LOGFILE " + start).exit_code, 0);
  const Ended level = run(start + "-Dflume.root.logger=LOUD,console");
  EXPECT_EQ(level.exit_code, 2);
  EXPECT_THAT(level.errors, HasSubstr("-Dflume.root.logger"));
  for (const char* wrong : {"-Dflume.monitoring.type=ganglia", "-Dflume.monitoring.type=http -Dflume.monitoring.port=http"}) {
    const Ended ended = run(start + wrong);
    EXPECT_EQ(ended.exit_code, 2) << wrong;
    EXPECT_THAT(ended.errors, HasSubstr("-Dflume.monitoring.")) << wrong;
  }
}

TEST_F(Program, takes_true_or_false_for_saving_at_a_stop) {
  const std::string start = "agent --dryrun -n a1 -f " + write("good.conf", kGood) + " -Dflume.spillOnStop=";
  EXPECT_EQ(run(start + "false").exit_code, 0);
  EXPECT_EQ(run(start + "TRUE").exit_code, 0);
  const Ended refused = run(start + "maybe");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("-Dflume.spillOnStop=maybe: either true or false"));
}

TEST_F(Program, puts_diagnostics_and_the_refusal_into_the_log_file) {
  const std::string wrong = write("wrong.conf", std::string(kGood) + "a1.sinks.k1.colour = red\na1.sources.r1.type = sqe\n");
  const std::string start = "agent -n a1 -Dflume.log.dir=logs -f " + wrong + " -Dflume.root.logger=INFO,";
  EXPECT_EQ(run(start + "LOGFILE --dryrun").exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/logs")) << "a dry run leaves nothing behind";
  const Ended refused = run(start + "LOGFILE");
  EXPECT_EQ(refused.exit_code, 2);
  const std::string log = read("logs/flume.log");
  EXPECT_THAT(log, HasSubstr(" ERROR [flume-ng] config: " + wrong + ":10:22: error: a1.sources.r1.type: unknown source type 'sqe'"));
  EXPECT_THAT(log, HasSubstr(" WARN [flume-ng] config: " + wrong + ":9:1: warning: a1.sinks.k1.colour: "));
  EXPECT_THAT(log, HasSubstr(" ERROR [flume-ng] agent: the agent is not started"));
  EXPECT_THAT(refused.errors, HasSubstr("\n" + wrong + ":10:22: error: "));
  std::filesystem::remove_all(folder_ + "/logs");
  const std::string console = run(start + "console").errors;
  EXPECT_EQ(console.find(":10:22: error: "), console.rfind(":10:22: error: ")) << "once: " << console;
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/logs"));
}

TEST_F(Program, puts_a_refusal_before_the_configuration_is_read_into_the_log_file) {
  std::filesystem::create_directory(folder_ + "/conf");
  write("conf/flume-env.sh", "exit 3\n").clear();
  EXPECT_EQ(run("agent -n a1 -c conf -f " + write("good.conf", kGood) + " -Dflume.root.logger=INFO,LOGFILE -Dflume.log.dir=logs").exit_code,
            2);
  EXPECT_THAT(read("logs/flume.log"), HasSubstr("agent: conf/flume-env.sh: the shell ended with exit code 3"));
}

TEST_F(Program, validates_what_the_conf_folder_decides) {
  std::filesystem::create_directory(folder_ + "/conf");
  std::string text = kGood;
  text.replace(text.find("type = null"), 11, "type = hdfs\na1.sinks.k1.hdfs.path = /events");
  const std::string conf = write("hdfs.conf", text);
  EXPECT_EQ(run("validate -c conf -f " + conf).exit_code, 0);
  write("conf/core-site.xml", "<configuration><property><name>fs.defaultFS</name><value>viewfs://nn</value></property></configuration>")
      .clear();
  const Ended other_scheme = run("validate -c conf -f " + conf);
  EXPECT_EQ(other_scheme.exit_code, 1);
  EXPECT_THAT(other_scheme.output,
              HasSubstr("hdfs.conf:8:25: error: a1.sinks.k1.hdfs.path: fs.defaultFS = viewfs://nn (conf/core-site.xml): viewfs:// is"));
  EXPECT_THAT(run("agent --dryrun --strict -n a1 -c conf -f " + conf).errors, HasSubstr("hdfs.conf:8:25: error: "));
  write("conf/core-site.xml", "<configuration>\n<property>").clear();
  EXPECT_THAT(run("validate -c conf -f " + conf).output, HasSubstr("error: a1.sinks.k1.hdfs.path: conf/core-site.xml:2:"));
}

TEST_F(Program, lists_and_finishes_files_of_this_machine) {
  std::filesystem::create_directory(folder_ + "/data");
  const std::string in_use = write("data/FlumeData.1600000000001.tmp", "one\ntwo\nthr");
  const Ended listed = run("tool fs -ls " + folder_ + "/data");
  EXPECT_EQ(listed.exit_code, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(StartsWith("Found 1 items\n-rw"), HasSubstr(" " + in_use + "\n")));
  EXPECT_EQ(run("tool fs -finish 'data/*.tmp'").exit_code, 0);
  EXPECT_EQ(read("data/FlumeData.1600000000001.tmp"), "one\ntwo\nthr") << "only shown";
  const Ended finished = run("tool fs -finish --yes file://" + in_use);
  EXPECT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_EQ(read("data/FlumeData.1600000000001"), "one\ntwo\n");
  EXPECT_EQ(run("tool fs -mkdir data/new").exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_directory(folder_ + "/data/new"));
  const Ended printed = run("tool fs -Dfs.defaultFS=file:/// -cat data/FlumeData.1600000000001 data/none");
  EXPECT_EQ(printed.exit_code, 1);
  EXPECT_EQ(printed.output, "one\ntwo\n");
  EXPECT_EQ(printed.errors, "fs: data/none: no such file or folder\n");
}

TEST_F(Program, names_its_tools) {
  for (const auto& [words, why] :
       std::initializer_list<std::pair<const char*, const char*>>{{"tool", "which tool?"}, {"tool nosuch -x", "unknown tool 'nosuch'"}}) {
    const Ended ended = run(words);
    EXPECT_EQ(ended.exit_code, 2) << words;
    EXPECT_THAT(ended.errors, AllOf(HasSubstr(why), HasSubstr("the tools that exist: fs ("))) << words;
  }
  EXPECT_EQ(run("tool fs -ls -cat x").exit_code, 2);
  EXPECT_THAT(run("help tool").output, HasSubstr("tool options"));
  EXPECT_EQ(run("tool fs -ls -Dfs.defaultFS=viewfs://x /").exit_code, 1);
}

TEST_F(Program, looks_into_the_channel_of_an_agent_that_runs_and_has_run) {
  const std::string conf = write("file.conf",
                                 "a1.sources = r1\na1.channels = c1 c2\na1.sinks = k1 k2\n"
                                 "a1.channels.c1.type = file\na1.channels.c1.dataDirs = " +
                                     folder_ + "/data\na1.channels.c1.maxFileSize = 65536\na1.channels.c1.minimumRequiredSpace = 1\n" +
                                     "a1.channels.c2.type = memory\n"
                                     "a1.sources.r1.type = seq\na1.sources.r1.totalEvents = 20\na1.sources.r1.channels = c1 c2\n"
                                     "a1.sinks.k1.type = file_roll\na1.sinks.k1.sink.directory = /nowhere/x\na1.sinks.k1.channel = c1\n"
                                     "a1.sinks.k2.type = null\na1.sinks.k2.channel = c2\n");
  const std::string of_c1 = " c1 -f " + conf;
  const Ended before = run("channel stat" + of_c1);
  EXPECT_EQ(before.exit_code, 2);
  EXPECT_THAT(before.errors, HasSubstr("was this channel never started?"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/data")) << "looking makes nothing";
  // It runs until all is stored, and is looked at while it does.
  write("run.sh",
        "ng=$1; conf=$2\n"
        "$ng agent -n a1 -f $conf -Dflume.state.dir=state >/dev/null 2>&1 & agent=$!\n"
        "until $ng channel cat c1 -f $conf --count 20 2>/dev/null | grep -qx 19; do sleep 0.1; done\n"
        "$ng channel stat c1 -f $conf; echo exit $?\n"
        "$ng channel bookmarks set o k v -l " +
            folder_ +
            "/data 2>&1; echo exit $?\n"
            "kill -TERM $agent; wait $agent\n")
      .clear();
  const Ended live = run("version >/dev/null; timeout 60 bash run.sh " FLUME_BINARY_DIR "/bin/flume-ng " + conf);
  EXPECT_THAT(live.output, AllOf(HasSubstr("in use by     process "), HasSubstr("20 stored; "), HasSubstr("exit 0\n"),
                                 HasSubstr(": stop it first\nexit 2\n")))
      << live.errors;
  const Ended listed = run("channel ls -f " + conf);
  EXPECT_EQ(listed.exit_code, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(HasSubstr("c1       file    20 "), HasSubstr("c2       memory  ?")));
  EXPECT_EQ(run("channel fsck" + of_c1).exit_code, 0);
  EXPECT_EQ(run("tool fcintegritytool -l data").exit_code, 0);
  EXPECT_EQ(run("tool FCINTEGRITYTOOL").exit_code, 1);
  EXPECT_EQ(run("channel bookmarks set o k v -l data").exit_code, 0);
  EXPECT_EQ(run("channel bookmarks c1 get o -f " + conf).output, "k = v\n");
  const Ended printed = run("channel cat -l data --from 19");
  EXPECT_EQ(printed.output, "18\n19\n");
  write("data/log-1", "java").clear();
  EXPECT_THAT(run("tool FCINTEGRITYTOOL -l data").errors, HasSubstr("Apache Flume's file channel (log-1): they are left alone"));
}

TEST_F(Program, is_silent_when_nobody_reads_what_it_prints) {
  write("big", std::string(std::size_t{4} << 20, 'x')).clear();
  EXPECT_EQ(run("tool fs -cat big big 2>errors | true").exit_code, 0);
  EXPECT_EQ(read("errors"), "");
}

TEST_F(Program, names_the_state_folder_that_another_agent_has) {
  PosixFiles files;
  const auto lock = lock_folder(files, folder_ + "/state/a1");
  ASSERT_TRUE(lock.ok()) << lock.status().message();
  const Ended refused = run("agent -n a1 -f " + write("good.conf", kGood) + " -Dflume.state.dir=" + folder_ + "/state");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("the state folder: " + folder_ + "/state/a1/lock is in use by process " + std::to_string(getpid())),
                    HasSubstr("give each a -Dflume.state.dir of its own")));
}

TEST_F(Program, obeys_a_signal_while_flume_env_runs) {
  std::filesystem::create_directory(folder_ + "/conf");
  write("conf/flume-env.sh", "echo $$ > id\nsleep 1000\n").clear();
  write("start.sh",
        "\"$@\" & agent=$!\n"
        "until [ -s id ]; do sleep 0.05; done\n"
        "kill -TERM $agent\nwait $agent\necho $?\n")
      .clear();
  const std::string good = write("good.conf", kGood);
  for (const char* verb : {"agent -n a1", "validate"}) {
    std::filesystem::remove(folder_ + "/id");
    const Ended ended =
        run("version >/dev/null; timeout 20 bash start.sh " FLUME_BINARY_DIR "/bin/flume-ng " + std::string(verb) + " -c conf -f " + good);
    EXPECT_EQ(ended.output, "143\n") << verb << ended.errors;
    // It ended what the file had started, too.
    EXPECT_NE(kill(std::stoi(read("id")), 0), 0) << verb;
  }
}

TEST_F(Program, starts_in_spite_of_a_wrong_part_unless_strict) {
  const std::string wrong = write("wrong.conf", std::string(kGood) + "a1.sinks = k1 k2\na1.sinks.k2.type = null\n");
  const Ended lenient = run("agent --dryrun -n a1 -f " + wrong);
  EXPECT_EQ(lenient.exit_code, 0);
  EXPECT_THAT(lenient.errors, HasSubstr("a1.sinks.k2.channel: is required"));
  EXPECT_EQ(run("agent --dryrun --strict -n a1 -f " + wrong).exit_code, 2);
}

}  // namespace
}  // namespace flume::cli
