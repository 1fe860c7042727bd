#include "config/agent_tree.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/substitution.h"

namespace flume::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AgentTreeTest : public testing::Test {
 protected:
  AgentTrees build(std::string_view text) {
    PropertySet set;
    set.merge(parse_properties(location_of_file("f"), text, diagnostics).entries, diagnostics);
    const SubstitutedProperties substituted = substitute(std::move(set), {}, diagnostics);
    AgentTrees trees = build_agent_trees(substituted.properties, substituted.referenced, diagnostics);
    for (const auto& [name, tree] : trees) check_listed_components(tree, diagnostics);
    return trees;
  }

  std::vector<std::string> problems(std::string_view text) {
    diagnostics = {};
    build(text);
    return told();
  }
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> lines;
    for (const Diagnostic& diagnostic : diagnostics.all()) lines.push_back(to_line(diagnostic));
    return lines;
  }
  std::vector<std::string> comments(std::string_view text) {
    diagnostics = {};
    warn_of_trailing_comments(build(text).at("a1"), diagnostics);
    return told();
  }

  static std::vector<std::string> names(const GroupTree& group) {
    std::vector<std::string> listed;
    for (const ListedName& name : group.listed) listed.push_back(name.name);
    return listed;
  }

  Diagnostics diagnostics;
};

TEST_F(AgentTreeTest, sorts_the_keys_of_every_agent_and_group) {
  const AgentTrees trees = build(
      "a1.sources = r1   r2\n"
      "a1.sources.r1.type = exec\n"
      "a1.sources.r1.interceptors.i1.type = host\n"
      "a1.sources.r2.type = seq\n"
      "a1.sinks = k1\n"
      "a1.sinks.k1.hdfs.path =  /x \n"
      "a1.channels = c1\n"
      "a1.channels.c1.type = memory\n"
      "a1.sinkgroups = g1\n"
      "a1.sinkgroups.g1.sinks = k1\n"
      "a1.configfilters = f1\n"
      "a1.configfilters.f1.type = env\n"
      "a2.channels.c1.type = file\n"
      "a2.channels = c1\n");
  EXPECT_THAT(diagnostics.all(), IsEmpty());
  ASSERT_EQ(trees.size(), 2U);
  const AgentTree& a1 = trees.at("a1");
  EXPECT_THAT(names(a1.group(Group::Sources)), ElementsAre("r1", "r2"));
  EXPECT_EQ(a1.group(Group::Sources).components.at("r1").find("interceptors.i1.type")->value, "host");
  const Property* path = a1.group(Group::Sinks).components.at("k1").find("hdfs.path");
  ASSERT_NE(path, nullptr);
  EXPECT_EQ(path->value, "/x");
  EXPECT_EQ(to_string(path->value_at), "f:6:26");
  EXPECT_EQ(a1.group(Group::SinkGroups).components.at("g1").find("sinks")->value, "k1");
  EXPECT_THAT(names(a1.group(Group::ConfigFilters)), ElementsAre("f1"));
  EXPECT_EQ(a1.group(Group::Channels).components.at("c1").find("nope"), nullptr);
  EXPECT_EQ(trees.at("a2").group(Group::Channels).components.at("c1").find("type")->value, "file");
  EXPECT_EQ(a1.full_key(Group::Sinks, "k1", "hdfs.path"), "a1.sinks.k1.hdfs.path");
}

