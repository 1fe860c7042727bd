// Encrypted segments: what is on the disk, who can read it, and keys that change.
#include "storage/segment_keys.h"

#include "crypto/golden_stores.h"
#include "storage/segment_log_fixture.h"

namespace flume::storage {
namespace {

using testing::HasSubstr;

class EncryptedLogTest : public SegmentLogTest {
 protected:
  void SetUp() override {
    SegmentLogTest::SetUp();
    files_.add_file("/etc/keys.jceks", crypto::golden("aes.jceks"));
    files_.add_file("/etc/store.password", "store-password");
    files_.add_file("/etc/192.password", "password-of-192");
    use_key("key-128");
  }
  void use_key(const std::string& active, const std::string& aliases = "key-128 key-192") {
    auto provider = crypto::KeyProvider::open(files_, {.key_store_file = "/etc/keys.jceks",
                                                       .key_store_password_file = "/etc/store.password",
                                                       .keys = aliases,
                                                       .password_files = {{"key-192", "/etc/192.password"}}});
    ASSERT_TRUE(provider.ok()) << provider.status().message();
    settings_.keys = std::make_shared<SegmentKeys>(*std::move(provider), active);
  }
  bool is_on_disk(const std::string& text) {
    for (const std::string& slot : slots()) {
      if (files_.content("/data/" + slot)->find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(EncryptedLogTest, leaves_nothing_readable_on_the_disk) {
  ASSERT_TRUE(open().ok());
  const KeyValue entry{"position-of-it", "4711"};
  const BookmarkDelta delta{"source-of-it", {&entry, 1}};
  for (int i = 0; i < 200; ++i) {
    EventBatch batch = batch_of({{{{"header-of-it", "v"}}, "the secret body"}});
    ASSERT_TRUE(log_->put(batch, {&delta, 1}).ok());
  }
  EXPECT_GT(slots().size(), 2U);
  for (const char* text : {"secret body", "header-of-it", "position-of-it", "source-of-it"}) EXPECT_FALSE(is_on_disk(text)) << text;
  log_->close();
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 200U);
  EXPECT_EQ(log_->bookmark("source-of-it").at("position-of-it"), "4711");
}

TEST_F(EncryptedLogTest, reads_old_segments_when_the_key_has_changed) {
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put().ok());
  log_->close();
  use_key("key-192");
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put().ok());
  EXPECT_EQ(readable(), 200U);
  log_->close();
  use_key("");  // new segments are not encrypted any more
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  EXPECT_EQ(readable(), 201U);
}

TEST_F(EncryptedLogTest, goes_on_with_what_was_written_before_encryption) {
  settings_.keys = nullptr;
  ASSERT_TRUE(open().ok());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(put().ok());
  log_->close();
  use_key("key-128");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 100U);
}

TEST_F(EncryptedLogTest, is_not_opened_without_its_key_or_with_another_of_the_same_name) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  log_->close();
  log_.reset();
  const std::string before = *files_.content("/data/slot-000001");
  const auto keys = settings_.keys;
  settings_.keys = nullptr;
  Status refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("is encrypted with key \"key-128\", and no encryption.keyProvider is configured"));

  files_.add_file("/etc/keys.jceks", crypto::golden("store.p12"));
  files_.add_file("/etc/store.password", "pkcs12-password");
  auto provider = crypto::KeyProvider::open(
      files_,
      {.key_store_file = "/etc/keys.jceks", .key_store_password_file = "/etc/store.password", .keys = "key-128", .password_files = {}});
  ASSERT_TRUE(provider.ok()) << provider.status().message();
  settings_.keys = std::make_shared<SegmentKeys>(*std::move(provider), "key-128");
  refused = open();
  EXPECT_EQ(refused.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(refused.message(), HasSubstr("is not the one that was used"));
  EXPECT_EQ(*files_.content("/data/slot-000001"), before);
  settings_.keys = keys;
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(readable(), 1U);
}

/// What a checksum cannot see: an event put in the place of another.
TEST_F(EncryptedLogTest, does_not_take_a_record_for_another_one) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(put().ok());
  ASSERT_TRUE(put().ok());
  log_->close();
  log_.reset();
  const std::string path = "/data/slot-000001";
  const std::uint64_t first = find_head_of(path, 1);
  const std::uint64_t second = find_head_of(path, 2);
  std::string content = *files_.content(path);
  const std::size_t size = second - first;
  const auto head = RecordHead::decode(as_bytes(content).subspan(first).first<kRecordHeadBytes>(), salt_of(path));
  const auto other = RecordHead::decode(as_bytes(content).subspan(second).first<kRecordHeadBytes>(), salt_of(path));
  ASSERT_TRUE(head && other && head->payload_bytes == other->payload_bytes);
  RecordHead forged = *other;
  forged.payload_crc = head->payload_crc;
  content.replace(second, kRecordHeadBytes, as_text(forged.encode(salt_of(path))));
  content.replace(second + kRecordHeadBytes, size - kRecordHeadBytes, content.substr(first + kRecordHeadBytes, size - kRecordHeadBytes));
  files_.add_file(path, content);
  EXPECT_EQ(open().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace flume::storage
