#include "net/tls/tls_options.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_files.h"

namespace flume::tls {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct SourceOptions {
  std::string bind;
  TlsServerOptions tls;
};
struct SinkOptions {
  TlsClientOptions tls;
};
constexpr auto kSourceOptions = options(option<&SourceOptions::bind>("bind", "")) + group<&SourceOptions::tls, kTlsServerOptions>() +
                                group<&SourceOptions::tls, kOldTlsServerOptions>();
constexpr auto kSinkOptions = group<&SinkOptions::tls, kTlsClientOptions>();

template <typename Options, typename Table>
Options parsed(const Table& table, const std::map<std::string, std::string>& keys) {
  Options options;
  for (const auto& [key, value] : keys) {
    const auto row = std::ranges::find(table.rows, key, &OptionInfo::key);
    EXPECT_NE(row, table.rows.end()) << key;
    if (row == table.rows.end()) continue;
    OptionInput input{.text = value, .suffix = {}, .warning = {}};
    const Status status = row->parse(*row, &options, input);
    EXPECT_TRUE(status.ok()) << key;
  }
  return options;
}

template <typename Table>
std::set<std::string_view> keys_of(const Table& table, bool extensions) {
  std::set<std::string_view> keys;
  for (const OptionInfo& row : table.rows) {
    if (row.traits.extension == extensions) keys.insert(row.key);
  }
  return keys;
}

class TlsOptions : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> problems_of(const std::map<std::string, std::string>& keys) {
    return told(check_tls(parsed<SourceOptions>(kSourceOptions, keys).tls, context_));
  }
  [[nodiscard]] std::vector<std::string> client_problems_of(const std::map<std::string, std::string>& keys) {
    return told(check_tls(parsed<SinkOptions>(kSinkOptions, keys).tls, context_));
  }
  static std::vector<std::string> told(const OptionProblems& problems) {
    std::vector<std::string> all;
    for (const OptionProblem& problem : problems) {
      all.push_back(std::string(problem.keys.at(0)) + ": " + problem.message + (problem.runs ? " (runs)" : "") +
                    (problem.is_advice ? " (advice)" : ""));
    }
    return all;
  }

  SimFiles files_;
  CheckContext context_{files_, "/conf"};
};

TEST_F(TlsOptions, have_all_keys_of_Flume_and_a_few_of_ours) {
  EXPECT_THAT(keys_of(kTlsServerOptions, false), ElementsAre("exclude-cipher-suites", "exclude-protocols", "include-cipher-suites",
                                                             "include-protocols", "keystore", "keystore-password", "keystore-type", "ssl"));
  EXPECT_THAT(keys_of(kTlsServerOptions, true),
              ElementsAre("client-auth", "keystore-key-file", "truststore", "truststore-password", "truststore-type"));
  EXPECT_THAT(keys_of(kTlsClientOptions, false),
              ElementsAre("exclude-cipher-suites", "exclude-protocols", "include-cipher-suites", "include-protocols", "ssl",
                          "trust-all-certs", "truststore", "truststore-password", "truststore-type"));
  EXPECT_THAT(keys_of(kTlsClientOptions, true),
              ElementsAre("keystore", "keystore-key-file", "keystore-password", "keystore-type", "verify-hostname"));
}

TEST_F(TlsOptions, are_read_into_the_structs_within_a_components_own) {
  const auto options = parsed<SourceOptions>(kSourceOptions, {{"ssl", "true"},
                                                              {"keystore", "/k"},
                                                              {"keystore-password", "p"},
                                                              {"keystore-type", "jks"},
                                                              {"client-auth", "NEED"},
                                                              {"truststore", "/t"},
                                                              {"include-protocols", "TLSv1.2 TLSv1.3"}});
  EXPECT_TRUE(options.tls.ssl);
  EXPECT_EQ(options.tls.keys.keystore, "/k");
  EXPECT_EQ(options.tls.keys.keystore_password.text, "p");
  EXPECT_EQ(options.tls.keys.keystore_type, StoreType::Jks);
  EXPECT_EQ(options.tls.client_auth, ClientAuth::Need);
  EXPECT_EQ(options.tls.trust.truststore, "/t");
  EXPECT_THAT(*options.tls.choice.include_protocols, ElementsAre("TLSv1.2", "TLSv1.3"));
  EXPECT_FALSE(options.tls.choice.exclude_protocols.has_value());
  const auto old = parsed<SourceOptions>(kSourceOptions, {{"enableSSL", "true"}, {"keystorePassword", "p"}, {"excludeProtocols", "TLSv1"}});
  EXPECT_TRUE(old.tls.ssl);
  EXPECT_EQ(old.tls.keys.keystore_password.text, "p");
  EXPECT_THAT(*old.tls.choice.exclude_protocols, ElementsAre("TLSv1"));
}

