#include "net/tls/client_pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "net/tls/tls_options.h"
#include "net/tls/tls_stores.h"
#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class TlsClientPem : public testing::Test {
 protected:
  TlsClientPem() {
    for (const char* name : {"server.jks", "trust.jks"}) files_.add_file(std::string("/c/") + name, golden(name));
  }
  [[nodiscard]] ClientPem read(const TlsClientOptions& options) {
    const auto pem = read_client_pem(files_, options);
    EXPECT_TRUE(pem.ok()) << (pem.ok() ? "" : pem.status().message());
    return pem.ok() ? *pem : ClientPem();
  }

  SimFiles files_;
};

TEST_F(TlsClientPem, has_the_stores_of_java_as_pem) {
  const ClientPem pem = read({.trust = {.truststore = "/c/trust.jks", .truststore_password = {"trust-password"}},
                              .keys = {.keystore = "/c/server.jks", .keystore_password = {"store-password"}}});
  const auto trusted = read_trusted(files_, {.truststore = "/c/trust.jks", .truststore_password = {"trust-password"}});
  ASSERT_TRUE(trusted.ok());
  EXPECT_EQ(certificates_of_pem(pem.trusted).size(), trusted->size());
  EXPECT_GE(certificates_of_pem(pem.certificates).size(), 1U);
  EXPECT_THAT(pem.key, AllOf(HasSubstr("BEGIN PRIVATE KEY"), Not(HasSubstr("ENCRYPTED"))));
}

TEST_F(TlsClientPem, without_stores_has_none_and_the_machine_is_asked) {
  const ClientPem pem = read({});
  EXPECT_EQ(pem.trusted, "");
  EXPECT_EQ(pem.certificates, "");
  EXPECT_EQ(pem.key, "");
  EXPECT_EQ(pem.lowest_version, TLS1_2_VERSION);
  EXPECT_EQ(pem.highest_version, TLS1_3_VERSION);
  EXPECT_THAT(pem.suites_up_to_tls12, EndsWith("@SECLEVEL=1"));
}

TEST_F(TlsClientPem, does_not_even_read_a_trust_store_that_counts_for_nothing) {
  EXPECT_TRUE(read({.trust_all_certs = true, .trust = {.truststore = "/c/none.jks"}}).trusts_all);
  EXPECT_FALSE(read_client_pem(files_, {.trust = {.truststore = "/c/none.jks"}}).ok());
}

TEST_F(TlsClientPem, has_a_range_of_versions) {
  const ClientPem old = read({.choice = {.include_protocols = Names{"TLSv1", "TLSv1.1", "TLSv1.2"}}});
  EXPECT_EQ(old.lowest_version, TLS1_VERSION);
  EXPECT_EQ(old.highest_version, TLS1_2_VERSION);
  EXPECT_THAT(old.suites_up_to_tls12, EndsWith("@SECLEVEL=0"));
  const ClientPem gap = read({.choice = {.include_protocols = Names{"TLSv1", "TLSv1.3"}}});
  EXPECT_EQ(gap.lowest_version, TLS1_3_VERSION) << "what is above a gap";
  EXPECT_EQ(gap.highest_version, TLS1_3_VERSION);
  const auto none = read_client_pem(files_, {.choice = {.include_protocols = Names{"SSLv3"}}});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.status().kind(), ErrorKind::InvalidConfig);
}

TEST(TlsUrlDefaults, fill_trust_and_own_keys) {
  TlsDefaults defaults;
  defaults.trust.truststore = "/t";
  defaults.keys.keystore = "/k";
  const TlsClientOptions filled = with_defaults(TlsUrlOptions(), true, &defaults);
  EXPECT_TRUE(filled.ssl);
  EXPECT_TRUE(filled.verify_hostname);
  EXPECT_EQ(filled.trust.truststore, "/t");
  EXPECT_EQ(filled.keys.keystore, "/k");
  TlsUrlOptions own;
  own.keys.keystore = "/own";
  defaults.keys.keystore_password.text = "of /k";
  EXPECT_EQ(with_defaults(own, true, &defaults).keys.keystore_password.text, "") << "a password of another store";
  EXPECT_FALSE(with_defaults(own, false, nullptr).ssl);
}

}  // namespace
}  // namespace flume::tls
