#include "output/file_location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume::output {
namespace {

using testing::HasSubstr;

XmlConfiguration with_default(std::string_view default_fs) {
  XmlConfiguration configuration;
  const std::string text =
      "<configuration><property><name>fs.defaultFS</name><value>" + std::string(default_fs) + "</value></property></configuration>";
  EXPECT_TRUE(configuration.add("/conf/core-site.xml", text).ok());
  return configuration;
}

std::string place_of(const Result<FileLocation>& location) {
  if (!location) {
    EXPECT_EQ(location.status().kind(), ErrorKind::InvalidConfig);
    return location.status().message();
  }
  return location->scheme + " " + location->authority + " " + location->path;
}
std::string place_of(std::string_view path) { return place_of(locate(path, XmlConfiguration())); }
std::string place_of(std::string_view path, std::string_view default_fs) { return place_of(locate(path, with_default(default_fs))); }

TEST(FileLocation, takes_local_paths_with_and_without_a_scheme) {
  EXPECT_EQ(place_of("/flume/events"), "file  /flume/events");
  EXPECT_EQ(place_of("file:///flume/%Y:%m/"), "file  /flume/%Y:%m");
  EXPECT_EQ(place_of("file:/flume"), "file  /flume");
  EXPECT_EQ(place_of("relative/%{host}"), "file  relative/%{host}");
  EXPECT_EQ(place_of("/"), "file  /");
  EXPECT_EQ(place_of("/flume", "local"), "file  /flume");
}

TEST(FileLocation, takes_the_address_of_hdfs_from_the_path) {
  EXPECT_EQ(place_of("hdfs://nn:9000/flume/%Y-%m/"), "hdfs nn:9000 /flume/%Y-%m");
  EXPECT_EQ(place_of("hdfs://flume/events"), "hdfs flume /events");
  EXPECT_EQ(place_of("hdfs://nn"), "hdfs nn /");
  EXPECT_EQ(place_of("hdfs://[::1]:8020/x"), "hdfs [::1]:8020 /x");
  EXPECT_EQ(place_of("hdfs://other/x", "hdfs://nn:8020"), "hdfs other /x");
}

TEST(FileLocation, takes_the_address_of_hdfs_from_the_default_file_system) {
  EXPECT_EQ(place_of("/flume", "hdfs://nn:8020"), "hdfs nn:8020 /flume");
  EXPECT_EQ(place_of("/flume", " hdfs://nn:8020/ignored "), "hdfs nn:8020 /flume");
  EXPECT_EQ(place_of("flume/%{host}", "hdfs://nn"), "hdfs nn flume/%{host}");
  EXPECT_EQ(place_of("hdfs:///flume", "hdfs://nn"), "hdfs nn /flume");
  EXPECT_EQ(place_of("hdfs:/flume", "hdfs://nn"), "hdfs nn /flume");
  EXPECT_EQ(place_of("file:///flume", "hdfs://nn"), "file  /flume");
  EXPECT_EQ(place_of("/flume", "nn:8020"), "hdfs nn:8020 /flume") << "as Hadoop once wrote it";
}

TEST(FileLocation, refuses_an_hdfs_address_without_a_host) {
  EXPECT_THAT(place_of("hdfs:///flume"), HasSubstr("hdfs:///flume: names no host, and fs.defaultFS = file:/// (default) does not, either"));
  EXPECT_THAT(place_of("/flume", "hdfs:///"), HasSubstr("fs.defaultFS = hdfs:/// (/conf/core-site.xml): names no host"));
  EXPECT_THAT(place_of("hdfs:flume", "hdfs://nn"), HasSubstr("expected hdfs://host:port/path, or hdfs:///path"));
  EXPECT_THAT(place_of("hdfs://%{host}/x"), HasSubstr("'%{host}': the host must be written out"));
}

TEST(FileLocation, refuses_names_that_hdfs_does_not_allow) {
  EXPECT_THAT(place_of("hdfs://nn/%H:%M"), HasSubstr("hdfs://nn/%H:%M: HDFS allows no colon in names"));
  EXPECT_EQ(place_of("hdfs://nn/%{a:b}/x"), "hdfs nn /%{a:b}/x") << "the name of a header is no name of a file";
  EXPECT_THAT(place_of("hdfs://nn/%{a:b}:x"), HasSubstr("no colon"));
  EXPECT_EQ(place_of("hdfs://nn/%{open"), "hdfs nn /%{open");
}

TEST(FileLocation, refuses_other_file_systems_by_name) {
  EXPECT_THAT(place_of("s3a://bucket/x"), HasSubstr("s3a:// is not supported; this version writes file:// and hdfs://"));
  EXPECT_THAT(place_of("viewfs://mounts/x"), HasSubstr("mount tables are not read"));
  EXPECT_THAT(place_of("webhdfs://nn:9870/x"), HasSubstr("write hdfs:// and the NameNode's RPC port"));
  EXPECT_THAT(place_of("https://host/x"), HasSubstr("https:// cannot be written to"));
  EXPECT_THAT(place_of("/flume", "viewfs://mounts"),
              HasSubstr("fs.defaultFS = viewfs://mounts (/conf/core-site.xml): viewfs:// is not supported"));
  EXPECT_THAT(place_of("/flume", "nn:8020/x"), HasSubstr("nn:// is not supported"));
  EXPECT_THAT(place_of("/flume", ""), HasSubstr("no scheme; Hadoop's default is file:///"));
}

TEST(FileLocation, says_what_a_path_behind_two_slashes_means) {
  EXPECT_THAT(place_of("file://tmp/flume"), HasSubstr("'tmp' stands where a host does"));
  EXPECT_THAT(place_of(""), HasSubstr("names no folder"));
  EXPECT_THAT(place_of("file:"), HasSubstr("names no folder"));
}

std::string one_property(const std::string& name, const std::string& value) {
  return "<configuration><property><name>" + name + "</name><value>" + value + "</value></property></configuration>";
}

TEST(FileLocation, reads_each_of_hadoops_files_where_it_is_first) {
  SimFiles files;
  const auto origin = [&](const std::string& key, const std::string& conf, const std::string& hadoop) {
    const auto configuration = hadoop_configuration(files, conf, {.conf_folder = hadoop});
    return configuration ? std::string(configuration->origin(key)) : configuration.status().message();
  };
  EXPECT_EQ(origin("fs.defaultFS", "", ""), "default");
  EXPECT_EQ(origin("fs.defaultFS", "/conf", "/hadoop"), "default");
  files.add_file("/hadoop/core-site.xml", one_property("fs.defaultFS", "hdfs://theirs"));
  files.add_file("/hadoop/hdfs-site.xml", one_property("dfs.replication", "2"));
  EXPECT_EQ(origin("fs.defaultFS", "/conf", "/hadoop"), "/hadoop/core-site.xml");
  EXPECT_EQ(origin("fs.defaultFS", "/conf", ""), "default");
  files.add_file("/conf/core-site.xml", one_property("fs.defaultFS", "hdfs://ours"));
  EXPECT_EQ(origin("fs.defaultFS", "/conf", "/hadoop"), "/conf/core-site.xml");
  EXPECT_EQ(origin("dfs.replication", "/conf", "/hadoop"), "/hadoop/hdfs-site.xml");
  files.add_file("/conf/hdfs-site.xml", one_property("dfs.blocksize", "1m"));
  EXPECT_EQ(origin("dfs.replication", "/conf", "/hadoop"), "") << "the first file hides the other, as on a class path";
  files.add_file("/broken/core-site.xml", "<configuration><property>");
  EXPECT_THAT(origin("fs.defaultFS", "/broken", "/hadoop"), HasSubstr("/broken/core-site.xml:1:"));
}

TEST(FileLocation, expands_variables_of_the_process_in_hadoops_files) {
  SimFiles files;
  files.add_file("/conf/core-site.xml", one_property("fs.defaultFS", "hdfs://${env.NAMENODE}:${env.PORT:-8020}"));
  const auto variables = std::make_shared<const HadoopVariables>(HadoopVariables{{"env.NAMENODE", "nn1"}});
  const auto configuration = hadoop_configuration(files, "/conf", {.variables = variables});
  ASSERT_TRUE(configuration.ok());
  EXPECT_EQ(place_of(locate("/x", *configuration)), place_of("hdfs://nn1:8020/x"));
}

TEST(FileLocation, speaks_to_hdfs_as_the_user_of_the_environment) {
  const auto location = locate("hdfs://nn/x", XmlConfiguration());
  ASSERT_TRUE(location.ok());
  const auto settings = hdfs_settings(*location, XmlConfiguration(), {.user_name = "alice"});
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->rpc.user, "alice");
  EXPECT_EQ(settings->rpc.servers.at(0).host, "nn");
  const auto bad = hdfs_settings({"hdfs", "nn:x", "/"}, XmlConfiguration(), {.user_name = "alice"});
  EXPECT_THAT(bad.status().message(), HasSubstr("hdfs://nn:x: 'nn:x': the port is not a whole number"));
  EXPECT_THAT(hdfs_settings(*location, XmlConfiguration(), {.proxy_user = "bob"}).status().message(), HasSubstr("HADOOP_PROXY_USER"));
}

}  // namespace
}  // namespace flume::output
