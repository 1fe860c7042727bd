#include "clients/hdfs/hdfs_client.h"

#include <string>

#include <gtest/gtest.h>

#include "support/captured_log.h"
#include "support/sim_clock.h"
#include "support/sim_hdfs/sim_hdfs.h"
#include "support/sim_network.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;

class HdfsClientTest : public testing::Test {
 protected:
  HdfsClient client_with_chunks_of(std::uint32_t bytes) {
    ClientSettings settings;
    settings.rpc.servers = hdfs_.servers();
    settings.rpc.user = "flume";
    settings.bytes_per_checksum = bytes;
    settings.file.block_size = 1 << 20;
    return {loop_, network_, std::move(settings), ClientId{}, Log(log_, "hdfs")};
  }
  /// `text` at the end of the file, which is closed then.
  void write(Task<Result<WrittenFile>> opening, std::string_view text, std::uint64_t length_before) {
    const auto opened = run_to_end(loop_, std::move(opening));
    ASSERT_TRUE(opened && opened->ok()) << (opened ? opened->status().message() : "it hangs");
    const WrittenFile& file = **opened;
    EXPECT_EQ(file.length, length_before);
    ASSERT_TRUE(file.writer->append(as_bytes(text)).ok());
    const auto closed = run_to_end(loop_, file.writer->close(loop_.in(1min)));
    ASSERT_TRUE(closed && closed->ok()) << (closed ? closed->message() : "it hangs");
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  CapturedLog log_;
  SimHdfs hdfs_{site_on(network_, loop_)};
};

TEST_F(HdfsClientTest, keeps_the_chunks_of_a_block_that_it_appends_to) {
  HdfsClient before = client_with_chunks_of(512);
  write(before.create("/f", loop_.in(1min)), "hello", 0);
  HdfsClient today = client_with_chunks_of(4096);
  write(today.append("/f", loop_.in(1min)), " world", 5);
  const Result<std::string> content = hdfs_.read("/f");
  ASSERT_TRUE(content.ok()) << content.status().message();
  EXPECT_EQ(*content, "hello world");
}

TEST_F(HdfsClientTest, reads_of_an_open_file_what_was_flushed) {
  const SimSite site = site_on(network_, loop_);
  HdfsClient client = client_with_chunks_of(512);
  const auto opened = run_to_end(loop_, client.create("/f", loop_.in(1min)));
  ASSERT_TRUE(opened && opened->ok());
  FileWriter& writer = *(*opened)->writer;
  const auto flush = [&](std::string_view text) {
    ASSERT_TRUE(writer.append(as_bytes(text)).ok());
    const auto flushed = run_to_end(loop_, writer.flush(loop_.in(1min)));
    ASSERT_TRUE(flushed && flushed->ok());
  };
  const auto content = [&] {
    const auto reader = run_to_end(loop_, client.open("/f", loop_.in(1min)));
    if (!reader || !reader->ok()) return std::string("cannot be opened");
    std::string bytes((*reader)->get()->length(), '.');
    const auto read = run_to_end(loop_, (**reader)->read_at(0, std::as_writable_bytes(std::span(bytes)), loop_.in(1min)));
    return read && read->ok() && **read == bytes.size() ? bytes : std::string("cannot be read");
  };
  flush("hello");
  flush(" world");
  ASSERT_TRUE(writer.append(as_bytes(" and more that waits")).ok());
  EXPECT_EQ(content(), "hello")
      << "nobody answers at the DataNodes' ports for calls; the NameNode was told of the first flush of the block";
  EXPECT_EQ(log_.count(LogLevel::Info, "no DataNode tells how much"), 1U);
  const Datanode last = hdfs_.datanode(2).identity();
  SimNameNode calls(site, hdfs_.names(), last.address, last.ipc_port);
  EXPECT_EQ(content(), "hello world");
  flush("");
  EXPECT_EQ(content(), "hello world and more that waits");
  const auto closed = run_to_end(loop_, writer.close(loop_.in(1min)));
  ASSERT_TRUE(closed && closed->ok());
  EXPECT_EQ(content(), "hello world and more that waits");
}

}  // namespace
}  // namespace flume::hdfs
