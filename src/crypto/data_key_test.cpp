#include "crypto/data_key.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/golden_stores.h"

namespace flume::crypto {
namespace {

std::string derived(const std::string& secret, const std::string& salt, const std::string& info, std::size_t size) {
  std::string out(size, '\0');
  const Status status = hkdf_sha256(as_bytes(secret), as_bytes(salt), as_bytes(info), std::as_writable_bytes(std::span(out)));
  EXPECT_TRUE(status.ok()) << status.message();
  return out;
}

std::string counting(int from, int to) {
  std::string bytes;
  for (int i = from; i <= to; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(Hkdf, gives_the_values_of_rfc_5869) {
  EXPECT_EQ(derived(std::string(22, 0x0b), counting(0, 12), counting(0xf0, 0xf9), 42),
            from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
  EXPECT_EQ(
      derived(counting(0, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff), 82),
      from_hex("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca"
               "3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
  EXPECT_EQ(derived(std::string(22, 0x0b), "", "", 42),
            from_hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
}

TEST(Hkdf, refuses_more_than_it_can_give) {
  std::string out(8161, '\0');
  EXPECT_FALSE(hkdf_sha256(as_bytes("secret"), {}, {}, std::as_writable_bytes(std::span(out))).ok());
}

class DataKeyOf : public testing::TestWithParam<std::size_t> {
 protected:
  const std::string master_ = counting(1, static_cast<int>(GetParam()));
  const std::string salt_ = counting(100, 131);
  const std::string uuid_ = "0123456789abcdef";
};

TEST_P(DataKeyOf, is_as_long_as_the_master_key_and_other_bytes) {
  const auto key = DataKey::derive(as_bytes(master_), as_bytes(salt_), as_bytes(uuid_));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->key().size(), GetParam());
  EXPECT_NE(as_text(key->key()), master_);
  EXPECT_EQ(as_text(key->key()), derived(master_, salt_, "flume-cpp segment key 1" + std::string(1, '\0') + uuid_, GetParam()));
}

TEST_P(DataKeyOf, fits_only_its_own_segment) {
  const auto key = DataKey::derive(as_bytes(master_), as_bytes(salt_), as_bytes(uuid_));
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(key->fits(DataKey::derive(as_bytes(master_), as_bytes(salt_), as_bytes(uuid_))->check()));
  std::string other = master_;
  other.back() ^= 1;
  EXPECT_FALSE(key->fits(DataKey::derive(as_bytes(other), as_bytes(salt_), as_bytes(uuid_))->check()));
  std::string other_salt = salt_;
  other_salt.front() ^= 1;
  EXPECT_FALSE(key->fits(DataKey::derive(as_bytes(master_), as_bytes(other_salt), as_bytes(uuid_))->check()));
  EXPECT_FALSE(key->fits(DataKey::derive(as_bytes(master_), as_bytes(salt_), as_bytes("fedcba9876543210"))->check()));
  EXPECT_FALSE(key->fits({}));
}

INSTANTIATE_TEST_SUITE_P(Bytes, DataKeyOf, testing::Values(16, 24, 32));

TEST(DataKey, takes_only_keys_of_aes_and_salts_of_one_size) {
  const std::string salt(DataKey::kSaltBytes, 's');
  for (const std::size_t size : {0, 8, 15, 20, 33}) {
    const Status status = DataKey::derive(as_bytes(std::string(size, 'k')), as_bytes(salt), {}).status();
    ASSERT_FALSE(status.ok()) << size;
    EXPECT_EQ(status.kind(), ErrorKind::InvalidConfig);
  }
  EXPECT_EQ(DataKey::derive(as_bytes(std::string(16, 'k')), as_bytes("short"), {}).status().kind(), ErrorKind::Fatal);
}

TEST(DataKey, salts_differ) { EXPECT_NE(*random_salt(), *random_salt()); }

}  // namespace
}  // namespace flume::crypto
