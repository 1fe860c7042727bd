// Cipher suites by their IANA names, which are Java's (Java says SSL_ instead of TLS_ for the oldest), by libssl's own names,
// and as the two lists that libssl is given: one up to TLS 1.2, one for TLS 1.3. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flume/tls_options.h"
#include "net/tls/tls_versions.h"

namespace flume::tls {

struct CipherSuite {
  std::string name;         ///< "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
  std::string libssl_name;  ///< "ECDHE-RSA-AES128-GCM-SHA256"
  bool is_of_tls13 = false;
  bool is_usual = false;  ///< used unless something is said
};

/// All that the installed libssl has and that both encrypt and authenticate; in its order of preference.
[[nodiscard]] const std::vector<CipherSuite>& cipher_suites();

/// What include-cipher-suites and exclude-cipher-suites leave. Without an include list: the usual ones.
struct SuiteChoice {
  std::string up_to_tls12;  ///< for SSL_CTX_set_cipher_list; empty: none
  std::string of_tls13;     ///< for SSL_CTX_set_ciphersuites; empty: none
};
/// `problems` gets names that are no cipher suite, and included ones that this libssl does not have: they change nothing. An
/// excluded name of a suite that nobody offers any more (RC4, export grades) is no problem.
[[nodiscard]] SuiteChoice chosen_suites(const TlsChoiceOptions& choice, std::vector<NameProblem>& problems);

}  // namespace flume::tls
