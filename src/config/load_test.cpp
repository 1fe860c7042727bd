#include "config/load.h"

#include <cerrno>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume::config {
namespace {

using testing::HasSubstr;

class Load : public testing::Test {
 protected:
  LoadedProperties load(const std::vector<std::string>& paths) {
    std::vector<ConfigurationText> texts;
    for (const std::string& path : paths) texts.push_back({path});
    return load_properties(files, texts, inputs, Placeholders::Substituted, diagnostics);
  }
  std::string problems() const { return diagnostics.to_lines(); }

  SimFiles files;
  SubstitutionInputs inputs;
  Diagnostics diagnostics;
};

TEST_F(Load, merges_files_in_order_and_substitutes_over_all_of_them) {
  files.add_file("/conf/b", "y=2\r\nz=\xFC\r\n");
  files.add_file("/conf/a", "\xEF\xBB\xBFx=${y}\ny=1\n");
  const LoadedProperties loaded = load({"/conf/a", "/conf/b"});
  EXPECT_TRUE(loaded.complete);
  EXPECT_EQ(loaded.effective.properties.find("x")->value, "2");
  EXPECT_EQ(loaded.as_written.find("x")->value, "${y}");
  EXPECT_EQ(loaded.effective.properties.find("z")->value, "\xC3\xBC");
  EXPECT_EQ(problems(), "/conf/b: info: is not valid UTF-8 and is read as ISO-8859-1 (save it as UTF-8 if names or values look wrong)\n");
}

TEST_F(Load, tells_every_file_that_cannot_be_read_and_reads_the_others) {
  files.add_file("/conf/flume.conf", "a=1\n");
  files.add_file("/conf/binary", std::string("a\0b", 3));
  files.add_file("/conf/huge", std::string(kLargestFile + 1, '#'));
  for (const char* path : {"/conf/locked", "/conf/broken"}) files.add_file(path, "a=2\n");
  files.inject({.operation = SimFiles::Operation::Open, .path = "/conf/locked", .error_number = EACCES});
  files.inject({.operation = SimFiles::Operation::Open, .path = "/conf/broken", .error_number = EIO});
  const LoadedProperties loaded = load({"/conf/flume.cnf", "/conf", "/conf/binary", "/conf/huge", "/conf/locked", "/conf/broken",
                                        "/conf/x.YAML", "/none/x", "/conf/flume.conf"});
  EXPECT_FALSE(loaded.complete);
  EXPECT_EQ(loaded.effective.properties.find("a")->value, "1");
  EXPECT_EQ(problems(),
            "/conf/flume.cnf: error: no such file (did you mean flume.conf?)\n"
            "/conf: error: is a directory (name the file in it)\n"
            "/conf/binary: error: is not text: NUL byte at offset 1 (line 1); a properties file is expected\n"
            "/conf/huge: error: larger than 16 MiB: this is no configuration\n"
            "/conf/locked: error: cannot be read: permission denied\n"
            "/conf/broken: error: cannot be read: open /conf/broken: Input/output error (check the disk)\n"
            "/conf/x.YAML: error: JSON, YAML and XML configurations are not read (a properties file is expected)\n"
            "/none/x: error: no such file (the folder /none cannot be read)\n");
}

TEST_F(Load, is_not_complete_when_java_would_refuse_the_text) {
  files.add_file("/conf/a", "x=\\u00\n");
  EXPECT_FALSE(load({"/conf/a"}).complete);
  EXPECT_THAT(problems(), HasSubstr("/conf/a:1:3: error: x: "));
}

TEST_F(Load, takes_the_same_file_twice_without_a_word) {
  files.add_file("/conf/a", "x=1\n");
  EXPECT_TRUE(load({"/conf/a", "/conf/a"}).complete);
  EXPECT_EQ(problems(), "");
}

TEST_F(Load, merges_texts_from_elsewhere_with_files_and_names_each_by_its_own_name) {
  files.add_file("/conf/a", "a1.sources = r1\na1.x = file\n");
  const LoadedProperties loaded = load_properties(
      files, {{"/conf/a"}, {"http://host/b?rev=.json", "# one\na1.x = \\u00zz\n"}, {"http://host/c", "a1.y = ${a1.sources}\n"}}, inputs,
      Placeholders::Substituted, diagnostics);
  EXPECT_FALSE(loaded.complete);
  EXPECT_THAT(problems(), testing::StartsWith("http://host/b?rev=.json:2"));
  EXPECT_EQ(loaded.effective.properties.find("a1.y")->value, "r1");
  EXPECT_EQ(to_string(loaded.effective.properties.find("a1.y")->key_at), "http://host/c:1:1");
}

TEST_F(Load, refuses_what_is_no_text_and_other_formats_also_from_elsewhere) {
  const LoadedProperties loaded =
      load_properties(files, {{"http://host/a.yaml?rev=1", "a: 1\n"}, {"http://host/b", std::string("a\0b", 3)}}, inputs,
                      Placeholders::Substituted, diagnostics);
  EXPECT_FALSE(loaded.complete);
  EXPECT_THAT(problems(), testing::AllOf(HasSubstr("http://host/a.yaml?rev=1: error: JSON, YAML"), HasSubstr("http://host/b: error: ")));
}

TEST_F(Load, keeps_placeholders_when_told_so_and_says_which) {
  inputs.environment["X"] = "1";
  const LoadedProperties loaded =
      load_properties(files, {{"zookeeper:/flume/a1", "a = ${env:X}\nb = ${f['key']} ${a}\n"}}, inputs, Placeholders::Kept, diagnostics);
  EXPECT_TRUE(loaded.complete);
  EXPECT_EQ(loaded.effective.properties.find("a")->value, "${env:X}");
  EXPECT_EQ(problems(),
            "zookeeper:/flume/a1:1:5: info: a: ${env:X} stays as it is written: nothing is substituted in a configuration of ZooKeeper\n"
            "zookeeper:/flume/a1:2:5: info: b: ${a} stays as it is written: nothing is substituted in a configuration of ZooKeeper\n");
}

}  // namespace
}  // namespace flume::config
