#include "cli/command_line.h"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<CommandLine> parse(std::vector<const char*> arguments) { return parse_command_line(arguments); }

std::string error_of(std::vector<const char*> arguments) { return parse(std::move(arguments)).status().message(); }

TEST(CommandLine, reads_long_short_and_assigned_values) {
  for (const std::vector<const char*>& words : {std::vector<const char*>{"agent", "--name", "a1", "--conf-file", "f", "--conf", "/etc"},
                                                {"agent", "-n", "a1", "-f", "f", "-c", "/etc"},
                                                {"agent", "--name=a1", "--conf-file=f", "--conf=/etc"},
                                                {"agent", "-name", "a1", "-conf-file", "f", "-conf", "/etc"},
                                                {"agent", "--nam", "a1", "--conf-fil", "f", "-c", "/etc"}}) {
    const auto line = parse(words);
    ASSERT_TRUE(line.ok()) << line.status().message();
    EXPECT_EQ(line->verb->name, "agent");
    EXPECT_EQ(line->value("name"), "a1");
    EXPECT_EQ(line->value("conf-file"), "f");
    EXPECT_EQ(line->value("conf"), "/etc");
    EXPECT_THAT(line->remarks, IsEmpty());
  }
}

TEST(CommandLine, takes_java_options_wherever_they_stand) {
  const auto line = parse({"-Dfirst=1", "agent", "-Xmx64m", "-n", "a1", "-Dflume.root.logger=DEBUG,console", "-f", "f", "-Dlast", "-Da=b=c",
                           "-agentlib:jdwp", "-javaagent:x.jar", "-agentpath:y"});
  ASSERT_TRUE(line.ok()) << line.status().message();
  EXPECT_THAT(line->system_properties, ElementsAre(std::pair("a", "b=c"), std::pair("first", "1"),
                                                   std::pair("flume.root.logger", "DEBUG,console"), std::pair("last", "")));
  EXPECT_THAT(line->jvm_options, ElementsAre("-Xmx64m", "-agentlib:jdwp", "-javaagent:x.jar", "-agentpath:y"));
}

TEST(CommandLine, keeps_every_file_in_order_and_the_last_value_of_the_rest) {
  const auto line = parse({"agent", "-f", "a", "-n", "x", "-f", "b", "-n", "y"});
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(line->values("conf-file"), ElementsAre("a", "b"));
  EXPECT_EQ(line->value("name"), "y");
}

TEST(CommandLine, refuses_by_name_what_is_not_built) {
  EXPECT_THAT(error_of({"agent", "-b", "d"}), HasSubstr("--backup-directory: backups of the configuration are not in this version"));
  EXPECT_THAT(error_of({"agent", "-prov", "x"}), HasSubstr("--conf-provider"));
  EXPECT_THAT(error_of({"agent", "-a", "geheim"}), testing::AllOf(HasSubstr("--auth-provider"), testing::Not(HasSubstr("geheim"))));
  EXPECT_THAT(error_of({"tool", "FCINTEGRITYTOOL", "-e", "x.Y"}), HasSubstr("--eventValidator: a Java class cannot be loaded"));
  EXPECT_EQ(parse({"tool", "fcintegritytool", "-l", "x"})->arguments.front(), "FCINTEGRITYTOOL") << "in any case, as in Flume";
  EXPECT_NE(parse({"tool"}).cause(), Cause::NotFound);
}

TEST(CommandLine, tells_an_unknown_command_from_an_unknown_flag) {
  EXPECT_EQ(error_of({"agnet"}), "Unknown or unspecified command 'agnet'");
  EXPECT_EQ(parse({"agnet"}).cause(), Cause::NotFound);
  EXPECT_EQ(error_of({}), "Unknown or unspecified command ''");
  EXPECT_EQ(error_of({"agent", "--conf-fiel", "x"}), "unknown option --conf-fiel (did you mean --conf-file?)");
  EXPECT_NE(parse({"agent", "--frobnicate"}).cause(), Cause::NotFound);
  EXPECT_THAT(error_of({"agent", "--pasword=geheim"}), testing::Not(HasSubstr("geheim")));
}

TEST(CommandLine, refuses_an_abbreviation_of_two_flags) {
  EXPECT_THAT(error_of({"agent", "--conf-", "x"}), HasSubstr("unknown option --conf-"));
}

