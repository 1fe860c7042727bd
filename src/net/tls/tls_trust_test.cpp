// Who is believed, what is spoken, and what is told when the two sides do not agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class TlsTrust : public TlsTalk {
 protected:
  void expect_talk() {
    talk("hello server", "hello client");
    expect_all_heard("hello server", "hello client");
  }
  void serve(const CertificateWish& wish) { files_.add_file("/c/server.pem", authority_.issue(wish).both()); }
  static WallTime day(int year, unsigned month, unsigned of_month) {
    return WallTime(std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month}});
  }
};

TEST_F(TlsTrust, stores_of_keytool_serve_and_trust) {
  for (const char* name : {"server.jks", "server.p12", "trust.jks", "trust.p12"}) {
    files_.add_file(std::string("/c/") + name, golden(name));
  }
  server_options_.keys.keystore_password.text = "store-password";
  client_options_.trust.truststore_password.text = "trust-password";
  client_options_.choice.include_cipher_suites = Names{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"};  // so that the RSA key serves
  client_options_.verify_hostname = true;
  for (const char* keys : {"/c/server.jks", "/c/server.p12"}) {
    for (const char* trust : {"/c/trust.jks", "/c/trust.p12"}) {
      server_options_.keys.keystore = keys;
      client_options_.trust.truststore = trust;
      open();
      expect_talk();
    }
  }
}

TEST_F(TlsTrust, an_expired_certificate_is_told_with_its_date) {
  serve({.until = day(2025, 12, 31)});
  talk("a", "b");
  EXPECT_THAT(at_client_->why(),
              AllOf(StartsWith("TLS with server.example:4141: "), HasSubstr("CN=server.example expired on 2025-12-31 00:00:00Z")));
  EXPECT_EQ(at_client_->failure().cause(), Cause::Permission);
  EXPECT_EQ(at_server_->heard(), "");
  EXPECT_THAT(at_server_->why(), HasSubstr("the peer says that our certificate has expired"));
}

TEST_F(TlsTrust, a_certificate_expires_by_the_agents_clock) {
  serve({.from = day(2026, 1, 2), .until = day(2026, 1, 4)});
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("is not valid before 2026-01-02 00:00:00Z"));
  clock_.advance(48h);
  expect_talk();
  clock_.advance(48h);
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("expired on 2026-01-04"));
}

TEST_F(TlsTrust, an_unknown_authority_is_told_with_its_name) {
  const TestAuthority other("Other Authority");
  files_.add_file("/c/server.pem", other.issue().both());
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("CN=server.example is signed by CN=Other Authority, who is not trusted (truststore)"));
  EXPECT_EQ(at_client_->failure().cause(), Cause::Permission);
  EXPECT_THAT(at_server_->why(), HasSubstr("the peer does not know who signed our certificate"));
}

TEST_F(TlsTrust, all_is_trusted_on_request_and_warned_of_once) {
  const TestAuthority other("Other Authority");
  files_.add_file("/c/server.pem", other.issue().both());
  client_options_.trust_all_certs = true;
  client_options_.trust.truststore = "/c/none";
  expect_talk();
  expect_talk();
  EXPECT_EQ(log_.count(LogLevel::Warn, "trust-all-certs"), 1U);
}

TEST_F(TlsTrust, a_certificate_in_the_store_is_trusted_as_it_is) {
  const TestCertificate server = authority_.issue();
  files_.add_file("/c/server.pem", server.both());
  files_.add_file("/c/ca.pem", server.certificate_pem);
  expect_talk();
}

TEST_F(TlsTrust, the_machines_authorities_count_where_no_store_is_named) {
  client_options_.trust.truststore.clear();
  const auto none = TlsClient::open(client_options_, seams());
  EXPECT_EQ(none.status().kind(), ErrorKind::InvalidConfig);
  files_.add_file("/etc/ssl/certs/ca-certificates.crt", authority_.pem());
  expect_talk();
}

TEST_F(TlsTrust, host_names_are_not_checked_unless_asked_for) {
  serve({.host_names = {"a.example", "b.example", "10.0.0.9"}});
  expect_talk();
  EXPECT_EQ(log_.count(LogLevel::Warn, "verify-hostname"), 1U);
}

TEST_F(TlsTrust, a_wrong_host_name_is_told_with_the_right_ones) {
  serve({.host_names = {"a.example", "*.b.example", "10.0.0.9"}});
  client_options_.verify_hostname = true;
  talk("a", "b");
  EXPECT_THAT(at_client_->why(),
              HasSubstr("certificate is for a.example, *.b.example, 10.0.0.9, not for server.example (verify-hostname)"));
  EXPECT_EQ(log_.count(LogLevel::Warn), 0U);
  host_ = "x.b.example";
  expect_talk();
  host_ = "10.0.0.9";
  expect_talk();
  host_ = "10.0.0.8";
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("not for 10.0.0.8"));
}

