#include "cli/environment.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/posix_files.h"
#include "support/sim_files.h"

namespace flume::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A folder on the real disk, for what a shell has to read.
class ConfFolder {
 public:
  ConfFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "flume-conf-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ConfFolder(const ConfFolder&) = delete;
  ConfFolder& operator=(const ConfFolder&) = delete;
  ~ConfFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ + "/" + name) << text; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

CommandLine parsed(std::vector<const char*> arguments) { return *parse_command_line(arguments); }

Environment caller() { return {{"PATH", "/usr/bin:/bin"}, {"KEPT", "1"}, {"JAVA_OPTS", "-Xmx1g"}}; }

TEST(FlumeEnv, gives_what_the_file_sets) {
  const ConfFolder conf;
  conf.write("flume-env.sh",
             "echo this goes nowhere\nexport JAVA_OPTS=\"$JAVA_OPTS -Xms1m -Xmx32m\"\nFLUME_CLASSPATH=\"a b\"\nTWO='1\n2'\n");
  PosixFiles files;
  config::Diagnostics diagnostics;
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics);
  ASSERT_TRUE(environment.ok()) << environment.status().message();
  EXPECT_EQ(environment->at("KEPT"), "1");
  EXPECT_EQ(environment->at("JAVA_OPTS"), " -Xms1m -Xmx32m");  // the caller's does not count
  EXPECT_EQ(environment->at("FLUME_CLASSPATH"), "a b");
  EXPECT_EQ(environment->at("TWO"), "1\n2");
}

TEST(FlumeEnv, forgets_the_callers_JAVA_OPTS_without_a_file_too) {
  const ConfFolder conf;
  PosixFiles files;
  config::Diagnostics diagnostics;
  EXPECT_FALSE(source_flume_env(files, conf.path(), caller(), diagnostics)->contains("JAVA_OPTS"));
  EXPECT_FALSE(source_flume_env(files, "", caller(), diagnostics)->contains("JAVA_OPTS"));
  EXPECT_EQ(source_flume_env(files, "", caller(), diagnostics)->at("KEPT"), "1");
}

TEST(FlumeEnv, says_when_the_file_fails_or_ends_the_shell) {
  const ConfFolder conf;
  PosixFiles files;
  config::Diagnostics diagnostics;
  conf.write("flume-env.sh", "exit 0\n");
  EXPECT_THAT(source_flume_env(files, conf.path(), caller(), diagnostics).status().message(),
              HasSubstr("flume-env.sh: it ended the shell"));
  conf.write("flume-env.sh", "exit 3\n");
  EXPECT_THAT(source_flume_env(files, conf.path(), caller(), diagnostics).status().message(), HasSubstr("exit code 3"));
}

TEST(FlumeEnv, goes_on_after_a_command_that_fails) {
  const ConfFolder conf;
  conf.write("flume-env.sh", "A=1\nfalse\nB=2\n[ -f /nowhere ] && C=3\n");
  PosixFiles files;
  config::Diagnostics diagnostics;
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics);
  ASSERT_TRUE(environment.ok()) << environment.status().message();
  EXPECT_EQ(environment->at("A") + environment->at("B"), "12");
  EXPECT_THAT(diagnostics.all(), IsEmpty());
}

TEST(FlumeEnv, takes_what_stands_before_a_mistake_of_syntax_and_warns) {
  const ConfFolder conf;
  conf.write("flume-env.sh", "A=1\nB=2\nfi\nC=3\n");
  PosixFiles files;
  config::Diagnostics diagnostics;
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics);
  ASSERT_TRUE(environment.ok()) << environment.status().message();
  EXPECT_EQ(environment->at("B"), "2");
  EXPECT_FALSE(environment->contains("C"));
  EXPECT_FALSE(environment->contains("problem"));
  ASSERT_EQ(diagnostics.all().size(), 1U);
  EXPECT_THAT(to_line(diagnostics.all()[0]), HasSubstr("/flume-env.sh:3: warning: bash: syntax error near unexpected token `fi'"));
}

