#include "cli/tls_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(TlsDefaults, are_silent_where_nothing_is_said) {
  config::Diagnostics diagnostics;
  const TlsDefaults defaults = tls_defaults({}, {}, diagnostics);
  EXPECT_EQ(defaults.keys.keystore, "");
  EXPECT_FALSE(defaults.keys.keystore_type.has_value());
  EXPECT_FALSE(defaults.choice.include_protocols.has_value());
  EXPECT_THAT(diagnostics.all(), testing::IsEmpty());
}

TEST(TlsDefaults, come_from_system_properties_and_else_from_the_environment) {
  config::Diagnostics diagnostics;
  CommandLine line;
  line.system_properties = {{"javax.net.ssl.keyStore", "/d.jks"},
                            {"javax.net.ssl.trustStorePassword", "d-trust"},
                            {"flume.ssl.include.protocols", "TLSv1.2,TLSv1.3"},
                            {"flume.ssl.exclude.cipherSuites", "A, B"}};
  const TlsDefaults defaults = tls_defaults(line,
                                            {{"FLUME_SSL_KEYSTORE_PATH", "/e.jks"},
                                             {"FLUME_SSL_KEYSTORE_PASSWORD", "e-key"},
                                             {"FLUME_SSL_KEYSTORE_TYPE", "pkcs12"},
                                             {"FLUME_SSL_TRUSTSTORE_PATH", "/e-trust.jks"},
                                             {"FLUME_SSL_TRUSTSTORE_PASSWORD", "e-trust"},
                                             {"FLUME_SSL_TRUSTSTORE_TYPE", "JKS"},
                                             {"FLUME_SSL_INCLUDE_PROTOCOLS", "TLSv1"},
                                             {"FLUME_SSL_EXCLUDE_PROTOCOLS", "SSLv3,TLSv1"},
                                             {"FLUME_SSL_INCLUDE_CIPHERSUITES", "C"}},
                                            diagnostics);
  EXPECT_EQ(defaults.keys.keystore, "/d.jks");
  EXPECT_EQ(defaults.keys.keystore_password.text, "e-key");
  EXPECT_EQ(defaults.keys.keystore_type, StoreType::Pkcs12);
  EXPECT_EQ(defaults.trust.truststore, "/e-trust.jks");
  EXPECT_EQ(defaults.trust.truststore_password.text, "d-trust");
  EXPECT_EQ(defaults.trust.truststore_type, StoreType::Jks);
  EXPECT_THAT(*defaults.choice.include_protocols, ElementsAre("TLSv1.2", "TLSv1.3"));
  EXPECT_THAT(*defaults.choice.exclude_protocols, ElementsAre("SSLv3", "TLSv1"));
  EXPECT_THAT(*defaults.choice.include_cipher_suites, ElementsAre("C"));
  EXPECT_THAT(*defaults.choice.exclude_cipher_suites, ElementsAre("A", "B"));
  EXPECT_THAT(diagnostics.all(), testing::IsEmpty());
}

TEST(TlsDefaults, of_an_unknown_type_are_warned_of) {
  config::Diagnostics diagnostics;
  CommandLine line;
  line.system_properties = {{"javax.net.ssl.keyStoreType", "JSK"}};
  EXPECT_FALSE(tls_defaults(line, {{"FLUME_SSL_TRUSTSTORE_TYPE", "x"}}, diagnostics).keys.keystore_type.has_value());
  EXPECT_THAT(diagnostics.to_lines(),
              AllOf(HasSubstr("javax.net.ssl.keyStoreType"), HasSubstr("FLUME_SSL_TRUSTSTORE_TYPE"), HasSubstr("PKCS12")));
}

}  // namespace
}  // namespace flume::cli