TEST(CommandLine, misses_a_value) {
  EXPECT_EQ(error_of({"agent", "-n"}), "--name needs a value: NAME");
  EXPECT_EQ(error_of({"agent", "--name", "--conf-file", "f"}), "--name needs a value: NAME");
  EXPECT_EQ(error_of({"agent", "--no-reload-conf=1"}), "--no-reload-conf takes no value");
}

TEST(CommandLine, ignores_more_words_of_an_agent_as_Flume_does_and_refuses_them_elsewhere) {
  const auto line = parse({"agent", "-n", "a1", "extra"});
  ASSERT_TRUE(line.ok());
  EXPECT_THAT(line->remarks, ElementsAre("ignored: the argument 'extra' belongs to no option"));
  EXPECT_THAT(line->arguments, IsEmpty());
  EXPECT_EQ(error_of({"version", "extra"}), "unexpected argument 'extra'");
  EXPECT_EQ(error_of({"describe", "a", "b", "c"}), "unexpected argument 'c'");
}

TEST(CommandLine, takes_help_for_a_verb_and_for_a_flag) {
  EXPECT_EQ(parse({"help"})->verb->name, "help");
  EXPECT_EQ(parse({"--help"})->verb->name, "help");
  EXPECT_TRUE(parse({"agent", "-h"})->has("help"));
}

TEST(CommandLine, says_one_line_of_what_it_ignores) {
  const auto line = parse({"node", "-n", "a1", "-f", "f", "-C", "x.jar", "-i", "5"});
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->remarks.size(), 3U);
  EXPECT_EQ(line->remarks[0], "'node' is deprecated: use 'agent'");
  EXPECT_THAT(line->remarks[1], HasSubstr("--classpath"));
  EXPECT_THAT(line->remarks[2], HasSubstr("--poll-interval"));
}

/// "--name,-n <name>" -> --name, -n; whether a value belongs to it.
struct Spelling {
  std::vector<std::string> flags;
  bool has_value = false;
};
Spelling spelling_of(const std::string& cell) {
  Spelling spelling;
  const std::string names = cell.substr(0, cell.find(' '));
  spelling.has_value = cell.find('<') != std::string::npos;
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    spelling.flags.push_back(names.substr(at, end - at));
    at = end + 1;
  }
  return spelling;
}

TEST(CommandLine, knows_every_flag_of_Flume) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/data/keys.tsv");
  std::string row;
  std::size_t seen = 0;
  while (std::getline(file, row)) {
    if (!row.starts_with("cli\t")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 0; at <= row.size();) {
      const std::size_t end = std::min(row.find('\t', at), row.size());
      cells.push_back(row.substr(at, end - at));
      at = end + 1;
    }
    ++seen;
    if (cells[1] == "command") {
      const auto line = parse({cells[3].c_str()});
      EXPECT_NE(line.cause(), Cause::NotFound) << cells[3];
      continue;
    }
    if (cells[1] != "agent" && cells[1] != "global") continue;  // of verbs that are refused as a whole
    if (cells[3].starts_with("-D") || cells[3].starts_with("-X") || cells[3].ends_with('*')) {
      std::string option = cells[3].substr(0, cells[3].find_first_of("<*")) + "x=1";
      EXPECT_TRUE(parse({"agent", option.c_str()}).ok()) << cells[3];
      continue;
    }
    const Spelling spelling = spelling_of(cells[3]);
    for (const std::string& flag : spelling.flags) {
      std::vector<const char*> words{"agent", flag.c_str()};
      if (spelling.has_value) words.push_back("7");
      const auto line = parse(words);
      // Taken, or refused by its long name.
      if (line.ok()) {
        EXPECT_TRUE(line->has(spelling.flags[0].substr(2))) << flag;
      } else {
        EXPECT_THAT(line.status().message(), testing::StartsWith(spelling.flags[0] + ": ")) << flag;
      }
    }
  }
  EXPECT_EQ(seen, 39U);
}

TEST(CommandLine, lists_every_verb_and_flag_in_the_help) {
  const std::string text = usage();
  for (const VerbInfo& verb : verbs()) {
    EXPECT_THAT(text, HasSubstr("  " + std::string(verb.name)));
    for (const FlagInfo& flag : verb.flags) EXPECT_THAT(text, HasSubstr("--" + std::string(flag.name)));
  }
}

}  // namespace
}  // namespace flume::cli