TEST_F(TlsOptions, never_show_a_password) {
  for (const OptionInfo& row : kSourceOptions.rows) {
    const bool is_secret = row.key == "keystore-password" || row.key == "truststore-password" || row.key == "keystorePassword";
    EXPECT_EQ(row.traits.secret, is_secret) << row.key;
  }
}

TEST_F(TlsOptions, take_each_blank_from_what_the_agent_says) {
  const TlsDefaults defaults{
      .keys = {.keystore = "/all.jks", .keystore_password = {"all"}, .keystore_type = StoreType::Pkcs12},
      .trust = {.truststore = "/trust.jks"},
      .choice = {.exclude_protocols = Names{"TLSv1.2"}, .include_cipher_suites = Names{"X"}},
  };
  const TlsServerOptions server =
      with_defaults(TlsServerOptions{.keys = {.keystore = "/own.jks"}, .choice = {.exclude_protocols = Names{}}}, &defaults);
  EXPECT_EQ(server.keys.keystore, "/own.jks");
  EXPECT_EQ(server.keys.keystore_password.text, "all");
  EXPECT_EQ(server.keys.keystore_type, StoreType::Pkcs12);
  EXPECT_EQ(server.trust.truststore, "/trust.jks");
  EXPECT_THAT(*server.choice.exclude_protocols, IsEmpty());
  EXPECT_THAT(*server.choice.include_cipher_suites, ElementsAre("X"));
  const TlsClientOptions client = with_defaults(TlsClientOptions{}, &defaults);
  EXPECT_EQ(client.trust.truststore, "/trust.jks");
  EXPECT_EQ(client.keys.keystore, "") << "who we are is not told unasked";
  EXPECT_EQ(with_defaults(TlsServerOptions{}, nullptr).keys.keystore, "");
}

TEST_F(TlsOptions, are_not_looked_at_without_ssl) {
  EXPECT_THAT(problems_of({{"include-protocols", "nonsense"}}), IsEmpty());
  EXPECT_THAT(client_problems_of({{"trust-all-certs", "true"}, {"truststore", "/t"}}), IsEmpty());
}

TEST_F(TlsOptions, of_a_server_need_a_key_store_from_somewhere) {
  EXPECT_THAT(problems_of({{"ssl", "true"}}), ElementsAre(AllOf(HasSubstr("keystore: must be set"), HasSubstr("FLUME_SSL_KEYSTORE_PATH"))));
  EXPECT_THAT(problems_of({{"ssl", "true"}, {"keystore", "/k"}}), IsEmpty());
  context_.tls_defaults = std::make_shared<const TlsDefaults>(TlsDefaults{.keys = {.keystore = "/all"}});
  EXPECT_THAT(problems_of({{"ssl", "true"}}), IsEmpty());
}

TEST_F(TlsOptions, with_names_that_nobody_knows_run_and_are_told) {
  EXPECT_THAT(problems_of({{"ssl", "true"},
                           {"keystore", "/k"},
                           {"exclude-protocols", "TLSv11"},
                           {"exclude-cipher-suites", "TLS_RSA_WITH_AES_128_CBC_SAH"}}),
              ElementsAre("exclude-protocols: 'TLSv11' is no protocol and changes nothing, did you mean TLSv1.1? (runs)",
                          "exclude-cipher-suites: 'TLS_RSA_WITH_AES_128_CBC_SAH' is no cipher suite and changes nothing, did you mean "
                          "TLS_RSA_WITH_AES_128_CBC_SHA? (runs)"));
}

TEST_F(TlsOptions, that_leave_nothing_to_speak_are_refused) {
  EXPECT_THAT(client_problems_of({{"ssl", "true"}, {"include-protocols", "SSLv3"}}),
              ElementsAre("include-protocols: include-protocols and exclude-protocols leave no protocol to speak"));
  EXPECT_THAT(client_problems_of({{"ssl", "true"}, {"include-protocols", "TLSv1.2"}, {"include-cipher-suites", "TLS_AES_128_GCM_SHA256"}}),
              ElementsAre(HasSubstr("leave no cipher suite for the protocols")));
}

TEST_F(TlsOptions, that_count_for_nothing_are_told_as_advice) {
  EXPECT_THAT(problems_of({{"ssl", "true"}, {"keystore", "/k"}, {"truststore", "/t"}}),
              ElementsAre("truststore: counts for nothing unless client-auth is want or need (advice)"));
  EXPECT_THAT(client_problems_of({{"ssl", "true"}, {"trust-all-certs", "true"}, {"verify-hostname", "true"}}),
              ElementsAre(HasSubstr("with trust-all-certs nothing is checked")));
  EXPECT_THAT(client_problems_of({{"ssl", "true"}, {"keystore-key-file", "/k"}}),
              ElementsAre(HasSubstr("counts for nothing without keystore")));
}

}  // namespace
}  // namespace flume::tls