TEST_F(AgentTreeTest, ignores_what_fits_nowhere_and_says_why) {
  EXPECT_THAT(problems("nodot = 1"),
              ElementsAre("f:1:1: warning: nodot: ignored: no agent's name in front (keys look like <agent>.sources.<name>.<key>)"));
  EXPECT_THAT(problems("sources = r1"), ElementsAre(HasSubstr("(write <agent>.sources)")));
  EXPECT_THAT(problems("sourcs = r1"), ElementsAre(HasSubstr("did you mean <agent>.sources?")));
  EXPECT_THAT(problems("a1.channels ="), ElementsAre(HasSubstr("a1.channels: ignored: the value is empty")));
  EXPECT_THAT(problems(".sources = r1"), ElementsAre(HasSubstr("ignored: the agent's name is empty")));
  EXPECT_THAT(problems("a1. = r1"), ElementsAre(HasSubstr("ignored: nothing after the agent's name")));
  EXPECT_THAT(problems("a1.channels.c1 = memory"),
              ElementsAre(AllOf(HasSubstr("ignored: no key after"), HasSubstr("a1.channels.c1.type"))));
  EXPECT_THAT(problems("a1.channels.c1. = memory"), ElementsAre(HasSubstr("ignored: no key after")));
  EXPECT_THAT(problems("a1.channels. = memory"), ElementsAre(HasSubstr("ignored: the component's name is empty")));
}

TEST_F(AgentTreeTest, recognises_a_misspelt_group_and_a_missing_agent) {
  EXPECT_THAT(problems("a1.source.r1.type = seq"),
              ElementsAre(AllOf(HasSubstr("unknown group source"), HasSubstr("did you mean a1.sources.r1.type?"))));
  EXPECT_THAT(problems("a1.Channels = c1"), ElementsAre(HasSubstr("did you mean a1.channels?")));
  EXPECT_THAT(problems("sinks.k1.type = null"), ElementsAre(HasSubstr("the agent's name is missing in front: <agent>.sinks.k1.type")));
  EXPECT_THAT(problems("log4j.rootLogger = x"), ElementsAre(HasSubstr("groups are sources, sinks, channels, sinkgroups, configfilters")));
}

TEST_F(AgentTreeTest, is_silent_about_properties_made_to_be_referred_to) {
  EXPECT_THAT(problems("base = /x\nvars.size = 10\na1.channels = c1\na1.channels.c1.type = file\n"
                       "a1.channels.c1.dir = ${base}/y\na1.channels.c1.capacity = ${vars.size}"),
              IsEmpty());
}

TEST_F(AgentTreeTest, explains_commas_in_a_list_once) {
  const std::string keys = "a1.sources.r1.type=seq\na1.sources.r2.type=seq\na1.sources.r3.type=seq\n";
  EXPECT_THAT(
      problems(keys + "a1.sources = r1, r2, r3"),
      ElementsAre(
          "f:4:14: error: a1.sources: names are separated by blanks; a comma becomes part of the name (write: a1.sources = r1 r2 r3)"));
  EXPECT_THAT(problems(keys + "a1.sources = r1,r2,r3"), ElementsAre(HasSubstr("write: a1.sources = r1 r2 r3")));
  EXPECT_THAT(names(build(keys + "a1.sources = r1, r2").at("a1").group(Group::Sources)), ElementsAre("r1,", "r2"));
}

TEST_F(AgentTreeTest, explains_text_after_a_value) {
  const std::string keys = "a1.channels.c1.type=memory\n";
  EXPECT_THAT(problems(keys + "a1.channels = c1 # the only one"), ElementsAre(HasSubstr("f:2:15: warning: a1.channels: the text after #")));
  EXPECT_THAT(comments(keys + "a1.channels=c1\na1.channels.c1.capacity = 100 # events"),
              ElementsAre("f:3:27: warning: a1.channels.c1.capacity: the text after # is part of the value: 100 # events (a comment needs "
                          "a line of its own)"));
  EXPECT_THAT(comments(keys + "a1.channels=c1\na1.channels.c1.x = grep -v #a"), IsEmpty());
  EXPECT_THAT(comments(keys + "a1.channels=c1\na1.channels.c1.x = a#b"), IsEmpty());
}

TEST_F(AgentTreeTest, tells_repeated_names_and_names_with_dots) {
  EXPECT_THAT(problems("a1.channels=c1 c1\na1.channels.c1.type=file"), ElementsAre(HasSubstr("c1 is listed twice")));
  EXPECT_THAT(problems("a1.channels=c.1\na1.channels.c.1.type=file"), Contains(AllOf(HasSubstr("error"), HasSubstr("c.1 contains a dot"))));
}

