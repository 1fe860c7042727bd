// tool fs on a simulated HDFS and on a simulated disk: what it prints, and what it does to files.
#include "cli/fs_tool.h"

#include <array>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flume/metrics.h"
#include "net/asio_network.h"
#include "output/sequence_file_reader.h"
#include "support/captured_log.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"
#include "support/sim_hdfs/hdfs_on_loopback.h"

namespace flume::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<FsRequest> request_of(std::vector<const char*> words) {
  words.insert(words.begin(), {"tool", "fs"});
  const auto line = parse_command_line(words);
  if (!line) return line.status();
  return fs_request(*line);
}

TEST(FsRequest, takes_the_options_of_hadoops_shell) {
  const auto list = request_of({"-ls", "-R", "/a", "/b"});
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->action, FsRequest::Action::List);
  EXPECT_TRUE(list->is_recursive);
  EXPECT_THAT(list->paths, ElementsAre("/a", "/b"));
  EXPECT_TRUE(request_of({"-mkdir", "-p", "/a"})->makes_parents);
  EXPECT_THAT(request_of({"-ls"})->paths, ElementsAre("."));
  EXPECT_EQ(request_of({"-finish", "--suffix", ".open", "/a"})->in_use_suffix, ".open");
}

TEST(FsRequest, refuses_what_it_would_misunderstand) {
  const auto refusal = [](std::vector<const char*> words) { return request_of(std::move(words)).status().message(); };
  EXPECT_THAT(refusal({"/a"}), HasSubstr("say one of -ls, -cat"));
  EXPECT_THAT(refusal({"-ls", "-cat", "/a"}), HasSubstr("say one of"));
  EXPECT_THAT(refusal({"-cat"}), HasSubstr("which PATH?"));
  EXPECT_THAT(refusal({"-cat", "-R", "/a"}), HasSubstr("--recursive has no meaning here"));
  EXPECT_THAT(refusal({"-ls", "-d", "/a"}), HasSubstr("-d (--dryrun) has no meaning here"));
  EXPECT_THAT(refusal({"-rm", "/a"}), HasSubstr("unknown option -rm"));
  EXPECT_THAT(refusal({"-finish", "--suffix=", "/a"}), HasSubstr("has its final name already"));
}

TEST(FsPaths, expands_braces_as_far_as_they_go) {
  EXPECT_THAT(*expand_braces("/a/{b,c}/{d,}x"), ElementsAre("/a/b/dx", "/a/b/x", "/a/c/dx", "/a/c/x"));
  EXPECT_THAT(*expand_braces("{a,{b,c}d}"), ElementsAre("a", "bd", "cd"));
  EXPECT_THAT(*expand_braces("a}b{c"), ElementsAre("a}b{c"));
  EXPECT_FALSE(expand_braces("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}").ok());
}

TEST(ListingFormat, shows_permissions) {
  EXPECT_EQ(permission_as_text(0755), "rwxr-xr-x");
  EXPECT_EQ(permission_as_text(01777), "rwxrwxrwt");
  EXPECT_EQ(permission_as_text(01770), "rwxrwx--T");
}

std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/tests/golden/hdfs_sink/" + name, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class FsToolTest : public testing::Test {
 protected:
  /// True when all went well.
  bool run(std::vector<const char*> words) {
    printed.clear();
    errors.clear();
    const auto request = request_of(std::move(words));
    EXPECT_TRUE(request.ok()) << request.status().message();
    FsTool tool(services, configuration,
                {[this](std::string_view text) -> Status {
                   printed += text;
                   return {};
                 },
                 [this](const std::string& line) { errors.push_back(line); }});
    return tool.run(*request);
  }

  SystemClock clock;
  SimClock disk_clock;
  SimFiles files{&disk_clock};
  AsioNetwork network;
  MetricsRegistry metrics;
  CapturedLog log;
  const Services services{.clock = clock,
                          .files = files,
                          .listener = network,
                          .dialer = network,
                          .metrics = metrics,
                          .log = Log(log, "tool"),
                          .agent = {},
                          .name = "fs",
                          .state_folder = {},
                          .conf_folder = {},
                          .byte_budget = 0,
                          .logs_raw_data = false,
                          .time_zone = "UTC",
                          .hadoop = {.user_name = "flume"}};
  XmlConfiguration configuration;
  std::string printed;
  std::vector<std::string> errors;
};

