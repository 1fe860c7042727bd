#include "clients/hdfs/namenode.h"

#include "clients/hdfs/namenode_fixture.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class NameNodeTest : public testing::Test {
 protected:
  OpenFile create(const std::string& path) {
    const auto status = hdfs_.run(nn().create(path, {.permission = 0640, .replication = 2, .block_size = 1024}, hdfs_.soon()));
    EXPECT_TRUE(status.ok()) << status.status().message();
    return {.path = path, .client = nn().client(), .file_id = status->file_id};
  }
  /// A closed file of one block.
  Block write(const std::string& path, std::uint64_t bytes) {
    const OpenFile file = create(path);
    const auto located = hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon()));
    Block block = located->block;
    block.bytes = bytes;
    EXPECT_TRUE(*hdfs_.run(nn().complete(file, block, hdfs_.soon())));
    return block;
  }
  NameNodeClient& nn() { return *hdfs_.namenode; }

  NameNodeFixture hdfs_;
};

TEST_F(NameNodeTest, knows_its_defaults) {
  const auto defaults = hdfs_.run(nn().server_defaults(hdfs_.soon()));
  ASSERT_TRUE(defaults.ok());
  EXPECT_EQ(defaults->block_size, 128U << 20);
  EXPECT_EQ(defaults->bytes_per_checksum, 512U);
  EXPECT_EQ(defaults->write_packet_size, 65536U);
  EXPECT_EQ(defaults->checksum_type, ChecksumType::Crc32c);
}

TEST_F(NameNodeTest, asks_for_the_blocks_of_a_large_file_in_pages) {
  const OpenFile file = create("/large");
  std::optional<Block> last;
  for (int i = 0; i < 2500; ++i) {
    const auto located = hdfs_.run(nn().add_block(file, last, {}, hdfs_.soon()));
    ASSERT_TRUE(located.ok()) << located.status().message();
    last = located->block;
    last->bytes = 1024;
  }
  last->bytes = 7;
  ASSERT_TRUE(*hdfs_.run(nn().complete(file, last, hdfs_.soon())));
  const auto all = hdfs_.run(nn().all_block_locations("/large", 1024, hdfs_.soon()));
  ASSERT_TRUE(all.ok()) << all.status().message();
  ASSERT_EQ(all->blocks.size(), 2500U);
  for (std::size_t i = 0; i < 2500; ++i) ASSERT_EQ(all->blocks[i].offset, i * 1024);
  EXPECT_EQ(all->file_length, 2499U * 1024 + 7);
  ASSERT_TRUE(all->last_block);
  EXPECT_EQ(all->last_block->block.id, last->id);
  EXPECT_EQ(std::ranges::count(hdfs_.nodes[0]->done(), "getBlockLocations", &SimNameNode::Done::method), 3);
}

TEST_F(NameNodeTest, refuses_an_answer_of_countless_tiny_fields_before_it_is_parsed) {
  for (int i = 0; i < 100; ++i) create("/many/" + std::to_string(i));
  EXPECT_TRUE(hdfs_.run(nn().entries("/many", 1000, hdfs_.soon())).ok());
  hdfs_.nodes[0]->set_answer("getListing", [] {
    std::string entries;
    for (int i = 0; i < 1'000'000; ++i) entries += std::string_view("\x0a\x00", 2);
    return "\x0a\x80\x89\x7a" + entries;
  }());
  const auto refused = hdfs_.run(nn().entries("/many", 1000, hdfs_.soon()));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.cause(), Cause::TooLarge) << refused.status().message();
  EXPECT_THAT(refused.status().message(), StartsWith("getListing /many: an answer of more than"));
}

TEST_F(NameNodeTest, a_file_is_created_written_and_completed) {
  const OpenFile file = create("/flume/events/a.tmp");
  const auto first = hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon()));
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(first->nodes.size(), 2U);
  EXPECT_EQ(first->storage_ids.size(), 2U);
  Block block = first->block;
  block.bytes = 1024;
  const auto second = hdfs_.run(nn().add_block(file, block, {first->nodes[0]}, hdfs_.soon()));
  ASSERT_TRUE(second.ok()) << second.status().message();
  EXPECT_EQ(second->offset, 1024U);
  EXPECT_THAT(second->nodes, testing::Not(testing::Contains(first->nodes[0])));
  EXPECT_TRUE(hdfs_.run(nn().fsync(file, 100, hdfs_.soon())).ok());
  Block last = second->block;
  last.bytes = 500;
  EXPECT_FALSE(*hdfs_.run(nn().is_file_closed(file.path, hdfs_.soon())));
  EXPECT_TRUE(*hdfs_.run(nn().complete(file, last, hdfs_.soon())));
  EXPECT_TRUE(*hdfs_.run(nn().is_file_closed(file.path, hdfs_.soon())));
  const auto info = hdfs_.run(nn().file_info(file.path, hdfs_.soon()));
  ASSERT_TRUE(info.ok() && info->has_value());
  EXPECT_EQ((**info).length, 1524U);
  EXPECT_EQ((**info).permission, 0640);
  EXPECT_EQ((**info).type, FileStatus::Type::File);
  const auto blocks = hdfs_.run(nn().block_locations(file.path, 0, 1U << 30, hdfs_.soon()));
  ASSERT_TRUE(blocks.ok()) << blocks.status().message();
  EXPECT_EQ(blocks->blocks.size(), 2U);
  EXPECT_EQ(blocks->file_length, 1524U);
}