TEST_F(AgentTreeTest, tells_components_that_are_listed_without_keys) {
  EXPECT_THAT(
      problems("a1.channels = c1 c2\na1.channels.c1.type = file"),
      ElementsAre("f:1:15: error: a1.channels: c2 is listed, but has no keys: it is left out (a1.channels.c2.type is needed at least)"));
}

TEST_F(AgentTreeTest, tells_components_that_have_keys_but_are_not_listed) {
  EXPECT_THAT(
      problems("a1.channels = c1\na1.channels.c1.type = file\na1.channels.c2.type = file\na1.channels.c2.a = 1"),
      ElementsAre(
          "f:3:1: warning: a1.channels.c2: has keys, but is not listed in a1.channels: they do nothing (add it: a1.channels = ... c2)"));
  EXPECT_THAT(problems("a1.channels.c2.type = file"), ElementsAre(HasSubstr("but a1.channels is missing")));
}

TEST_F(AgentTreeTest, brings_a_misspelt_name_and_its_keys_together) {
  EXPECT_THAT(problems("a1.sinks = k1 archive\na1.sinks.k1.type = null\na1.sinks.archiv.type = hdfs"),
              ElementsAre(AllOf(HasSubstr("archive is listed, but has no keys"), HasSubstr("keys are there for archiv")),
                          AllOf(HasSubstr("a1.sinks.archiv: has keys"), HasSubstr("a1.sinks lists archive, which has no keys"))));
}

TEST_F(AgentTreeTest, takes_the_last_of_keys_that_trimming_makes_equal) {
  const AgentTrees trees = build("a1.channels = c1\na1.channels.c1.type = file\na1.channels.c1.type\\  = memory");
  EXPECT_EQ(trees.at("a1").group(Group::Channels).components.at("c1").find("type")->value, "memory");
  ASSERT_EQ(diagnostics.all().size(), 1U);
  EXPECT_THAT(to_line(diagnostics.all()[0]), HasSubstr("f:2:1: warning: a1.channels.c1.type: ignored: set again at f:3:1"));
}

TEST_F(AgentTreeTest, tells_all_problems_at_once) {
  EXPECT_THAT(problems("x = 1\na1.source = r1\na1.channels = c1,c2\na1.sinks = k1\na1.sinks.k2.type = null"), testing::SizeIs(5));
}

TEST_F(AgentTreeTest, finds_the_agent_or_names_those_that_are_there) {
  const AgentTrees trees =
      build("agent1.channels = c1\nagent1.channels.c1.type = file\ncollector.channels = c1\ncollector.channels.c1.type = file");
  const Location file = location_of_file("flume.conf");
  ASSERT_NE(find_agent(trees, "agent1", file, diagnostics), nullptr);
  EXPECT_TRUE(diagnostics.all().empty());
  EXPECT_EQ(find_agent(trees, "agnet1", file, diagnostics), nullptr);
  EXPECT_EQ(find_agent(trees, "x", file, diagnostics), nullptr);
  EXPECT_EQ(find_agent({}, "x", file, diagnostics), nullptr);
  EXPECT_EQ(diagnostics.to_lines(),
            "flume.conf: error: no agent is called agnet1; there is agent1, collector (--name agent1)\n"
            "flume.conf: error: no agent is called x; there is agent1, collector (give one of them with --name)\n"
            "flume.conf: error: no agent is configured here (keys look like <agent>.sources.<name>.<key>)\n");
}

TEST_F(AgentTreeTest, shows_no_secret_with_a_comment_behind_it) {
  EXPECT_THAT(comments("a1.sinks=k1\na1.sinks.k1.password = hunter2 # secret"), ElementsAre(testing::Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace flume::config