TEST_F(TlsTrust, a_client_shows_its_certificate_where_the_server_asks) {
  const TestAuthority clients("Client Authority");
  files_.add_file("/c/clients.pem", clients.pem());
  files_.add_file("/c/client.pem", clients.issue({.common_name = "agent", .host_names = {}}).both());
  server_options_.trust.truststore = "/c/clients.pem";
  for (const char* version : {"TLSv1.2", "TLSv1.3"}) {
    server_options_.choice.include_protocols = Names{version};
    for (const ClientAuth auth : {ClientAuth::Want, ClientAuth::Need}) {
      server_options_.client_auth = auth;
      client_options_.keys.keystore = "/c/client.pem";
      open();
      expect_talk();
      client_options_.keys.keystore.clear();
      open();
      if (auth == ClientAuth::Want) {
        expect_talk();
        continue;
      }
      talk("a", "b");
      EXPECT_THAT(at_server_->why(), HasSubstr("the peer shows no certificate, and client-auth = need")) << version;
      EXPECT_EQ(at_server_->failure().cause(), Cause::Permission);
      EXPECT_EQ(at_server_->heard(), "");
      EXPECT_THAT(at_client_->why(), HasSubstr("(keystore)")) << version;
    }
    files_.add_file("/c/stranger.pem", TestAuthority("Strangers").issue({.common_name = "stranger"}).both());
    client_options_.keys.keystore = "/c/stranger.pem";
    open();
    talk("a", "b");
    EXPECT_THAT(at_server_->why(), HasSubstr("CN=stranger is signed by CN=Strangers, who is not trusted"));
    EXPECT_THAT(at_client_->why(), HasSubstr("the peer does not know who signed our certificate"));
  }
}

TEST_F(TlsTrust, no_protocol_in_common_is_told_at_both_ends) {
  server_options_.choice.include_protocols = Names{"TLSv1.3"};
  client_options_.choice.exclude_protocols = Names{"TLSv1.3"};
  talk("a", "b");
  EXPECT_THAT(at_server_->why(), HasSubstr("no protocol in common (here TLSv1.3; include-protocols, exclude-protocols)"));
  EXPECT_THAT(at_client_->why(), HasSubstr("the peer refuses: no protocol in common (here TLSv1.2;"));
  EXPECT_EQ(at_server_->failure().cause(), Cause::Unsupported);
  EXPECT_EQ(at_client_->failure().cause(), Cause::Unsupported);
}

TEST_F(TlsTrust, no_cipher_suite_in_common_is_told_at_both_ends) {
  server_options_.choice.include_cipher_suites = Names{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  client_options_.choice.include_cipher_suites = Names{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"};
  talk("a", "b");
  EXPECT_THAT(at_server_->why(), HasSubstr("no cipher suite in common"));
  EXPECT_THAT(at_client_->why(), HasSubstr("no cipher suite in common"));
}

TEST_F(TlsTrust, old_protocols_are_spoken_by_those_who_name_them) {
  for (const char* version : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}) {
    server_options_.choice.include_protocols = Names{version, "SSLv3"};
    client_options_.choice.include_protocols = server_options_.choice.include_protocols;
    open();
    expect_talk();
    client_options_.choice.include_protocols.reset();
    open();
    talk("a", "b");
    EXPECT_EQ(at_client_->failure().ok(), std::string_view(version) > "TLSv1.1") << version << at_client_->why();
  }
}

TEST_F(TlsTrust, nothing_that_is_left_to_speak_is_refused_when_it_opens) {
  server_options_.choice.include_protocols = Names{"SSLv3"};
  EXPECT_THAT(TlsServer::open(server_options_, seams()).status().message(), HasSubstr("leave no protocol"));
  server_options_.choice.include_protocols = Names{"TLSv1.2"};
  server_options_.choice.include_cipher_suites = Names{"TLS_AES_128_GCM_SHA256"};
  EXPECT_THAT(TlsServer::open(server_options_, seams()).status().message(), HasSubstr("leave no protocol"));
}

TEST_F(TlsTrust, changed_certificates_serve_new_connections) {
  serve({.common_name = "old"});
  client_options_.verify_hostname = true;
  connect("a", "b", {}, false);
  loop_.run_until_idle();
  const auto before_client = std::move(at_client_);
  const auto before_server = std::move(at_server_);
  serve({.common_name = "new", .host_names = {"elsewhere.example"}});
  connect("a", "b", {}, false);
  loop_.run_until_idle();
  EXPECT_EQ(at_client_->heard(), "b") << "not looked at again within seconds";
  clock_.advance(6s);
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("is for elsewhere.example"));
  EXPECT_EQ(log_.count(LogLevel::Info, "/c/server.pem"), 1U);
  before_client->say("c");
  loop_.run_until_idle();
  EXPECT_EQ(before_server->heard(), "ac") << "connections that are there go on";
}

TEST_F(TlsTrust, changed_certificates_that_cannot_be_used_keep_the_old_ones_and_are_told_once) {
  expect_talk();
  files_.add_file("/c/server.pem", "-----BEGIN half a file");
  for (int i = 0; i < 4; ++i) {
    clock_.advance(6s);
    expect_talk();
  }
  EXPECT_EQ(log_.count(LogLevel::Error, "keystore /c/server.pem"), 1U);
  ASSERT_TRUE(files_.remove("/c/server.pem").ok());
  clock_.advance(6s);
  expect_talk();
  EXPECT_EQ(log_.count(LogLevel::Error), 2U);
  serve({});
  clock_.advance(6s);
  expect_talk();
  EXPECT_EQ(log_.count(LogLevel::Info, "read anew"), 1U);
}

TEST_F(TlsTrust, changed_trust_counts_for_new_connections) {
  expect_talk();
  const TestAuthority other("Other Authority");
  files_.add_file("/c/ca.pem", other.pem());
  clock_.advance(6s);
  talk("a", "b");
  EXPECT_THAT(at_client_->why(), HasSubstr("CN=Test Authority, who is not trusted"));
}

}  // namespace
}  // namespace flume::tls