TEST_F(NameNodeTest, what_is_not_there_is_none_or_has_its_cause) {
  EXPECT_EQ(*hdfs_.run(nn().file_info("/none", hdfs_.soon())), std::nullopt);
  EXPECT_FALSE(hdfs_.run(nn().listing("/none", "", hdfs_.soon()))->has_value());
  EXPECT_FALSE(*hdfs_.run(nn().remove("/none", false, hdfs_.soon())));
  EXPECT_EQ(hdfs_.run(nn().block_locations("/none", 0, 1, hdfs_.soon())).cause(), Cause::NotFound);
}

TEST_F(NameNodeTest, long_listings_come_in_parts) {
  hdfs_.names.listing_page = 3;
  for (const char* name : {"/d/a", "/d/b", "/d/c", "/d/d", "/d/e", "/d/f", "/d/g"})
    EXPECT_TRUE(hdfs_.run(nn().mkdirs(name, 0755, hdfs_.soon())).ok());
  const auto names = [&](std::size_t most) {
    const auto all = hdfs_.run(nn().entries("/d", most, hdfs_.soon()));
    std::string text;
    if (all && all->has_value())
      for (const FileStatus& entry : **all) text += entry.name;
    return text;
  };
  EXPECT_EQ(names(SIZE_MAX), "abcdefg");
  EXPECT_EQ(names(7), "abcdefg");
  EXPECT_EQ(names(6), "abcdef");
  EXPECT_EQ(names(4), "abcd");
  EXPECT_EQ(names(1), "a");
  EXPECT_FALSE(hdfs_.run(nn().entries("/none", 1, hdfs_.soon()))->has_value());
}

TEST_F(NameNodeTest, rename_never_replaces) {
  write("/a", 10);
  write("/b", 20);
  const Status refused = hdfs_.run(nn().rename("/a", "/b", hdfs_.soon()));
  EXPECT_EQ(refused.cause(), Cause::Exists);
  EXPECT_THAT(refused.message(), StartsWith("rename /a to /b: NameNode nn1:8020: FileAlreadyExistsException"));
  EXPECT_TRUE(hdfs_.run(nn().rename("/a", "/c", hdfs_.soon())).ok());
  EXPECT_EQ(hdfs_.run(nn().rename("/a", "/d", hdfs_.soon())).cause(), Cause::NotFound);
  EXPECT_EQ(hdfs_.run(nn().rename("/c", "/none/d", hdfs_.soon())).cause(), Cause::NotFound);
  EXPECT_EQ(hdfs_.run(nn().rename("/c", "/b/d", hdfs_.soon())).cause(), Cause::WrongType);
}

TEST_F(NameNodeTest, append_goes_on_in_the_last_block) {
  const Block block = write("/a", 10);
  const auto appended = hdfs_.run(nn().append("/a", hdfs_.soon()));
  ASSERT_TRUE(appended.ok()) << appended.status().message();
  ASSERT_TRUE(appended->last_block.has_value());
  EXPECT_EQ(appended->last_block->block, block);
  EXPECT_EQ(hdfs_.run(nn().append("/a", hdfs_.soon())).cause(), Cause::Busy) << "it is open already";
}

TEST_F(NameNodeTest, a_lease_is_recovered_and_the_file_cut) {
  const OpenFile file = create("/a");
  Block block = hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon()))->block;
  EXPECT_TRUE(hdfs_.run(nn().renew_lease(hdfs_.soon())).ok());
  EXPECT_TRUE(hdfs_.run(nn().fsync(file, 700, hdfs_.soon())).ok());
  hdfs_.names.steal_lease("/a", "somebody else");
  EXPECT_EQ(hdfs_.run(nn().complete(file, block, hdfs_.soon())).cause(), Cause::Lost);
  EXPECT_FALSE(*hdfs_.run(nn().recover_lease("/a", hdfs_.soon())));
  EXPECT_EQ(hdfs_.run(nn().append("/a", hdfs_.soon())).cause(), Cause::Busy) << "while it is being recovered";
  hdfs_.loop.advance(1s);
  EXPECT_TRUE(*hdfs_.run(nn().recover_lease("/a", hdfs_.soon())));
  EXPECT_FALSE(*hdfs_.run(nn().truncate("/a", 300, hdfs_.soon())));
  EXPECT_EQ(hdfs_.run(nn().truncate("/a", 200, hdfs_.soon())).cause(), Cause::Busy);
  hdfs_.loop.advance(1s);
  EXPECT_TRUE(*hdfs_.run(nn().is_file_closed("/a", hdfs_.soon())));
  EXPECT_EQ((**hdfs_.run(nn().file_info("/a", hdfs_.soon()))).length, 300U);
}

