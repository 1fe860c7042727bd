#include "cli/avro_client/avro_client_request.h"
#include "cli/avro_client/line_cutter.h"
#include "support/scripted_avro_source.h"
#include "support/sim_files.h"
#include "support/sim_network.h"

namespace flume::cli {
namespace {

using rpc::Act;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> lines_of(std::string_view text, std::size_t piece) {
  std::vector<std::string> lines;
  LineCutter cutter([&lines](std::string_view line) {
    lines.emplace_back(line);
    return Status();
  });
  for (std::size_t at = 0; at < text.size(); at += piece) EXPECT_TRUE(cutter.add(text.substr(at, piece)).ok());
  EXPECT_TRUE(cutter.end().ok());
  return lines;
}

TEST(LineCutter, cuts_as_javas_reader_does_however_the_bytes_come) {
  for (std::size_t piece = 1; piece < 20; ++piece) {
    EXPECT_THAT(lines_of("a\nbb\r\nccc\rd\n\r\n\re", piece), ElementsAre("a", "bb", "ccc", "d", "", "", "e"));
    EXPECT_THAT(lines_of("a\n\n", piece), ElementsAre("a", ""));
    EXPECT_THAT(lines_of("\r\n", piece), ElementsAre(""));
    EXPECT_THAT(lines_of(std::string_view("\0\xff\n", 3), piece), ElementsAre(std::string("\0\xff", 2)));
  }
  EXPECT_THAT(lines_of("", 1), IsEmpty());
}

TEST(LineCutter, a_line_without_end_is_refused) {
  LineCutter cutter([](std::string_view) { return Status(); });
  const std::string much(LineCutter::kLongestLine / 2, 'x');
  EXPECT_TRUE(cutter.add("first\n").ok());
  EXPECT_TRUE(cutter.add(much).ok());
  EXPECT_TRUE(cutter.add(much).ok());
  EXPECT_THAT(cutter.add("x").message(), HasSubstr("line 2 is longer than"));
}

class AvroClientTest : public testing::Test {
 protected:
  AvroClientTest() { network_.share_loop(loop_); }
  LineSender sender(std::uint32_t batch_size) {
    return LineSender(network_, network_, {.client = {.hosts = {{"a", 4545}}}, .batch_size = batch_size, .headers = {{"k", "v"}}});
  }
  Result<AvroClientRequest> request(std::vector<const char*> words) {
    words.insert(words.begin(), "avro-client");
    const auto line = parse_command_line(words);
    EXPECT_TRUE(line.ok()) << line.status().message();
    return avro_client_request(files_, *line, diagnostics_);
  }
  std::string refusal(const std::vector<const char*>& words) {
    const auto made = request(words);
    return made.ok() ? "not refused" : made.status().message();
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  SimFiles files_{&clock_};
  rpc::ScriptedSource source_{network_, loop_, "a"};
  config::Diagnostics diagnostics_;
};

TEST_F(AvroClientTest, lines_go_in_batches_with_the_headers) {
  LineSender lines = sender(2);
  for (const char* line : {"1", "2", "3", "", "5"}) EXPECT_TRUE(lines.add(line).ok());
  EXPECT_TRUE(lines.flush().ok());
  EXPECT_EQ(lines.stored(), 5U);
  ASSERT_EQ(source_.stored.size(), 3U);
  EXPECT_THAT(source_.bodies(), ElementsAre("1", "2", "3", "", "5"));
  EXPECT_EQ(source_.stored[0].events[0].headers.at("k"), "v");
  EXPECT_EQ(source_.connections, 1U);
  EXPECT_TRUE(lines.flush().ok()) << "nothing to send";
}

TEST_F(AvroClientTest, what_is_not_stored_is_told_and_counted) {
  source_.script = [](std::size_t call) { return call == 0 ? Act::Store : Act::Fail; };
  {
    LineSender lines = sender(2);
    for (const char* line : {"1", "2", "3"}) EXPECT_TRUE(lines.add(line).ok());
    EXPECT_THAT(lines.flush().message(), HasSubstr("FAILED"));
    EXPECT_EQ(lines.stored(), 2U);
    EXPECT_EQ(lines.in_doubt(), 0U);
  }
  source_.script = [](std::size_t) { return Act::StoreClose; };
  LineSender lines = sender(1);
  EXPECT_TRUE(lines.add("x").ok());
  EXPECT_FALSE(lines.flush().ok());
  EXPECT_EQ(lines.in_doubt(), 1U);
}

TEST_F(AvroClientTest, flags_say_where_to_and_what) {
  const auto plain = request({"-H", "h", "-p", "4141"});
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->sender.client.hosts.at(0).host, "h");
  EXPECT_EQ(plain->sender.client.hosts.at(0).port, 4141);
  EXPECT_EQ(plain->sender.batch_size, 5U);
  files_.add_file("/h.properties", "a = b\nc=\n");
  files_.add_file("/rpc.properties",
                  "hosts = h1 h2\nhosts.h1 = a:1\nhosts.h2 = b:2\nclient.type = default_loadbalance\nrequest-timeout = 5\nbatchsize = 7\n");
  const auto full = request({"--rpcProps", "/rpc.properties", "-R", "/h.properties", "-F", "/x"});
  ASSERT_TRUE(full.ok()) << full.status().message();
  EXPECT_EQ(full->file, "/x");
  EXPECT_EQ(full->sender.batch_size, 100U);
  EXPECT_EQ(full->sender.client.type, rpc::RpcClientSettings::Type::LoadBalance);
  EXPECT_EQ(full->sender.client.hosts.at(1).port, 2);
  EXPECT_EQ(full->sender.client.host.request_timeout, std::chrono::seconds(20));
  EXPECT_THAT(full->sender.headers, ElementsAre(std::pair("a", "b"), std::pair("c", "")));
  ASSERT_EQ(diagnostics_.all().size(), 2U);
  EXPECT_THAT(config::to_line(diagnostics_.all()[0]), HasSubstr("request-timeout: "));
  EXPECT_THAT(config::to_line(diagnostics_.all()[1]), HasSubstr("batchsize: unknown key (did you mean batch-size?)"));
}

TEST_F(AvroClientTest, flags_that_make_no_sense_are_refused) {
  EXPECT_THAT(refusal({}), HasSubstr("needs --host and --port"));
  EXPECT_THAT(refusal({"-H", "h"}), HasSubstr("needs --host and --port"));
  EXPECT_THAT(refusal({"-H", "h", "-p", "0"}), HasSubstr("--port"));
  EXPECT_THAT(refusal({"-H", "h", "-p", "1", "-F", "x", "--dirname", "y"}), HasSubstr("exclude each other"));
  EXPECT_THAT(refusal({"-P", "/none"}), HasSubstr("/none"));
  files_.add_file("/rpc.properties", "hosts = h1\n");
  EXPECT_THAT(refusal({"-P", "/rpc.properties"}), HasSubstr("hosts.h1: not set"));
  files_.add_file("/bad.properties", "a = \\u12\n");
  EXPECT_THAT(refusal({"-P", "/bad.properties"}), HasSubstr("not a properties file"));
  files_.add_file("/selector.properties", "hosts = h1\nhosts.h1 = a:1\nhost-selector = com.example.Any\n");
  EXPECT_THAT(refusal({"-P", "/selector.properties"}), HasSubstr("host-selector"));
}

}  // namespace
}  // namespace flume::cli
