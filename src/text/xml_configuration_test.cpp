#include "text/xml_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using testing::HasSubstr;

std::string property(std::string_view name, std::string_view value, std::string_view rest = "") {
  return "<property><name>" + std::string(name) + "</name><value>" + std::string(value) + "</value>" + std::string(rest) + "</property>";
}
std::string site(std::string_view properties) {
  return "<?xml version=\"1.0\"?>\n<?xml-stylesheet type=\"text/xsl\" href=\"configuration.xsl\"?>\n<configuration>" +
         std::string(properties) + "</configuration>\n";
}

std::string value(const XmlConfiguration& configuration, std::string_view name) {
  const auto result = configuration.get(name);
  if (!result) return "error: " + result.status().message();
  return result->value_or("(none)");
}

std::string error(std::string_view bytes) {
  XmlConfiguration configuration;
  const Status status = configuration.add("core-site.xml", bytes);
  EXPECT_EQ(configuration.properties().size(), 1U) << "unchanged after an error";
  return status.ok() ? "accepted" : status.message();
}

TEST(XmlConfiguration, has_hadoops_default_file_system) {
  const XmlConfiguration configuration;
  EXPECT_EQ(value(configuration, "fs.defaultFS"), "file:///");
  EXPECT_EQ(configuration.origin("fs.defaultFS"), "default");
  EXPECT_EQ(value(configuration, "dfs.replication"), "(none)");
}

TEST(XmlConfiguration, reads_names_trimmed_and_values_as_they_are) {
  XmlConfiguration configuration;
  ASSERT_TRUE(configuration
                  .add("a.xml", site("<property><name> a </name><value> 1 &lt;&amp;<!-- no --><![CDATA[<2>]]> </value></property>"
                                     "<property name='b' value='3'/>"
                                     "<property><name>empty</name><value/></property>"
                                     "<property><name>without</name></property>"))
                  .ok());
  EXPECT_EQ(value(configuration, "a"), " 1 <&<2> ");
  EXPECT_EQ(value(configuration, "b"), "3");
  EXPECT_EQ(value(configuration, "empty"), "");
  EXPECT_EQ(value(configuration, "without"), "(none)");
}

TEST(XmlConfiguration, lets_later_files_win_unless_the_earlier_is_final) {
  XmlConfiguration configuration;
  ASSERT_TRUE(configuration.add("core-site.xml", site(property("a", "1") + property("b", "1", "<final>true</final>"))).ok());
  ASSERT_TRUE(configuration.add("hdfs-site.xml", site(property("a", "2") + property("b", "2"))).ok());
  EXPECT_EQ(value(configuration, "a"), "2");
  EXPECT_EQ(configuration.origin("a"), "hdfs-site.xml");
  EXPECT_EQ(value(configuration, "b"), "1");
}

TEST(XmlConfiguration, follows_renamed_properties) {
  XmlConfiguration configuration;
  ASSERT_TRUE(configuration.add("core-site.xml", site(property("fs.default.name", "hdfs://nn:8020"))).ok());
  EXPECT_EQ(value(configuration, "fs.defaultFS"), "hdfs://nn:8020");
  EXPECT_EQ(value(configuration, "fs.default.name"), "hdfs://nn:8020");
}

XmlConfiguration with_variables(XmlConfiguration::Variables variables) {
  return XmlConfiguration(std::make_shared<const XmlConfiguration::Variables>(std::move(variables)));
}

TEST(XmlConfiguration, expands_variables_between_properties) {
  XmlConfiguration configuration = with_variables({{"user.name", "flume"}});
  ASSERT_TRUE(configuration
                  .add("a.xml", site(property("host", "nn") + property("fs.defaultFS", "hdfs://${host}:${port}/${user.name}") +
                                     property("port", "80${digits}") + property("digits", "20") + property("unknown", "x${nowhere}y") +
                                     property("me", "${me}") + property("inner", "${${which}}") + property("which", "host") +
                                     property("odd", "${}$ {a b}${")))
                  .ok());
  EXPECT_EQ(value(configuration, "fs.defaultFS"), "hdfs://nn:8020/flume");
  EXPECT_EQ(value(configuration, "unknown"), "x${nowhere}y");
  EXPECT_EQ(value(configuration, "me"), "${me}");
  EXPECT_EQ(value(configuration, "inner"), "nn");
  EXPECT_EQ(value(configuration, "odd"), "${}$ {a b}${");
}

