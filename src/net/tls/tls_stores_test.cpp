#include "net/tls/tls_stores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls/system_authorities.h"
#include "net/tls/tls_errors.h"
#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> subjects(const std::vector<Certificate>& certificates) {
  std::vector<std::string> all;
  for (const Certificate& each : certificates) all.push_back(text_of(X509_get_subject_name(each.get())));
  return all;
}

class TlsStores : public testing::Test {
 protected:
  TlsStores() {
    for (const char* name : {"server.jks", "server.p12", "trust.jks", "trust.p12", "other-password.jks"}) {
      files_.add_file(std::string("/c/") + name, golden(name));
    }
  }
  [[nodiscard]] Result<std::vector<Identity>> identities(const std::string& path, const std::string& password,
                                                         const std::string& key_file = {}) {
    return read_identities(files_, {.keystore = path, .keystore_password = {password}, .keystore_key_file = key_file});
  }
  [[nodiscard]] std::string identity_error(const std::string& path, const std::string& password, const std::string& key_file = {}) {
    const auto read = identities(path, password, key_file);
    EXPECT_EQ(read.status().kind(), ErrorKind::InvalidConfig);
    return read.status().message();
  }
  [[nodiscard]] Result<std::vector<Certificate>> trusted(const std::string& path, const std::string& password) {
    return read_trusted(files_, {.truststore = path, .truststore_password = {password}});
  }

  SimFiles files_;
  TestAuthority authority_;
  TestCertificate server_ = authority_.issue();
};

TEST_F(TlsStores, of_keytool_give_the_first_key_of_each_algorithm) {
  const auto jks = identities("/c/server.jks", "store-password");
  ASSERT_TRUE(jks.ok()) << jks.status().message();
  ASSERT_EQ(jks->size(), 2U);
  std::vector<std::string> names;
  for (const Identity& each : *jks) names.push_back(subjects(each.chain).at(0));
  EXPECT_THAT(names, testing::UnorderedElementsAre("CN=server.example", "CN=ec.example"));
  const auto pkcs12 = identities("/c/server.p12", "store-password");
  ASSERT_TRUE(pkcs12.ok()) << pkcs12.status().message();
  EXPECT_THAT(subjects(pkcs12->at(0).chain), ElementsAre("CN=server.example"));
}

TEST_F(TlsStores, of_PEM_may_have_their_parts_in_any_order_and_in_two_files) {
  files_.add_file("/c/one.pem", authority_.pem() + server_.key_pem + server_.certificate_pem);
  files_.add_file("/c/chain.pem", server_.certificate_pem + authority_.pem());
  files_.add_file("/c/key.pem", encrypted_key_pem(server_, "geheim"));
  for (const auto& read : {identities("/c/one.pem", "").status(), identities("/c/chain.pem", "geheim", "/c/key.pem").status()}) {
    EXPECT_TRUE(read.ok());
  }
  EXPECT_THAT(subjects(identities("/c/one.pem", "")->at(0).chain), ElementsAre("CN=server.example", "CN=Test Authority"));
}

TEST_F(TlsStores, of_openssl_have_their_chain) {
  files_.add_file("/c/made.p12", pkcs12_of(server_, authority_.pem(), "geheim"));
  const auto read = identities("/c/made.p12", "geheim");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(subjects(read->at(0).chain), ElementsAre("CN=server.example", "CN=Test Authority"));
}

TEST_F(TlsStores, say_what_is_wrong_with_a_key_and_in_which_file) {
  EXPECT_THAT(identity_error("/c/none.jks", "x"), AllOf(StartsWith("keystore: "), HasSubstr("/c/none.jks")));
  EXPECT_THAT(identity_error("/c/server.jks", "wrong"),
              AllOf(StartsWith("keystore /c/server.jks: wrong password"), Not(HasSubstr("asked for"))));
  EXPECT_THAT(identity_error("/c/server.jks", ""), HasSubstr("(its password is asked for: keystore-password)"));
  EXPECT_THAT(identity_error("/c/other-password.jks", "store-password"), HasSubstr("a key must have the password of its store"));
  EXPECT_THAT(identity_error("/c/trust.jks", "trust-password"), HasSubstr("has no private key, only certificates"));
  files_.add_file("/c/text", "hello");
  EXPECT_EQ(identity_error("/c/text", ""), "keystore /c/text: no key store: neither PEM, JCEKS, JKS nor PKCS#12");
  files_.add_file("/c/certificate.pem", server_.certificate_pem);
  EXPECT_THAT(identity_error("/c/certificate.pem", ""), HasSubstr("keystore-key-file"));
  files_.add_file("/c/wrong.pem", authority_.pem() + server_.key_pem);
  EXPECT_THAT(identity_error("/c/wrong.pem", ""), HasSubstr("no certificate of the private key"));
  files_.add_file("/c/key.pem", encrypted_key_pem(server_, "geheim"));
  EXPECT_THAT(identity_error("/c/certificate.pem", "", "/c/key.pem"),
              HasSubstr("keystore-key-file /c/key.pem: the private key cannot be read"));
  EXPECT_THAT(identity_error("/c/server.jks", "store-password", "/c/key.pem"), HasSubstr("is no PEM file"));
}

TEST_F(TlsStores, give_the_trusted_ones_and_as_Java_those_of_private_keys) {
  EXPECT_THAT(subjects(*trusted("/c/trust.jks", "trust-password")), ElementsAre("CN=server.example"));
  EXPECT_THAT(subjects(*trusted("/c/trust.jks", "")), ElementsAre("CN=server.example")) << "Java needs no password for these";
  EXPECT_THAT(subjects(*trusted("/c/trust.p12", "trust-password")), ElementsAre("CN=server.example"));
  EXPECT_THAT(subjects(*trusted("/c/server.p12", "store-password")), ElementsAre("CN=server.example"));
  files_.add_file("/c/ca.pem", "a comment\n" + authority_.pem() + server_.certificate_pem);
  EXPECT_THAT(subjects(*trusted("/c/ca.pem", "")), ElementsAre("CN=Test Authority", "CN=server.example"));
}

TEST_F(TlsStores, say_what_is_wrong_with_trust) {
  EXPECT_THAT(trusted("/c/trust.jks", "wrong").status().message(), StartsWith("truststore /c/trust.jks: wrong password"));
  EXPECT_THAT(trusted("/c/trust.p12", "").status().message(), HasSubstr("truststore-password"));
  files_.add_file("/c/key.pem", server_.key_pem);
  EXPECT_THAT(trusted("/c/key.pem", "").status().message(), HasSubstr("no certificate that is trusted"));
}

TEST_F(TlsStores, end_at_damage_within_PEM) {
  std::string damaged = authority_.pem();
  damaged[damaged.size() / 2] = '!';
  EXPECT_THAT(subjects(certificates_of_pem(damaged + server_.certificate_pem)), ElementsAre("CN=server.example"));
  EXPECT_TRUE(certificates_of_pem("-----BEGIN CERTIFICATE-----\n").empty());
  EXPECT_TRUE(certificates_of_pem("").empty());
}

TEST_F(TlsStores, of_the_machine_are_looked_for_where_distributions_have_them) {
  EXPECT_THAT(read_system_authorities(files_).status().message(), HasSubstr("ca-certificates"));
  files_.add_file("/etc/pki/tls/certs/ca-bundle.crt", authority_.pem());
  EXPECT_THAT(subjects(*read_system_authorities(files_)), ElementsAre("CN=Test Authority"));
}

}  // namespace
}  // namespace flume::tls