TEST(FlumeEnv, is_given_up_when_it_hangs) {
  const ConfFolder conf;
  conf.write("flume-env.sh", "sleep 1000\n");
  PosixFiles files;
  config::Diagnostics diagnostics;
  const Patience patience{.until_told = std::chrono::milliseconds(100), .longest = std::chrono::milliseconds(1500)};
  testing::internal::CaptureStderr();
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics, patience);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("flume-env.sh: has not come to its end after 1 s: the start waits for it"));
  EXPECT_THAT(environment.status().message(), HasSubstr("flume-env.sh: has not come to its end after 2 s: it was ended"));
}

TEST(FlumeEnv, does_not_wait_for_what_it_leaves_in_the_background) {
  const ConfFolder conf;
  conf.write("flume-env.sh", "( sleep 1000; : ) &\nBACKGROUND=$!\n");
  PosixFiles files;
  config::Diagnostics diagnostics;
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics);
  ASSERT_TRUE(environment.ok()) << environment.status().message();
  EXPECT_EQ(kill(std::stoi(environment->at("BACKGROUND")), SIGKILL), 0) << "it goes on";
}

TEST(FlumeEnv, is_refused_as_root_when_everybody_may_write_it) {
  const ConfFolder conf;
  conf.write("flume-env.sh", "A=1\n");
  chmod((conf.path() + "/flume-env.sh").c_str(), 0666);
  PosixFiles files;
  config::Diagnostics diagnostics;
  const auto environment = source_flume_env(files, conf.path(), caller(), diagnostics);
  if (geteuid() == 0) {
    EXPECT_THAT(environment.status().message(), HasSubstr("everybody may write this file"));
  } else {
    EXPECT_TRUE(environment.ok());
  }
}

TEST(JavaOptions, of_the_command_line_win) {
  CommandLine line = parsed({"agent", "-Da=line", "-Xmx8m"});
  take_java_opts({{"JAVA_OPTS", "-Da=env -Db=env -Xmx1m"}, {"FLUME_JAVA_OPTS", "-Dc=flume -Xss1m"}}, line);
  EXPECT_EQ(line.system_properties, (std::map<std::string, std::string, std::less<>>{{"a", "line"}, {"b", "env"}, {"c", "flume"}}));
  EXPECT_THAT(line.jvm_options, ElementsAre("-Xmx1m", "-Xss1m", "-Xmx8m"));
}

TEST(HadoopVariables, of_the_environment_come_before_properties) {
  const CommandLine line = parsed({"agent", "-DHADOOP_USER_NAME=alice", "-DHADOOP_PROXY_USER=bob"});
  EXPECT_EQ(hadoop_environment({}, {}, line).user_name, "alice");
  EXPECT_EQ(hadoop_environment({}, {}, line).proxy_user, "bob");
  EXPECT_EQ(hadoop_environment({{"HADOOP_USER_NAME", "carol"}}, {}, line).user_name, "carol");
  EXPECT_EQ(hadoop_environment({{"HADOOP_USER_NAME", ""}}, {}, line).user_name, "alice");
  EXPECT_EQ(hadoop_environment({}, {}, parsed({"agent"})).user_name, "");
}

TEST(HadoopVariables, are_system_properties_and_the_environment) {
  const CommandLine line = parsed({"agent", "-Dmine=1", "-Duser.home=/defined"});
  config::HostFacts host;
  host.user_name = "alice";
  host.user_home = "/home/alice";
  const HadoopEnvironment hadoop = hadoop_environment({{"HOST", "nn1"}}, host, line);
  const auto value = [&](const char* name) {
    const auto found = hadoop.variables->find(name);
    return found == hadoop.variables->end() ? "(none)" : found->second;
  };
  EXPECT_EQ(value("mine"), "1");
  EXPECT_EQ(value("user.name"), "alice");
  EXPECT_EQ(value("user.home"), "/defined");
  EXPECT_EQ(value("java.io.tmpdir"), "/tmp");
  EXPECT_EQ(value("env.HOST"), "nn1");
  EXPECT_EQ(value("HOST"), "(none)");
}

