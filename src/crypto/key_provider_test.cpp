#include "crypto/key_provider.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/golden_stores.h"
#include "crypto/password_file.h"
#include "support/sim_files.h"

namespace flume::crypto {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class KeyProviderTest : public testing::Test {
 protected:
  KeyProviderTest() {
    files_.add_file("/etc/keys.jceks", golden("aes.jceks"));
    files_.add_file("/etc/store.password", "store-password\n");
    files_.add_file("/etc/192.password", " \t password-of-192 \r\n");
    files_.add_file("/etc/256.password", "password-of-256");
  }

  static std::string expected(const std::string& alias) {
    for (const ExpectedEntry& entry : expected_entries()) {
      if (entry.file == "aes.jceks" && entry.alias == alias) return entry.bytes;
    }
    return "no such entry";
  }

  KeyProvider open() {
    auto provider = KeyProvider::open(files_, settings_);
    EXPECT_TRUE(provider.ok()) << provider.status().message();
    return std::move(*provider);
  }

  void expect_key(const KeyProvider& provider, const std::string& alias, const std::string& entry) {
    const auto key = provider.key(alias);
    ASSERT_TRUE(key.ok()) << key.status().message();
    EXPECT_EQ(key->text(), expected(entry));
  }

  SimFiles files_;
  KeyProviderSettings settings_{.key_store_file = " /etc/keys.jceks ",
                                .key_store_password_file = "/etc/store.password",
                                .keys = " key-128\t key-192  Key-256 ",
                                .password_files = {{"key-192", "/etc/192.password"}, {"Key-256", " /etc/256.password "}}};
};

TEST_F(KeyProviderTest, opens_keys_with_their_own_and_the_stores_password) {
  const KeyProvider provider = open();
  EXPECT_THAT(provider.aliases(), ElementsAre("key-128", "key-192", "Key-256"));
  expect_key(provider, "key-128", "key-128");
  expect_key(provider, "key-192", "key-192");
  expect_key(provider, "Key-256", "key-256");
  expect_key(provider, "default-iterations", "default-iterations");
}

TEST_F(KeyProviderTest, names_key_and_files_when_a_password_is_wrong) {
  files_.add_file("/etc/192.password", "guessed");
  const Status status = open().key("key-192").status();
  EXPECT_EQ(status.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'key-192'"), HasSubstr("/etc/keys.jceks"), HasSubstr("/etc/192.password"),
                                      HasSubstr("wrong password"), Not(HasSubstr("guessed"))));
}

TEST_F(KeyProviderTest, tells_a_wrong_store_password) {
  files_.add_file("/etc/store.password", "guessed");
  const Status status = KeyProvider::open(files_, settings_).status();
  EXPECT_EQ(status.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("keyStoreFile = /etc/keys.jceks"), HasSubstr("/etc/store.password"),
                                      HasSubstr("wrong password"), Not(HasSubstr("guessed"))));
  files_.add_file("/etc/store.password", "\n");
  EXPECT_THAT(KeyProvider::open(files_, settings_).status().message(), HasSubstr("it is empty"));
}

TEST_F(KeyProviderTest, names_the_setting_whose_file_is_missing) {
  ASSERT_TRUE(files_.remove("/etc/store.password").ok());
  Status status = KeyProvider::open(files_, settings_).status();
  EXPECT_EQ(status.cause(), Cause::NotFound);
  EXPECT_THAT(status.message(), HasSubstr("keyProvider.keyStorePasswordFile = /etc/store.password"));
  files_.add_file("/etc/store.password", "store-password");
  settings_.key_store_file = "/etc/absent";
  status = KeyProvider::open(files_, settings_).status();
  EXPECT_EQ(status.cause(), Cause::NotFound);
  EXPECT_THAT(status.message(), HasSubstr("keyProvider.keyStoreFile = /etc/absent"));
}

TEST_F(KeyProviderTest, checks_settings_without_reading) {
  EXPECT_TRUE(KeyProvider::check(settings_).ok());
  EXPECT_THAT(KeyProvider::check({}).message(), HasSubstr("keyStoreFile is missing"));
  settings_.keys = "  ";
  EXPECT_THAT(KeyProvider::check(settings_).message(), HasSubstr("keys is missing"));
  settings_.key_store_password_file = "";
  EXPECT_THAT(KeyProvider::check(settings_).message(), HasSubstr("keyStorePasswordFile is missing"));
}

TEST_F(KeyProviderTest, warns_of_a_missing_password_file_and_tries_the_stores) {
  settings_.password_files["key-128"] = "/etc/128.password";
  const KeyProvider provider = open();
  EXPECT_THAT(provider.warnings(), Contains(AllOf(HasSubstr("keys.key-128.passwordFile = /etc/128.password"), HasSubstr("no such file"))));
  expect_key(provider, "key-128", "key-128");
}

TEST_F(KeyProviderTest, tolerates_a_past_key_that_is_gone_until_it_is_needed) {
  settings_.keys = "key-128 key-of-2019";
  const Status status = open().key("key-of-2019").status();
  EXPECT_EQ(status.cause(), Cause::NotFound);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'key-of-2019'"), HasSubstr("'key-192'")));
}

TEST_F(KeyProviderTest, takes_only_keys_of_aes) {
  const KeyProvider provider = open();
  EXPECT_THAT(provider.key("des3").status().message(), HasSubstr("its algorithm is DESede"));
  EXPECT_EQ(provider.key("trusted").cause(), Cause::WrongType);
}

TEST_F(KeyProviderTest, tells_an_aes_key_of_a_length_that_aes_does_not_have) {
  files_.add_file("/etc/keys.jceks", golden("hadoop.jceks"));
  files_.add_file("/etc/store.password", "none");
  EXPECT_THAT(open().key("db.password").status().message(), HasSubstr("48 bits"));
}

TEST_F(KeyProviderTest, reads_pkcs12_as_well) {
  files_.add_file("/etc/keys.jceks", golden("store.p12"));
  files_.add_file("/etc/store.password", "pkcs12-password");
  const auto key = open().key("key-128");
  ASSERT_TRUE(key.ok()) << key.status().message();
  EXPECT_EQ(key->size(), 16U);
}

TEST(PasswordFile, is_trimmed_and_repaired_as_in_java) {
  SimFiles files;
  files.add_file("/p", "\r\n\x01 two words \xFF\xC3\xBC \n");
  EXPECT_EQ(read_password_file(files, "/p")->text(), "two words \uFFFDü");
  files.add_file("/p", "");
  EXPECT_TRUE(read_password_file(files, "/p")->empty());
}

TEST(PasswordFile, is_bounded) {
  SimFiles files;
  files.add_file("/p", std::string(65'536, 'p'));
  EXPECT_EQ(read_password_file(files, "/p")->size(), 65'536U);
  files.add_file("/p", std::string(65'537, 'p'));
  EXPECT_EQ(read_password_file(files, "/p").status().kind(), ErrorKind::InvalidConfig);
}

}  // namespace
}  // namespace flume::crypto
