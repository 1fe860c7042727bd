#include "config/missing_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/flume_types.h"

namespace flume::config {
namespace {

using testing::HasSubstr;
using testing::Not;

MissingType missing(Kind kind, std::string_view type_or_class) {
  return explain_missing_type(kind, type_or_class, ComponentRegistry(), FlumeTypes());
}

TEST(MissingType, hints_at_the_builder_within_a_class) {
  const std::pair<Kind, std::string> classes[] = {{Kind::Interceptor, "org.apache.flume.interceptor.HostInterceptor"},
                                                  {Kind::Interceptor, "org.apache.flume.interceptor.RegexFilteringInterceptor"},
                                                  {Kind::Serializer, "org.apache.flume.serialization.BodyTextEventSerializer"},
                                                  {Kind::Serializer, "org.apache.flume.sink.hdfs.AvroEventSerializer"},
                                                  {Kind::Deserializer, "org.apache.flume.serialization.LineDeserializer"},
                                                  {Kind::Deserializer, "org.apache.flume.sink.solr.morphline.BlobDeserializer"},
                                                  {Kind::PathManager, "org.apache.flume.formatter.output.RollTimePathManager"}};
  for (const auto& [kind, name] : classes) {
    const MissingType told = missing(kind, name);
    EXPECT_EQ(told.hint, "did you mean " + name + "$Builder?");
    EXPECT_THAT(told.message, HasSubstr("'" + name + "': Apache Flume cannot use it either"));
    EXPECT_TRUE(told.is_known) << "Flume does not start with it";
  }
}

TEST(MissingType, hints_at_the_class_without_the_builder_that_it_does_not_have) {
  const MissingType told = missing(Kind::Sink, "org.apache.flume.sink.LoggerSink$Builder");
  EXPECT_EQ(told.hint, "did you mean org.apache.flume.sink.LoggerSink?");
  EXPECT_THAT(told.message, HasSubstr("has no builder within it"));
}

TEST(MissingType, takes_no_other_class_for_one_that_lacks_its_builder) {
  for (const char* name : {"com.example.HostInterceptor", "com.example.HostInterceptor$Builder"}) {
    const MissingType told = missing(Kind::Interceptor, name);
    EXPECT_THAT(told.message, HasSubstr("a Java class cannot be loaded")) << name;
    EXPECT_THAT(told.hint, Not(HasSubstr("$Builder"))) << name;
  }
  EXPECT_THAT(missing(Kind::Interceptor, "hots").hint, "did you mean host?");
}

}  // namespace
}  // namespace flume::config
