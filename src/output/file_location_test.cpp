#include "output/file_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume::output {
namespace {

std::string path_of(std::string_view path, std::string_view default_fs = "file:///") {
  auto location = locate(path, default_fs);
  return location ? location->path : location.status().message();
}

TEST(FileLocation, takes_local_paths_with_and_without_a_scheme) {
  EXPECT_EQ(path_of("/flume/events"), "/flume/events");
  EXPECT_EQ(path_of("file:///flume/%Y:%m/"), "/flume/%Y:%m");
  EXPECT_EQ(path_of("file:/flume"), "/flume");
  EXPECT_EQ(path_of("relative/%{host}"), "relative/%{host}");
  EXPECT_EQ(path_of("/"), "/");
}

TEST(FileLocation, refuses_other_file_systems_by_name) {
  EXPECT_THAT(path_of("hdfs://nn/flume"), testing::HasSubstr("hdfs:// comes with the native client in a later version"));
  EXPECT_THAT(path_of("s3a://bucket/x"), testing::HasSubstr("s3a:// is not supported"));
  EXPECT_THAT(path_of("/flume", "hdfs://nn:8020"), testing::HasSubstr("fs.defaultFS = hdfs://nn:8020: hdfs:// comes with"));
  EXPECT_THAT(path_of("/flume", "nn:8020/x"), testing::HasSubstr("nn:// is not supported"));
}

TEST(FileLocation, says_what_a_path_behind_two_slashes_means) {
  EXPECT_THAT(path_of("file://tmp/flume"), testing::HasSubstr("'tmp' stands where a host does"));
  EXPECT_EQ(locate("", "file:///").status().kind(), ErrorKind::InvalidConfig);
}

TEST(FileLocation, finds_the_default_in_core_site_xml) {
  SimFiles files;
  EXPECT_EQ(*default_file_system(files, ""), "file:///");
  EXPECT_EQ(*default_file_system(files, "/conf"), "file:///");
  files.add_file("/conf/core-site.xml",
                 "<configuration><property><name>fs.defaultFS</name><value>hdfs://nn:8020</value></property></configuration>");
  EXPECT_EQ(*default_file_system(files, "/conf"), "hdfs://nn:8020");
  files.add_file("/broken/core-site.xml", "<configuration><property>");
  EXPECT_FALSE(default_file_system(files, "/broken").ok());
}

}  // namespace
}  // namespace flume::output