TEST_F(FsToolTest, prints_a_sequence_file_as_hadoop_does) {
  const std::string writable = golden("sequence_writable.seq");
  const std::string text = golden("sequence_text.seq");
  files.add_file("/writable", writable);
  files.add_file("/text", text);
  ASSERT_TRUE(run({"-text", "/text"}));
  const std::string as_text = printed;
  ASSERT_TRUE(run({"-text", "/writable"}));
  output::SequenceFileReader reader(writable);
  std::string expected;
  std::string expected_text;
  ASSERT_TRUE(reader.open().ok());
  while (*reader.next()) {
    expected += std::to_string(*reader.long_key()) + "\t";
    std::string hex;
    const std::string body(*reader.body());
    for (const char c : body) {
      std::array<char, 4> digits{};
      std::snprintf(digits.data(), digits.size(), " %02x", static_cast<unsigned char>(c));
      hex += digits.data();
    }
    expected += (hex.empty() ? "" : hex.substr(1)) + "\n";
  }
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(printed, expected);
  output::SequenceFileReader text_reader(text);
  ASSERT_TRUE(text_reader.open().ok());
  while (*text_reader.next()) expected_text += std::to_string(*text_reader.long_key()) + "\t" + std::string(*text_reader.body()) + "\n";
  EXPECT_EQ(as_text, expected_text);
}

TEST_F(FsToolTest, refuses_by_name_what_it_cannot_show) {
  files.add_file("/a.gz", "plain");
  files.add_file("/gzip", golden("compressed_gzip.gz"));
  files.add_file("/avro", golden("avro_event.avro"));
  files.add_file("/block", golden("sequence_block.seq"));
  EXPECT_FALSE(run({"-text", "/a.gz", "/gzip", "/avro", "/block", "/none"}));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("fs: /a.gz: .gz is not decompressed in this version"), HasSubstr("fs: /gzip: gzip is not"),
                                  HasSubstr("fs: /avro: an Avro file is not decoded"), HasSubstr("it is compressed"),
                                  "fs: /none: no such file or folder"));
  EXPECT_TRUE(run({"-cat", "/a.gz"}));
  EXPECT_EQ(printed, "plain");
}

TEST_F(FsToolTest, prints_the_records_before_a_damaged_one) {
  const std::string whole = golden("sequence_text.seq");
  files.add_file("/cut", whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(run({"-text", "/cut"}));
  EXPECT_THAT(printed, HasSubstr("\n"));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("fs: /cut: the file ends inside the record")));
}

TEST_F(FsToolTest, finds_what_a_pattern_matches_in_any_part_of_a_path) {
  for (const char* path : {"/d/2023-11-13/x.1", "/d/2023-11-14/x.1", "/d/2023-11-14/x.2", "/d/2023-12-01/x.1", "/d/file"})
    files.add_file(path, std::string(path) + "\n");
  ASSERT_TRUE(run({"-cat", "/d/2023-11-*/x.1"}));
  EXPECT_EQ(printed, "/d/2023-11-13/x.1\n/d/2023-11-14/x.1\n");
  ASSERT_TRUE(run({"-cat", "/d/*-1?/x.[2-9]"}));
  EXPECT_EQ(printed, "/d/2023-11-14/x.2\n");
  ASSERT_TRUE(run({"-cat", "file:///d/{2023-12-01,2024}/x.{2,1}"}));
  EXPECT_EQ(printed, "/d/2023-12-01/x.1\n");
  EXPECT_FALSE(run({"-cat", "/d/2025*/x"}));
  EXPECT_THAT(errors, ElementsAre("fs: /d/2025*/x: no such file or folder"));
  EXPECT_FALSE(run({"-cat", "/d/*"}));
  EXPECT_EQ(printed, "/d/file\n");
  EXPECT_THAT(errors, ElementsAre("fs: /d/2023-11-13: is a folder", "fs: /d/2023-11-14: is a folder", "fs: /d/2023-12-01: is a folder"));
}