TEST(HadoopVariables, name_the_folder_of_hadoops_files) {
  const CommandLine line = parsed({"agent"});
  EXPECT_EQ(hadoop_environment({}, {}, line).conf_folder, "");
  EXPECT_EQ(hadoop_environment({{"HADOOP_PREFIX", "/old"}}, {}, line).conf_folder, "/old/etc/hadoop");
  EXPECT_EQ(hadoop_environment({{"HADOOP_PREFIX", "/old"}, {"HADOOP_HOME", "/opt"}}, {}, line).conf_folder, "/opt/etc/hadoop");
  EXPECT_EQ(hadoop_environment({{"HADOOP_HOME", "/opt"}, {"HADOOP_CONF_DIR", "/etc/hadoop/conf"}}, {}, line).conf_folder,
            "/etc/hadoop/conf");
}

TEST(ByteBudget, is_most_of_the_heap_that_was_asked_for) {
  SimFiles files;
  std::string origin;
  for (const auto& [option, heap] : std::initializer_list<std::pair<const char*, std::uint64_t>>{{"-Xmx10m", 10ULL << 20},
                                                                                                 {"-Xmx2G", 2ULL << 30},
                                                                                                 {"-Xmx100K", 100ULL << 10},
                                                                                                 {"-Xmx1073741820", 1073741820ULL},
                                                                                                 {"-Xmx1t", 1ULL << 40}}) {
    EXPECT_EQ(byte_budget(files, parsed({"agent", option}), origin), heap / 10 * 8) << option;
    EXPECT_EQ(origin, "80 % of -Xmx");
  }
  EXPECT_EQ(byte_budget(files, parsed({"agent", "-Xmx1m", "-Xmx3m"}), origin), (3ULL << 20) / 10 * 8);
}

TEST(ByteBudget, follows_the_control_groups_limit_without_a_heap) {
  SimFiles files;
  std::string origin;
  EXPECT_GT(byte_budget(files, parsed({"agent", "-Xmxlots"}), origin), 0U);
  EXPECT_EQ(origin, "80 % of a quarter of the memory");
  files.add_file("/sys/fs/cgroup/memory.max", "4000000\n");
  EXPECT_EQ(byte_budget(files, parsed({"agent"}), origin), 800000U);
  EXPECT_THAT(origin, HasSubstr("control group"));
}

class FlumeOpts : public testing::Test {
 protected:
  CommandLine read(std::vector<const char*> arguments) {
    CommandLine line = parsed(std::move(arguments));
    take_options_files(files_, "/conf", line, diagnostics_);
    return line;
  }
  SimFiles files_;
  config::Diagnostics diagnostics_;
};

TEST_F(FlumeOpts, gives_defaults_that_the_command_line_overrides) {
  files_.add_file("/etc/flume/flume.opts", "name = etc\nconf-file = /etc/f\n");
  files_.add_file("/conf/flume.opts", "n = conf\nno-reload-conf = true\n");
  const CommandLine line = read({"agent", "-f", "mine"});
  EXPECT_EQ(line.value("name"), "conf");
  EXPECT_EQ(line.value("conf-file"), "mine");
  EXPECT_TRUE(line.has("no-reload-conf"));
  EXPECT_THAT(diagnostics_.all(), IsEmpty());
}

TEST_F(FlumeOpts, is_for_validate_too_which_takes_the_flags_that_it_has) {
  files_.add_file("/conf/flume.opts", "name = a1\nno-reload-conf = true\n");
  const CommandLine line = read({"validate"});
  EXPECT_EQ(line.value("name"), "a1");
  EXPECT_FALSE(line.has("no-reload-conf"));
  EXPECT_THAT(diagnostics_.all(), IsEmpty());
}

TEST_F(FlumeOpts, tells_what_is_misspelt_or_not_built) {
  files_.add_file("/conf/flume.opts", "nmae = a1\nbackup-directory = d\n");
  read({"agent"});
  ASSERT_EQ(diagnostics_.all().size(), 2U);
  EXPECT_THAT(to_line(diagnostics_.all()[0]), HasSubstr("/conf/flume.opts:1:1: error: nmae"));
  EXPECT_THAT(to_line(diagnostics_.all()[1]), HasSubstr("backups"));
}

}  // namespace
}  // namespace flume::cli
