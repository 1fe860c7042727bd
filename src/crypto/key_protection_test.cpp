// The ways in which one key is encrypted, where whole stores do not reach.
#include "crypto/key_protection.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/golden_stores.h"

namespace flume::crypto {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::vector<std::byte> bytes_of(const std::string& text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

ProtectedKey triple_des(const std::string& salt, const std::string& encrypted) {
  return {
      .kind = ProtectionKind::Md5TripleDes, .salt = bytes_of(from_hex(salt)), .iterations = 3, .encrypted = bytes_of(from_hex(encrypted))};
}

// Made by Java's Cipher PBEWithMD5AndTripleDES (17 and 25 agree): "0123456789" with "password", 3 iterations.
TEST(KeyProtection, opens_triple_des_of_java) {
  const auto opened = open_key(triple_des("0102030405060708", "f6ec4e16647893da97231f2fd2874a9e"), "password");
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->text(), "0123456789");
}

TEST(KeyProtection, turns_a_salt_of_equal_halves_round_as_java_does) {
  const auto opened = open_key(triple_des("0102030401020304", "e29b62cbd608d26dfecf4618677a41e2"), "password");
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->text(), "0123456789");
}

// Java 17 refuses such passwords, Java 25 takes them as UTF-8.
TEST(KeyProtection, takes_passwords_beyond_ascii_as_newer_java_does) {
  const auto opened = open_key(triple_des("0102030405060708", "bba8346426bc928d6880c84c8854ca3f"), "päss密");
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->text(), "0123456789");
}

TEST(KeyProtection, is_damaged_with_lengths_that_encryption_never_makes) {
  EXPECT_EQ(open_key(triple_des("0102030405060708", "f6ec4e1664"), "password").status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(open_key(triple_des("0102030405060708", ""), "password").status().kind(), ErrorKind::Corrupt);
  ProtectedKey short_one;
  short_one.kind = ProtectionKind::Sha1Xor;
  short_one.encrypted.resize(39);
  EXPECT_EQ(open_key(short_one, "password").status().kind(), ErrorKind::Corrupt);
}

TEST(KeyProtection, bounds_salt_and_iterations) {
  ProtectedKey key;
  const std::string salt = "\x04\x08"s + "saltsalt";
  EXPECT_TRUE(read_pbe_parameters(as_bytes("\x30\x0E"s + salt + "\x02\x02\x03\xE8"), 1000, key).ok());
  EXPECT_EQ(key.iterations, 1000U);
  EXPECT_THAT(read_pbe_parameters(as_bytes("\x30\x0E"s + salt + "\x02\x02\x03\xE9"), 1000, key).message(), HasSubstr("1001 iterations"));
  EXPECT_EQ(read_pbe_parameters(as_bytes("\x30\x0D"s + salt + "\x02\x01\x00"s), 1000, key).kind(), ErrorKind::Corrupt);
  EXPECT_EQ(read_pbe_parameters(as_bytes("\x30\x0D"s + salt + "\x02\x01\xFF"), 1000, key).kind(), ErrorKind::Corrupt);
  EXPECT_EQ(read_pbe_parameters(as_bytes("\x30\x07\x04\x02sa\x02\x01\x05"s), 1000, key).kind(), ErrorKind::Corrupt);
  EXPECT_EQ(read_pbe_parameters({}, 1000, key).kind(), ErrorKind::Corrupt);
}

TEST(KeyProtection, refuses_what_is_no_key_info) {
  EXPECT_EQ(read_encrypted_key_info(as_bytes("garbage"), 1000).status().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(unwrap_key_info(as_bytes("garbage")).status().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace flume::crypto