TEST_F(FsToolTest, ends_without_a_word_when_nobody_reads) {
  files.add_file("/a", "a");
  files.add_file("/b", "b");
  int pieces = 0;
  FsTool tool(services, configuration,
              {[&](std::string_view) -> Status {
                 ++pieces;
                 return retryable("nobody reads", Cause::Disconnected);
               },
               [this](const std::string& line) { errors.push_back(line); }});
  EXPECT_FALSE(tool.run(*request_of({"-cat", "/a", "/b"})));
  EXPECT_EQ(pieces, 2) << "the second time it asks whether it is standard output";
  EXPECT_THAT(errors, IsEmpty());
}

TEST_F(FsToolTest, makes_folders_with_those_above_only_when_asked) {
  files.add_file("/file", "");
  EXPECT_FALSE(run({"-mkdir", "/a/b"}));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("fs: /a/b: the folder above it is not there; -p makes it")));
  EXPECT_TRUE(run({"-mkdir", "/a"}));
  EXPECT_TRUE(run({"-mkdir", "-p", "/a/b/c", "/a"}));
  EXPECT_TRUE(files.info("/a/b/c")->is_directory);
  EXPECT_FALSE(run({"-mkdir", "/a", "/file", "/file/x"}));
  EXPECT_THAT(errors, ElementsAre("fs: /a: is there already", "fs: /file: is a file", HasSubstr("fs: /file/x: ")));
}

TEST_F(FsToolTest, finishes_only_when_it_is_meant) {
  files.add_file("/d/x.1.tmp", "one\ntw");
  files.add_file("/d/x.2.tmp", "");
  files.add_file("/d/x.3", "final\n");
  EXPECT_TRUE(run({"-finish", "/d/*.tmp"}));
  EXPECT_EQ(printed,
            "/d/x.1.tmp: would be taken from its writer, cut to its last whole record, and renamed to x.1\n"
            "/d/x.2.tmp: would be taken from its writer, cut to its last whole record, and renamed to x.2\n");
  EXPECT_THAT(errors, ElementsAre(HasSubstr("nothing was done yet: with --yes it is")));
  EXPECT_EQ(files.content("/d/x.1.tmp"), "one\ntw");
  EXPECT_FALSE(run({"-finish", "--yes", "/d/x*"}));
  EXPECT_EQ(printed, "/d/x.1.tmp: renamed to x.1, 4 bytes\n/d/x.2.tmp: no whole record was in it: removed\n");
  EXPECT_THAT(errors, ElementsAre(HasSubstr("fs: /d/x.3: not the name of a file in use: these end in '.tmp'")));
  EXPECT_EQ(files.content("/d/x.1"), "one\n");
  EXPECT_EQ(files.content("/d/x.3"), "final\n");
}

class FsToolOnHdfsTest : public FsToolTest {
 protected:
  void SetUp() override {
    configuration.set("fs.defaultFS", hdfs.uri(), "-D");
    configuration.set("dfs.blocksize", "1m", "-D");
    auto location = output::locate("/", configuration);
    ASSERT_TRUE(location.ok());
    auto opened = output::open_file_system(*location, configuration, services, Durability::Written, soon());
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    writer = *std::move(opened);
  }
  [[nodiscard]] Deadline soon() const { return clock.in(std::chrono::minutes(1)); }
  /// Written and flushed; closed, or left by a writer that is gone.
  void write(const std::string& path, const std::string& content, bool is_closed = true) {
    auto file = writer.file_system->create(writer.root + path, "", soon());
    ASSERT_TRUE(file.ok()) << file.status().message();
    ASSERT_TRUE((*file)->write(as_bytes(content), soon()).ok());
    ASSERT_TRUE((*file)->start_flush(Durability::Written, soon()).ok());
    ASSERT_TRUE((*file)->wait_flush(soon()).ok());
    if (is_closed) {
      ASSERT_TRUE((*file)->close(soon()).ok());
    }
  }

  hdfs::HdfsOnLoopback hdfs;
  output::OpenedFileSystem writer;
};