TEST(XmlConfiguration, expands_variables_of_the_environment_and_their_defaults) {
  XmlConfiguration configuration = with_variables({{"env.HOST", "nn1"}, {"env.EMPTY", ""}, {"user.name", "flume"}});
  const auto expanded = [&](const std::string& text) {
    configuration.set("a", text, "here");
    return value(configuration, "a");
  };
  EXPECT_EQ(expanded("hdfs://${env.HOST}:${env.PORT:-8020}"), "hdfs://nn1:8020");
  EXPECT_EQ(expanded("${env.HOST-x} ${env.HOST:-x}"), "nn1 nn1");
  EXPECT_EQ(expanded("${env.NONE-x}${env.NONE-}${env.NONE:-y-z:-}"), "xy-z:-");
  EXPECT_EQ(expanded("<${env.EMPTY}${env.EMPTY-x}${env.EMPTY:-y}>"), "<y>");
  EXPECT_EQ(expanded("${env.NONE} ${env.HOST}"), "${env.NONE} ${env.HOST}") << "an unknown name ends it, as in Hadoop";
  EXPECT_EQ(expanded("${env.-x}${env.}"), "x${env.}");
  EXPECT_EQ(expanded("${user.name-x}"), "${user.name-x}") << "only the environment has defaults";
  configuration.set("user.name", "property", "here");
  EXPECT_EQ(expanded("${user.name}"), "flume");
}

TEST(XmlConfiguration, bounds_the_expansion) {
  XmlConfiguration configuration;
  ASSERT_TRUE(configuration.add("a.xml", site(property("a", "${b}") + property("b", "${c}") + property("c", "${b}"))).ok());
  EXPECT_THAT(value(configuration, "a"), HasSubstr("20 expansions"));
  ASSERT_TRUE(configuration.add("b.xml", site(property("big", "${huge}${huge}") + property("huge", std::string(700'000, 'x')))).ok());
  EXPECT_THAT(value(configuration, "big"), HasSubstr("grows beyond"));
}

TEST(XmlConfiguration, names_file_line_and_column_of_a_mistake) {
  EXPECT_THAT(error("<configuration><property></configuration>"), HasSubstr("core-site.xml:1:28: "));
  EXPECT_THAT(error("<configuration>\n<!-- -->\n  <property></configuration>"), HasSubstr("core-site.xml:3:15: "));
  EXPECT_THAT(error("<configuration>\n  <property><value>1</value></property></configuration>"), HasSubstr("core-site.xml:2:4: "));
  EXPECT_THAT(error(""), HasSubstr("core-site.xml"));
  EXPECT_THAT(error("<html></html>"), HasSubstr("<html>, not <configuration>"));
  EXPECT_THAT(error(site("<property><value>1</value></property>")), HasSubstr("without a name"));
  EXPECT_THAT(error(site("<xi:include href='other.xml'/>")), HasSubstr("<xi:include> is not followed"));
  EXPECT_THAT(error(std::string(XmlConfiguration::kLargestFile + 1, ' ')), HasSubstr("is the most"));
}

TEST(XmlConfiguration, expands_no_entity_of_a_document_type) {
  XmlConfiguration configuration;
  ASSERT_TRUE(configuration
                  .add("a.xml",
                       "<?xml version=\"1.0\"?><!DOCTYPE configuration [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                       "<configuration><property><name>a</name><value>&x;</value></property></configuration>")
                  .ok());
  EXPECT_EQ(value(configuration, "a"), "&x;");
}

TEST(XmlConfiguration, takes_single_properties_over_those_of_files) {
  XmlConfiguration configuration;
  configuration.set("fs.default.name", "hdfs://nn", "-D");
  ASSERT_TRUE(configuration
                  .add("a.xml",
                       "<configuration><property><name>fs.defaultFS</name><value>hdfs://other</value></property>"
                       "<property><name>a</name><value>1</value><final>true</final></property></configuration>")
                  .ok());
  EXPECT_EQ(value(configuration, "fs.defaultFS"), "hdfs://nn") << "whatever comes first";
  EXPECT_EQ(configuration.origin("fs.defaultFS"), "-D");
  configuration.set("a", "2", "-D");
  EXPECT_EQ(value(configuration, "a"), "2");
}

}  // namespace
}  // namespace flume
