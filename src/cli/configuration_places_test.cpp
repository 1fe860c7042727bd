#include "cli/configuration_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ConfigurationPlacesTest : public testing::Test {
 protected:
  ConfigurationPlaces find(std::vector<const char*> words) {
    words.insert(words.begin(), "agent");
    const auto line = parse_command_line(words);
    EXPECT_TRUE(line.ok()) << line.status().message();
    diagnostics_ = {};
    return find_configuration_places(*line, diagnostics_);
  }
  std::string error_of(std::vector<const char*> words) {
    EXPECT_FALSE(find(std::move(words)).are_complete);
    return diagnostics_.to_lines();
  }
  ConfigurationPlace place_of(const char* uri) {
    const ConfigurationPlaces found = find({"-u", uri});
    EXPECT_EQ(found.places.size(), 1U) << diagnostics_.to_lines();
    return found.places.empty() ? ConfigurationPlace() : found.places.front();
  }

  config::Diagnostics diagnostics_;
};

TEST_F(ConfigurationPlacesTest, are_in_the_order_of_the_line_and_of_one_flag_only) {
  const auto names = [](const ConfigurationPlaces& found) {
    std::vector<std::string> all;
    for (const ConfigurationPlace& place : found.places) all.push_back(place.name);
    return all;
  };
  EXPECT_THAT(names(find({"-f", "b", "-f", "a"})), ElementsAre("b", "a"));
  EXPECT_THAT(diagnostics_.all(), IsEmpty());
  EXPECT_THAT(names(find({"-f", "b", "-u", "http://h/y", "-u", "file:/x"})), ElementsAre("http://h/y", "/x"));
  EXPECT_EQ(diagnostics_.to_lines(), "warning: --conf-file: is not looked at: --conf-uri wins, as in Flume\n");
  EXPECT_THAT(names(find({"-f", "b", "-u", "http://h/y", "-z", "h", "-n", "a1"})), ElementsAre("zookeeper:/flume/a1"));
  EXPECT_EQ(diagnostics_.to_lines(),
            "warning: --conf-uri: is not looked at: --zkConnString wins, as in Flume\n"
            "warning: --conf-file: is not looked at: --zkConnString wins, as in Flume\n");
}

TEST_F(ConfigurationPlacesTest, of_file_URIs_are_paths) {
  for (const char* uri : {"file:/etc/a b", "file:///etc/a%20b", "FILE://localhost/etc/a%20b", "/etc/a b"}) {
    EXPECT_THAT(place_of(uri), AllOf(Field(&ConfigurationPlace::kind, TextPlace::File), Field(&ConfigurationPlace::address, "/etc/a b")))
        << uri;
  }
  EXPECT_EQ(place_of("conf/x:y").address, "conf/x:y");
  EXPECT_EQ(place_of("file:/a%2").address, "/a%2");
  EXPECT_THAT(error_of({"-u", "file://host"}), HasSubstr("names no file"));
}

TEST_F(ConfigurationPlacesTest, of_HTTP_keep_the_secrets_of_their_URL_to_themselves) {
  const ConfigurationPlace place = place_of("https://me:geheim@h:8443/f.conf?x=a@b");
  EXPECT_EQ(place.kind, TextPlace::Http);
  EXPECT_EQ(place.address, "https://me:geheim@h:8443/f.conf?x=a@b");
  EXPECT_EQ(place.identity, "https://h:8443/f.conf?x=a@b");
  EXPECT_THAT(place.name, AllOf(HasSubstr("@h:8443/f.conf"), Not(HasSubstr("geheim"))));
}

TEST_F(ConfigurationPlacesTest, that_cannot_be_are_refused_by_name) {
  EXPECT_THAT(error_of({"-u", "classpath:flume.conf"}), HasSubstr("--conf-uri classpath:flume.conf: there is no class path"));
  EXPECT_THAT(error_of({"-u", "s3://a/b"}), HasSubstr("s3 is none of file, http and https"));
  EXPECT_THAT(error_of({}), HasSubstr("no configuration was given"));
  EXPECT_THAT(error_of({"-z", "h:x", "-n", "a1"}), HasSubstr("--zkConnString: 'h:x' is no list of servers"));
  EXPECT_THAT(error_of({"-z", "h"}), HasSubstr("--name is required"));
  EXPECT_THAT(error_of({"-z", "h", "-n", "a1", "-p", "fleet"}), HasSubstr("--zkBasePath fleet: a path of ZooKeeper begins with /"));
}

TEST_F(ConfigurationPlacesTest, of_ZooKeeper_are_below_the_base_path_and_the_same_for_any_of_its_servers) {
  const ConfigurationPlace place = find({"-z", "h1:1,h2:2/root", "-p", "/fleet/", "-n", "a1"}).places.front();
  EXPECT_EQ(place.kind, TextPlace::ZooKeeper);
  EXPECT_EQ(place.address, "/fleet/a1");
  EXPECT_EQ(place.name, "zookeeper:/fleet/a1");
  EXPECT_EQ(place.identity, "zookeeper:/root/fleet/a1");
  EXPECT_EQ(find({"-z", "h3/root", "-p", "/fleet", "-n", "a1"}).places.front().identity, place.identity);
  EXPECT_EQ(find({"-z", "h", "-p", "/", "-n", "a1"}).places.front().address, "/a1");
}

}  // namespace
}  // namespace flume::cli
