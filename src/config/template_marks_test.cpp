#include "config/template_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/advice.h"
#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::ElementsAre;

TEST(TemplateMarks, are_found_in_values) {
  EXPECT_EQ(template_mark("hdfs.path", "hdfs://<namenode>:8020/x"), "<namenode>");
  EXPECT_EQ(template_mark("hdfs.path", "/data/<your folder>"), "<your folder>");
  EXPECT_EQ(template_mark("hdfs.path", "/data/{{ env }}/x"), "{{ env }}");
  EXPECT_EQ(template_mark("hdfs.path", "/data/@DATA_DIR@"), "@DATA_DIR@");
  EXPECT_EQ(template_mark("hdfs.path", "/data/ChangeMe"), "ChangeMe");
}

TEST(TemplateMarks, are_no_escapes_addresses_or_patterns) {
  for (const char* value : {"/x/%{a}/%Y", "a<b", "<1>", "<>", "{{", "{a}", "user@host", "a@b@c", "@@", "a @ b", "{\"a\": 1}", "<a", ""})
    EXPECT_EQ(template_mark("hdfs.path", value), "") << value;
  for (const char* key : {"regex", "searchPattern", "command", "replaceString", "value", "schemaLiteral", "shell"})
    EXPECT_EQ(template_mark(key, "(?<name>x) {{a}}"), "") << key;
}

TEST(TemplateMarks, are_told_with_their_place) {
  Planned planned = plan_text(std::string(kGoodText) +
                              "a1.sources.r1.file = /x/<file>\na1.sinks = k1\na1.sinks.k1.type = hdfs\n"
                              "a1.sinks.k1.channel = c1\na1.sinks.k1.hdfs.path = /y/@Z@\n");
  advise(planned.plan, planned.diagnostics);
  EXPECT_THAT(planned.lines(),
              ElementsAre("info 7:22 a1.sources.r1.file: <file> looks like a placeholder of a template that nobody has filled in",
                          "info 11:25 a1.sinks.k1.hdfs.path: @Z@ looks like a placeholder of a template that nobody has filled in"));
}

}  // namespace
}  // namespace flume::config
