#include "net/tls/cipher_suites.h"
#include "net/tls/tls_options.h"
#include "net/tls/tls_versions.h"

namespace flume::tls {
namespace {

/// Unknown names change nothing, as in Flume, which does not even tell: the component runs.
void check_choice(const TlsChoiceOptions& choice, OptionProblems& problems) {
  std::vector<NameProblem> names;
  VersionSet versions = chosen_versions(choice, names);
  if (versions == 0) {
    problems.push_back({{"include-protocols", "exclude-protocols"}, "include-protocols and exclude-protocols leave no protocol to speak"});
  }
  const SuiteChoice suites = chosen_suites(choice, names);
  for (std::size_t i = 0; i < tls_versions().size(); ++i) {
    const bool is_tls13 = tls_versions()[i].name == "TLSv1.3";
    if ((is_tls13 ? suites.of_tls13 : suites.up_to_tls12).empty()) versions &= ~(1U << i);
  }
  if (versions == 0 && problems.empty()) {
    problems.push_back({{"include-cipher-suites", "exclude-cipher-suites", "include-protocols", "exclude-protocols"},
                        "include-cipher-suites and exclude-cipher-suites leave no cipher suite for the protocols that are spoken"});
  }
  for (NameProblem& name : names) problems.push_back({.keys = {name.key}, .message = std::move(name.message), .runs = true});
}

void check_key_file(const TlsKeyOptions& keys, OptionProblems& problems) {
  if (!keys.keystore_key_file.empty() && keys.keystore.empty()) {
    problems.push_back({{"keystore-key-file", "keystore"}, "counts for nothing without keystore, the PEM file of its certificates"});
  }
}

}  // namespace

OptionProblems check_tls(const TlsServerOptions& options, const CheckContext& context) {
  OptionProblems problems;
  if (!options.ssl) return problems;
  const TlsServerOptions filled = with_defaults(options, context.tls_defaults.get());
  check_choice(filled.choice, problems);
  check_key_file(filled.keys, problems);
  if (filled.keys.keystore.empty()) {
    problems.push_back({{"keystore", "ssl"}, "must be set where ssl = true (or -Djavax.net.ssl.keyStore, FLUME_SSL_KEYSTORE_PATH)"});
  }
  if (options.client_auth == ClientAuth::None && !options.trust.truststore.empty()) {
    problems.push_back(
        {.keys = {"truststore", "client-auth"}, .message = "counts for nothing unless client-auth is want or need", .is_advice = true});
  }
  return problems;
}

OptionProblems check_tls(const TlsClientOptions& options, const CheckContext& context) {
  OptionProblems problems;
  if (!options.ssl) return problems;
  const TlsClientOptions filled = with_defaults(options, context.tls_defaults.get());
  check_choice(filled.choice, problems);
  check_key_file(filled.keys, problems);
  if (options.trust_all_certs && (options.verify_hostname || !options.trust.truststore.empty())) {
    problems.push_back({.keys = {"trust-all-certs", "truststore", "verify-hostname"},
                        .message = "with trust-all-certs nothing is checked: truststore and verify-hostname count for nothing",
                        .is_advice = true});
  }
  return problems;
}

OptionProblems check_tls(const TlsUrlOptions& options, bool is_https, const CheckContext& context) {
  TlsClientOptions client = with_defaults(options, is_https, nullptr);
  if (options.trust_all_certs) client.verify_hostname = false;  // its default, which nobody asked for
  return check_tls(client, context);
}

}  // namespace flume::tls