TEST_F(FsToolOnHdfsTest, lists_in_hadoops_columns) {
  hdfs.with([](hdfs::SimHdfs& sim) { sim.names().listing_page = 2; });
  write("/d/b", std::string(12'345, 'b'));
  write("/d/a", "a\n");
  write("/d/sub/deep", "deep\n");
  write("/e", "e");
  ASSERT_TRUE(run({"-ls", "/d"}));
  const std::string listed = printed;
  EXPECT_THAT(listed, testing::MatchesRegex("Found 3 items\n"
                                            "-rw-r--r--   3 [a-z]+ [a-z]+ +2 1970-01-01 00:00 /d/a\n"
                                            "-rw-r--r--   3 [a-z]+ [a-z]+ +12345 1970-01-01 00:00 /d/b\n"
                                            "drwxr-xr-x   - [a-z]+ [a-z]+ +0 1970-01-01 00:00 /d/sub\n"));
  const std::string uri = hdfs.uri();
  ASSERT_TRUE(run({"-ls", (uri + "/d/a").c_str()}));
  EXPECT_THAT(printed, HasSubstr(" " + uri + "/d/a\n")) << "as the user wrote it";
  ASSERT_TRUE(run({"-ls", "-R", "/"}));
  std::vector<std::string> paths;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) paths.push_back(line.substr(line.rfind(' ') + 1));
  EXPECT_THAT(paths, ElementsAre("/d", "/d/a", "/d/b", "/d/sub", "/d/sub/deep", "/e"));
  EXPECT_FALSE(run({"-ls", "/none", "/e"}));
  EXPECT_THAT(errors, ElementsAre("fs: /none: no such file or folder"));
  EXPECT_THAT(printed, HasSubstr(" /e\n")) << "the others go on";
}

TEST_F(FsToolOnHdfsTest, prints_files_of_several_blocks) {
  std::string content;
  for (int i = 0; content.size() < (std::size_t{5} << 19); ++i) content += "line " + std::to_string(i) + "\n";
  write("/big", content);
  write("/seq", golden("sequence_text.seq"));
  ASSERT_TRUE(run({"-cat", "/big"}));
  EXPECT_TRUE(printed == content);
  ASSERT_TRUE(run({"-text", "/seq", "/big"}));
  EXPECT_TRUE(printed.ends_with(content));
  EXPECT_THAT(printed.substr(0, 100), HasSubstr("\t"));
  EXPECT_FALSE(run({"-cat", "/none*"}));
  EXPECT_THAT(errors, ElementsAre("fs: /none*: no such file or folder"));
}

TEST_F(FsToolOnHdfsTest, makes_folders_also_below_the_users_own) {
  EXPECT_FALSE(run({"-mkdir", "mine"}));
  EXPECT_TRUE(run({"-mkdir", "-p", "mine", "/x/y"}));
  EXPECT_TRUE(run({"-mkdir", "/x/z", "/top"}));
  ASSERT_TRUE(run({"-ls"}));
  EXPECT_THAT(printed, HasSubstr(" mine\n"));
  ASSERT_TRUE(run({"-ls", "/user/flume", "/x"}));
  EXPECT_THAT(printed, testing::AllOf(HasSubstr(" /user/flume/mine\n"), HasSubstr(" /x/y\n"), HasSubstr(" /x/z\n")));
}

TEST_F(FsToolOnHdfsTest, finishes_the_file_of_a_writer_that_is_gone) {
  write("/d/FlumeData.1600000000001.tmp", "one\ntwo\nthr", false);
  EXPECT_TRUE(run({"-finish", "/d/*.tmp"}));
  EXPECT_TRUE(hdfs.with([](hdfs::SimHdfs& sim) { return sim.is_open("/d/FlumeData.1600000000001.tmp"); })) << "it is only shown";
  ASSERT_TRUE(run({"-finish", "--yes", "/d/*.tmp"})) << errors.front();
  EXPECT_EQ(printed, "/d/FlumeData.1600000000001.tmp: renamed to FlumeData.1600000000001, 8 bytes\n");
  EXPECT_THAT(hdfs.files(), ElementsAre("/d/FlumeData.1600000000001"));
  EXPECT_EQ(*hdfs.read("/d/FlumeData.1600000000001"), "one\ntwo\n");
  EXPECT_THAT(hdfs.complaints(), IsEmpty());
}

TEST_F(FsToolOnHdfsTest, says_in_one_line_why_a_cluster_cannot_be_reached) {
  EXPECT_FALSE(run({"-ls", "viewfs://nn/x", "hdfs://127.0.0.1:notaport/"}));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_THAT(errors[0], HasSubstr("viewfs:// is not supported"));
  for (const std::string& error : errors) EXPECT_EQ(error.find('\n'), std::string::npos) << error;
}

}  // namespace
}  // namespace flume::cli
