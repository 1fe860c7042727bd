// Key stores made by keytool, Hadoop and openssl, against what Java reads in them; and what is refused.
#include "crypto/key_store.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/golden_stores.h"
#include "crypto/java_key_store.h"

namespace flume::crypto {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::string> kStorePasswords = {{"aes.jceks", "store-password"},     {"trust.jks", "trust-password"},
                                                            {"store.p12", "pkcs12-password"},    {"legacy.p12", "pkcs12-password"},
                                                            {"openssl.p12", "openssl-password"}, {"hadoop.jceks", "none"}};

KeyStore golden_store(const std::string& name) {
  auto store = read_key_store(as_bytes(golden(name)), kStorePasswords.at(name));
  EXPECT_TRUE(store.ok()) << name << ": " << store.status().message();
  if (!store) return {KeyStoreFormat::Jks, {}};
  return std::move(*store);
}

std::string with_digest(const std::string& body, std::string_view password) {
  const auto digest = java_key_store_digest(as_bytes(body), password);
  return body + std::string(digest->text());
}

std::string body_of(const std::string& store) { return store.substr(0, store.size() - 20); }

/// `from` replaced by `to` of the same length, once.
std::string altered(std::string text, const std::string& from, const std::string& to) {
  EXPECT_EQ(from.size(), to.size());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(KeyStore, reads_what_java_reads) {
  std::map<std::string, std::size_t> seen;
  for (const ExpectedEntry& expected : expected_entries()) {
    SCOPED_TRACE(expected.file + " " + expected.alias);
    ++seen[expected.file];
    const KeyStore store = golden_store(expected.file);
    const KeyStoreEntry* entry = store.find(expected.alias);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->alias, expected.alias);
    if (entry->created) {
      EXPECT_EQ(std::to_string(entry->created->time_since_epoch().count()), expected.created);
    }
    if (expected.kind == "secret") {
      const auto key = store.secret_key(expected.alias, expected.password);
      ASSERT_TRUE(key.ok()) << key.status().message();
      EXPECT_EQ(key->bytes.text(), expected.bytes);
      EXPECT_EQ(key->algorithm, expected.algorithm);
    } else if (expected.kind == "private") {
      const auto key = store.private_key(expected.alias, expected.password);
      ASSERT_TRUE(key.ok()) << key.status().message();
      EXPECT_EQ(key->text(), expected.bytes);
    } else {
      EXPECT_EQ(entry->kind, EntryKind::TrustedCertificate);
      EXPECT_EQ(entry->certificates, std::vector{expected.bytes});
    }
  }
  for (const auto& [file, password] : kStorePasswords) EXPECT_EQ(seen[file], golden_store(file).entries().size()) << file;
}

TEST(KeyStore, knows_dates_where_the_format_has_them) {
  for (const auto& file : {"aes.jceks", "trust.jks", "hadoop.jceks"}) {
    const KeyStore store = golden_store(file);
    for (const auto& entry : store.entries()) EXPECT_TRUE(entry.created.has_value()) << file << " " << entry.alias;
  }
  EXPECT_TRUE(golden_store("store.p12").find("key-128")->created.has_value());
  EXPECT_FALSE(golden_store("store.p12").find("trusted")->created.has_value());
}

TEST(KeyStore, gives_a_private_key_its_chain) {
  const KeyStore store = golden_store("openssl.p12");
  ASSERT_EQ(store.entries().size(), 1U);
  const auto& chain = store.entries().front().certificates;
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_THAT(chain[0], AllOf(HasSubstr("leaf.example"), HasSubstr("ca.example")));
  EXPECT_THAT(chain[1], AllOf(Not(HasSubstr("leaf.example")), HasSubstr("ca.example")));
  EXPECT_EQ(golden_store("aes.jceks").find("private")->certificates.size(), 1U);
  EXPECT_EQ(golden_store("trust.jks").find("private")->certificates.size(), 1U);
}

TEST(KeyStore, finds_aliases_in_any_case) {
  const KeyStore store = golden_store("aes.jceks");
  EXPECT_EQ(store.find("KEY-128"), store.find("key-128"));
  EXPECT_NE(store.find("schlüssel-ключ-密钥-🔑"), nullptr);
  EXPECT_EQ(store.find("key-12"), nullptr);
}

TEST(KeyStore, tells_a_wrong_store_password) {
  for (const auto& [file, password] : kStorePasswords) {
    for (const std::string& wrong : {password + "x", std::string()}) {
      const auto store = read_key_store(as_bytes(golden(file)), wrong);
      ASSERT_FALSE(store.ok()) << file;
      EXPECT_EQ(store.status().kind(), ErrorKind::InvalidConfig) << file;
      EXPECT_THAT(store.status().message(), HasSubstr("wrong password")) << file;
    }
  }
}

TEST(KeyStore, tells_a_wrong_key_password_without_naming_it) {
  for (const ExpectedEntry& expected : expected_entries()) {
    if (expected.kind == "certificate") continue;
    SCOPED_TRACE(expected.file + " " + expected.alias);
    const KeyStore store = golden_store(expected.file);
    const Status status = expected.kind == "secret" ? store.secret_key(expected.alias, "not-the-password").status()
                                                    : store.private_key(expected.alias, "not-the-password").status();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.kind(), ErrorKind::InvalidConfig);
    EXPECT_THAT(status.message(),
                AllOf(HasSubstr("'" + expected.alias + "'"), HasSubstr("wrong password"), Not(HasSubstr("not-the-password"))));
  }
}