TEST_F(NameNodeTest, a_pipeline_gets_another_node_and_a_new_stamp) {
  const OpenFile file = create("/a");
  LocatedBlock pipeline = *hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon()));
  const Datanode dead = pipeline.nodes[0];
  hdfs_.names.kill_datanode(dead.uuid);
  pipeline.nodes.erase(pipeline.nodes.begin());
  pipeline.storage_ids.erase(pipeline.storage_ids.begin());
  const auto more = hdfs_.run(nn().additional_datanodes(file, pipeline, {dead}, 1, hdfs_.soon()));
  ASSERT_TRUE(more.ok()) << more.status().message();
  ASSERT_EQ(more->nodes.size(), 2U);
  EXPECT_NE(more->nodes[1], dead);
  const auto stamped = hdfs_.run(nn().update_block_for_pipeline(pipeline.block, hdfs_.soon()));
  ASSERT_TRUE(stamped.ok());
  EXPECT_GT(stamped->block.generation_stamp, pipeline.block.generation_stamp);
  Block after = stamped->block;
  after.bytes = 600;
  EXPECT_TRUE(hdfs_.run(nn().update_pipeline(pipeline.block, after, more->nodes, more->storage_ids, hdfs_.soon())).ok());
  EXPECT_EQ(*hdfs_.names.find_block(after.id), after);
  EXPECT_FALSE(hdfs_.run(nn().update_pipeline(pipeline.block, pipeline.block, more->nodes, {}, hdfs_.soon())).ok()) << "an old stamp";
}

TEST_F(NameNodeTest, an_abandoned_block_is_gone) {
  const OpenFile file = create("/a");
  const Block block = hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon()))->block;
  EXPECT_TRUE(hdfs_.run(nn().abandon_block(file, block, hdfs_.soon())).ok());
  EXPECT_EQ(hdfs_.names.find_block(block.id), nullptr);
}

TEST_F(NameNodeTest, says_what_is_wrong_with_the_cluster_or_the_path) {
  hdfs_.names.forbid("/root");
  const Status denied = hdfs_.run(nn().create("/root/x", {}, hdfs_.soon())).status();
  EXPECT_EQ(denied.cause(), Cause::Permission);
  EXPECT_THAT(denied.message(), StartsWith("create /root/x: NameNode nn1:8020: AccessControlException: Permission denied: user=flume"));
  EXPECT_THAT(denied.message(), testing::Not(HasSubstr("\n"))) << "no stack trace";
  write("/file", 1);
  EXPECT_EQ(hdfs_.run(nn().create("/file/x", {}, hdfs_.soon())).cause(), Cause::WrongType);
  EXPECT_EQ(hdfs_.run(nn().mkdirs("/file", 0755, hdfs_.soon())).cause(), Cause::Exists);
  hdfs_.names.is_in_safe_mode = true;
  EXPECT_EQ(hdfs_.run(nn().mkdirs("/x", 0755, hdfs_.soon())).cause(), Cause::NotReady);
  hdfs_.names.is_in_safe_mode = false;
  const OpenFile file = create("/y");
  for (const Datanode& node : hdfs_.names.datanodes()) hdfs_.names.kill_datanode(node.uuid);
  EXPECT_THAT(hdfs_.run(nn().add_block(file, std::nullopt, {}, hdfs_.soon())).status().message(),
              HasSubstr("could only be written to 0 of the 1"));
  hdfs_.names.most_entries = hdfs_.names.files().size();
  EXPECT_EQ(hdfs_.run(nn().mkdirs("/x", 0755, hdfs_.soon())).cause(), Cause::NoSpace);
}

TEST_F(NameNodeTest, permissions_are_set) {
  EXPECT_TRUE(hdfs_.run(nn().mkdirs("/a", 0755, hdfs_.soon())).ok());
  EXPECT_TRUE(hdfs_.run(nn().set_permission("/a", 0700, hdfs_.soon())).ok());
  EXPECT_EQ((**hdfs_.run(nn().file_info("/a", hdfs_.soon()))).permission, 0700);
}

TEST(UserName, comes_from_the_environment_else_from_the_system) {
  EXPECT_EQ(*user_name("flume"), "flume");
  ASSERT_TRUE(user_name(nullptr).ok());
  EXPECT_EQ(*user_name(nullptr), *user_name(""));
  EXPECT_FALSE(user_name(nullptr)->empty());
}

}  // namespace
}  // namespace flume::hdfs
