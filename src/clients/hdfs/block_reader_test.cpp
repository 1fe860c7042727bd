#include "clients/hdfs/block_reader.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_hdfs/sim_cluster.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class BlockReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    cluster_.settings.checksum = {.type = ChecksumType::Crc32, .bytes_per_chunk = 1024};
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>(i * 31 + i / 256);
    const auto writer = cluster_.write();
    ASSERT_TRUE(writer->append(as_bytes(content_)).ok());
    const auto closed = cluster_.run(writer->close(cluster_.in(1min)));
    ASSERT_TRUE(closed && closed->ok());
    block_ = cluster_.blocks().front();
  }
  Result<std::string> read(std::uint64_t offset, std::uint64_t bytes) {
    auto result = cluster_.run(cluster_.read_block(block_, offset, bytes));
    if (!result) return fatal("it hangs");
    return std::move(*result);
  }

  SimCluster cluster_{3, 3};
  std::string content_ = std::string(10'000, '\0');
  LocatedBlock block_;
};

TEST_F(BlockReaderTest, reads_any_range) {
  for (const std::uint64_t offset : {0U, 1U, 511U, 512U, 5000U, 9999U}) {
    for (const std::uint64_t bytes : {0U, 1U, 511U, 513U, 4096U, 10'000U}) {
      const std::uint64_t size = std::min<std::uint64_t>(bytes, content_.size() - offset);
      const Result<std::string> got = read(offset, size);
      ASSERT_TRUE(got.ok()) << got.status().message();
      EXPECT_EQ(*got, content_.substr(offset, size));
    }
  }
}

TEST_F(BlockReaderTest, goes_on_at_another_node_where_the_first_one_failed) {
  cluster_.network.set_routes(
      [](const std::string& host, std::uint16_t) { return host == "10.0.1.0" ? SimRoute{.cut_after = 6000} : SimRoute{}; });
  block_.nodes = {cluster_.node(0).identity(), cluster_.node(1).identity()};
  EXPECT_EQ(*read(0, 10'000), content_);
}

TEST_F(BlockReaderTest, does_not_believe_a_damaged_replica) {
  cluster_.node(0).faults.damages_reads = true;
  cluster_.node(1).die();
  EXPECT_EQ(*read(0, 10'000), content_);
  cluster_.node(2).faults.damages_reads = true;
  const Result<std::string> got = read(0, 10'000);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().kind(), ErrorKind::Retryable);  // one node could still have it
  EXPECT_THAT(got.status().message(),
              AllOf(HasSubstr("dn0"), HasSubstr("dn1"), HasSubstr("dn2"), HasSubstr("wrong checksum"), HasSubstr("refused")));
  cluster_.node(1).come_back();
  cluster_.node(1).faults.damages_reads = true;
  EXPECT_EQ(read(0, 10'000).status().kind(), ErrorKind::Corrupt);
}

TEST_F(BlockReaderTest, tells_how_the_replicas_have_their_checksums) {
  cluster_.node(0).die();
  const auto checksum = cluster_.run(checksum_of(cluster_.loop, cluster_.network, cluster_.settings.transfer, block_, cluster_.in(1min)));
  ASSERT_TRUE(checksum && checksum->ok());
  EXPECT_EQ(**checksum, cluster_.settings.checksum);
}

TEST_F(BlockReaderTest, fails_clearly_for_bytes_and_blocks_that_are_not_there) {
  EXPECT_THAT(read(0, 10'001).status().message(), HasSubstr("the replica has 10000 bytes"));
  block_.nodes.clear();
  EXPECT_THAT(read(0, 1).status().message(), HasSubstr("named no DataNode"));
}

TEST_F(BlockReaderTest, never_waits_beyond_its_deadlines) {
  cluster_.network.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.stall_after = 3000}; });
  const Instant begin = cluster_.loop.now();
  EXPECT_FALSE(read(0, 10'000).ok());
  EXPECT_LE(cluster_.loop.now() - begin, 3 * 65s);
}

}  // namespace
}  // namespace flume::hdfs