TEST(KeyStore, tells_which_entries_there_are) {
  const Status status = golden_store("store.p12").secret_key("key-512", "pkcs12-password").status();
  EXPECT_EQ(status.cause(), Cause::NotFound);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'key-512'"), HasSubstr("'key-128'"), HasSubstr("'trusted'")));
}

TEST(KeyStore, keeps_secret_and_private_keys_apart) {
  const KeyStore store = golden_store("aes.jceks");
  EXPECT_EQ(store.secret_key("private", "store-password").cause(), Cause::WrongType);
  EXPECT_EQ(store.private_key("key-128", "store-password").cause(), Cause::WrongType);
  EXPECT_EQ(store.secret_key("trusted", "store-password").cause(), Cause::WrongType);
}

TEST(KeyStore, refuses_every_cut_store) {
  for (const auto& [file, password] : kStorePasswords) {
    const std::string whole = golden(file);
    const std::size_t step = file.ends_with(".jceks") || file.ends_with(".jks") ? 1 : 37;  // libcrypto's own, and slow
    for (std::size_t size = 0; size < whole.size(); size += step) {
      EXPECT_FALSE(read_key_store(as_bytes(whole.substr(0, size)), password).ok()) << file << " cut to " << size;
    }
  }
}

TEST(KeyStore, refuses_every_flipped_byte) {
  for (const auto& file : {"aes.jceks", "trust.jks", "hadoop.jceks"}) {
    const std::string whole = golden(file);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
      EXPECT_FALSE(read_key_store(as_bytes(flipped), kStorePasswords.at(file)).ok()) << file << " byte " << at;
    }
  }
}

TEST(KeyStore, calls_a_store_damaged_that_is_not_even_well_formed) {
  std::string store = golden("aes.jceks");
  store.resize(store.size() - 100);
  const Status status = read_key_store(as_bytes(store), "store-password").status();
  EXPECT_EQ(status.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(status.message(), HasSubstr("at byte"));
}

TEST(KeyStore, refuses_what_is_no_key_store) {
  for (const std::string& text :
       {std::string(), std::string("-----BEGIN CERTIFICATE-----"), std::string(1000, '\xFF'), std::string("\x30\x03\x02\x01\x03", 5)}) {
    const Status status = read_key_store(as_bytes(text), "store-password").status();
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr("no key store"));
  }
}

TEST(KeyStore, refuses_entries_that_nobody_can_have_written) {
  const std::string body = body_of(golden("hadoop.jceks"));
  std::string many = body;
  many.replace(8, 4, "\x7F\xFF\xFF\xFF");
  EXPECT_THAT(read_key_store(as_bytes(with_digest(many, "none")), "none").status().message(), HasSubstr("2147483647 entries"));
  std::string kind = body;
  kind[15] = 9;
  EXPECT_THAT(read_key_store(as_bytes(with_digest(kind, "none")), "none").status().message(), HasSubstr("unknown kind 9"));
  EXPECT_THAT(read_key_store(as_bytes(with_digest(body + "x", "none")), "none").status().message(), HasSubstr("1 bytes behind"));
  const std::string other = altered(body, "SealedObjectForKeyProtector", "SealedObjectForKeyProtectoR");
  EXPECT_EQ(read_key_store(as_bytes(with_digest(other, "none")), "none").status().kind(), ErrorKind::Rejected);
}

TEST(KeyStore, bounds_the_iterations_that_a_store_asks_for) {
  for (const auto& file : {"aes.jceks", "store.p12", "legacy.p12", "openssl.p12"}) {
    const Status status = read_key_store(as_bytes(golden(file)), kStorePasswords.at(file), {.iterations = 1000}).status();
    ASSERT_FALSE(status.ok()) << file;
    EXPECT_THAT(status.message(), HasSubstr("at most 1000 are taken")) << file;
  }
}

TEST(KeyStore, bounds_bytes_and_entries) {
  const std::string store = golden("aes.jceks");
  EXPECT_THAT(read_key_store(as_bytes(store), "store-password", {.bytes = 100}).status().message(), HasSubstr("at most 100"));
  EXPECT_THAT(read_key_store(as_bytes(store), "store-password", {.entries = 8}).status().message(), HasSubstr("at most 8"));
  EXPECT_THAT(read_key_store(as_bytes(golden("store.p12")), "pkcs12-password", {.entries = 2}).status().message(),
              HasSubstr("more than 2"));
}

TEST(KeyStore, of_Java_is_taken_unchecked_without_a_password_as_Java_takes_it) {
  std::string store = golden("trust.jks");
  const auto unchecked = read_key_store(as_bytes(store), std::nullopt);
  ASSERT_TRUE(unchecked.ok());
  ASSERT_NE(unchecked->find("trusted"), nullptr);
  EXPECT_EQ(unchecked->find("trusted")->certificates, golden_store("trust.jks").find("trusted")->certificates);
  EXPECT_FALSE(read_key_store(as_bytes(store), "").ok()) << "an empty password is one";
  store.back() = static_cast<char>(store.back() ^ 1);
  EXPECT_TRUE(read_key_store(as_bytes(store), std::nullopt).ok());
  EXPECT_FALSE(read_key_store(as_bytes(golden("store.p12")), std::nullopt).ok());
}

TEST(KeyStore, takes_no_password_that_is_no_text) {
  EXPECT_EQ(read_key_store(as_bytes(golden("aes.jceks")), "\xFF").status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(golden_store("aes.jceks").secret_key("key-128", "\xFF").status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(read_key_store(as_bytes(golden("aes.jceks")), std::string(5000, 'x')).status().kind(), ErrorKind::InvalidConfig);
}

}  // namespace
}  // namespace flume::crypto
