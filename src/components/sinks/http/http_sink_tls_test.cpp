// The http sink over TLS: whom it believes, and who it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/sinks/http/http_sink_fixture.h"
#include "flume/tls_options.h"
#include "support/test_certificates.h"

namespace flume {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class HttpSinkTls : public HttpSinkTest {
 protected:
  HttpSinkTls() {
    services_.files.add_file("/tls/authority.pem", authority_.pem());
    services_.files.add_file("/tls/other.pem", other_.pem());
    services_.files.add_file("/tls/client.p12",
                             pkcs12_of(authority_.issue({.common_name = "agent", .host_names = {"agent"}}), authority_.pem(), "secret"));
  }
  void serve_as(const std::string& host, const std::string& client_authority = {}) {
    serve([](const ScriptedRequest&) { return ScriptedAnswer{.bytes = http_answer(200)}; },
          {.certificate_pem = authority_.issue({.common_name = host, .host_names = {host}}).both(), .client_authority = client_authority});
  }
  /// One event with these keys.
  Delivered one(const Keys& keys) {
    EXPECT_TRUE(start(keys).ok());
    return deliver({"one"});
  }

  TestAuthority authority_;
  TestAuthority other_{"Other Authority"};
};

TEST_F(HttpSinkTls, believes_whom_the_trust_store_names) {
  serve_as("localhost");
  EXPECT_TRUE(one({{"truststore", "/tls/authority.pem"}}).is(Outcome::Delivered));
  EXPECT_TRUE(deliver({"two"}).is(Outcome::Delivered));
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HttpSinkTls, believes_nobody_else) {
  serve_as("localhost");
  for (const Keys& keys : {Keys{}, Keys{{"truststore", "/tls/other.pem"}}}) {
    const Delivered delivered = one(keys);
    EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
    EXPECT_THAT(delivered.why, HasSubstr("certificate"));
  }
  EXPECT_EQ(server_->requests().size(), 0U);
  EXPECT_GE(context_.counters().connection_failed.get(), 2);
}

TEST_F(HttpSinkTls, wants_the_name_in_the_certificate_unless_told_otherwise) {
  serve_as("elsewhere.example");
  const Delivered delivered = one({{"truststore", "/tls/authority.pem"}});
  EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
  EXPECT_THAT(delivered.why, HasSubstr("localhost"));
  EXPECT_EQ(server_->requests().size(), 0U);
  EXPECT_TRUE(one({{"truststore", "/tls/authority.pem"}, {"verify-hostname", "false"}}).is(Outcome::Delivered));
}

TEST_F(HttpSinkTls, believes_everybody_only_with_a_warning) {
  serve_as("elsewhere.example");
  EXPECT_TRUE(one({{"trust-all-certs", "true"}}).is(Outcome::Delivered));
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "trust-all-certs"), 1U);
}

TEST_F(HttpSinkTls, says_who_it_is) {
  serve_as("localhost", authority_.pem());
  EXPECT_FALSE(one({{"truststore", "/tls/authority.pem"}}).is(Outcome::Delivered));
  EXPECT_TRUE(
      one({{"truststore", "/tls/authority.pem"}, {"keystore", "/tls/client.p12"}, {"keystore-password", "secret"}}).is(Outcome::Delivered));
}

TEST_F(HttpSinkTls, the_agents_stores_count_as_in_java) {
  serve_as("localhost", authority_.pem());
  TlsDefaults defaults;
  defaults.trust.truststore = "/tls/authority.pem";
  defaults.keys.keystore = "/tls/client.p12";
  defaults.keys.keystore_password.text = "secret";
  tls_defaults_ = std::make_shared<const TlsDefaults>(defaults);
  EXPECT_TRUE(one({}).is(Outcome::Delivered));
}

TEST_F(HttpSinkTls, a_store_that_cannot_be_read_is_told_at_the_start) {
  serve_as("localhost");
  const Status started = start({{"truststore", "/tls/none.pem"}});
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.message(), HasSubstr("/tls/none.pem"));
}

TEST_F(HttpSinkTls, new_certificates_in_the_files_count_without_a_restart) {
  serve_as("localhost");
  services_.files.add_file("/tls/trust.pem", other_.pem());
  EXPECT_TRUE(one({{"truststore", "/tls/trust.pem"}}).is(Outcome::NotDelivered));
  ASSERT_TRUE(services_.files.remove("/tls/trust.pem").ok());
  services_.files.add_file("/tls/trust.pem", authority_.pem());
  EXPECT_TRUE(deliver({"one"}).is(Outcome::Delivered));
}

TEST_F(HttpSinkTls, speaks_the_protocols_that_are_left) {
  serve_as("localhost");
  EXPECT_TRUE(one({{"truststore", "/tls/authority.pem"}, {"include-protocols", "TLSv1.2"}}).is(Outcome::Delivered));
  EXPECT_TRUE(one({{"truststore", "/tls/authority.pem"}, {"include-cipher-suites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}})
                  .is(Outcome::Delivered));
}

TEST_F(HttpSinkTls, a_server_without_tls_gets_nothing) {
  serve(http_answer(200));
  ASSERT_TRUE(start_with({{"endpoint", "https://localhost:" + std::to_string(server_->port()) + "/"},
                          {"rollback.2XX", "false"},
                          {"connectTimeout", "200"}})
                  .ok());
  const Delivered delivered = deliver({"one"});
  EXPECT_TRUE(delivered.is(Outcome::NotDelivered));
  EXPECT_THAT(delivered.why, AnyOf(HasSubstr("SSL"), HasSubstr("TLS")));
}

}  // namespace
}  // namespace flume
