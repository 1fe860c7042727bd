#include "net/tls/tls_context.h"

#include "net/tls/cipher_suites.h"
#include "net/tls/system_authorities.h"
#include "net/tls/tls_errors.h"
#include "net/tls/tls_stores.h"
#include "net/tls/tls_stream.h"
#include "net/tls/tls_versions.h"

namespace flume::tls {
namespace {

// Java takes RSA keys of 1024 bits, as this level does; Debian's own, 2, would refuse peers that ran with Java.
constexpr int kSecurityLevel = 1;
// TLS 1.0 and 1.1 sign with SHA-1: whoever names them gets what they need.
constexpr int kSecurityLevelOfOldVersions = 0;
constexpr VersionSet kOldVersions = 0b0011;
constexpr std::size_t kMostNamesSent = 64;

Status libssl_failure(const std::string& what) {
  std::string text(256, '\0');
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  text.resize(text.find('\0'));
  return invalid_config(what + ": " + text);
}

/// libssl asks at each certificate of the peer's chain: what is wrong is noted by its stream.
int note_problem(int is_good, X509_STORE_CTX* checked) {
  if (is_good != 1) {
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(checked, SSL_get_ex_data_X509_STORE_CTX_idx()));
    if (auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl))) {
      stream->note_certificate_problem(certificate_problem(checked, stream->host()));
    }
  }
  return is_good;
}

/// What both sides have in common.
Result<SslContext> make_context(const SSL_METHOD* method, const TlsChoiceOptions& choice) {
  SslContext context(SSL_CTX_new(method));
  if (!context) return libssl_failure("libssl makes no context");
  SSL_CTX* raw = context.get();
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);  // one read below for header and body of a record
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  // Connections last; each begins with the certificates of its day. And a client that only writes leaves tickets unread, for
  // which its system resets the connection when it closes: what is still on its way would be lost.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);

  std::vector<NameProblem> told_by_the_check;
  VersionSet versions = chosen_versions(choice, told_by_the_check);
  const SuiteChoice suites = chosen_suites(choice, told_by_the_check);
  SSL_CTX_set_security_level(raw, (versions & kOldVersions) != 0 ? kSecurityLevelOfOldVersions : kSecurityLevel);
  for (std::size_t i = 0; i < tls_versions().size(); ++i) {
    const bool is_tls13 = tls_versions()[i].number == TLS1_3_VERSION;
    if ((is_tls13 ? suites.of_tls13 : suites.up_to_tls12).empty()) versions &= ~(1U << i);
  }
  if (versions == 0) return invalid_config("include-protocols, exclude-protocols and the cipher suites leave no protocol");
  int low = 0;
  int high = 0;
  for (std::size_t i = 0; i < tls_versions().size(); ++i) {
    if ((versions >> i & 1U) == 0) {
      SSL_CTX_set_options(raw, tls_versions()[i].libssl_option_to_forbid);
    } else {
      high = tls_versions()[i].number;
      if (low == 0) low = high;
    }
  }
  const bool is_set = SSL_CTX_set_min_proto_version(raw, low) == 1 && SSL_CTX_set_max_proto_version(raw, high) == 1 &&
                      SSL_CTX_set_ciphersuites(raw, suites.of_tls13.c_str()) == 1 &&
                      (suites.up_to_tls12.empty() || SSL_CTX_set_cipher_list(raw, suites.up_to_tls12.c_str()) == 1);
  if (!is_set) return libssl_failure("libssl takes none of these protocols and cipher suites");
  return context;
}

Status use_identities(SSL_CTX* context, Files& files, const TlsKeyOptions& keys) {
  auto identities = read_identities(files, keys);
  if (!identities) return std::move(identities).status();
  for (const Identity& identity : *identities) {
    bool is_used = SSL_CTX_use_certificate(context, identity.chain.front().get()) == 1;
    is_used = is_used && SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1;
    for (std::size_t i = 1; is_used && i < identity.chain.size(); ++i)
      is_used = SSL_CTX_add1_chain_cert(context, identity.chain[i].get()) == 1;
    if (!is_used) return libssl_failure("keystore " + keys.keystore + ": libssl does not take its key or certificate");
  }
  return {};
}

/// A certificate of the store is trusted as it is, as in Java: it need not be an authority's own.
Status use_trusted(SSL_CTX* context, Files& files, const TlsTrustOptions& trust, bool names_them) {
  auto trusted = trust.truststore.empty() ? read_system_authorities(files) : read_trusted(files, trust);
  if (!trusted) return std::move(trusted).status();
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  for (const Certificate& each : *trusted) {
    if (X509_STORE_add_cert(store, each.get()) != 1) return libssl_failure("truststore " + trust.truststore);
    if (names_them && trusted->size() <= kMostNamesSent && SSL_CTX_add_client_CA(context, each.get()) != 1) {
      return libssl_failure("truststore " + trust.truststore);
    }
  }
  ERR_clear_error();
  return {};
}

}  // namespace

Result<SslContext> make_server_context(Files& files, const TlsServerOptions& options) {
  auto context = make_context(TLS_server_method(), options.choice);
  if (!context) return context;
  if (options.keys.keystore.empty()) return invalid_config("keystore must be set where ssl = true");
  FLUME_TRY(use_identities(context->get(), files, options.keys));
  if (options.client_auth == ClientAuth::None) return context;
  FLUME_TRY(use_trusted(context->get(), files, options.trust, true));
  const int strict = options.client_auth == ClientAuth::Need ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER | strict, note_problem);
  return context;
}

Result<SslContext> make_client_context(Files& files, const TlsClientOptions& options) {
  auto context = make_context(TLS_client_method(), options.choice);
  if (!context) return context;
  if (!options.keys.keystore.empty()) FLUME_TRY(use_identities(context->get(), files, options.keys));
  if (options.trust_all_certs) {
    SSL_CTX_set_verify(context->get(), SSL_VERIFY_NONE, nullptr);
    return context;
  }
  FLUME_TRY(use_trusted(context->get(), files, options.trust, false));
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, note_problem);
  return context;
}

std::vector<std::string> files_of(const TlsServerOptions& options) {
  std::vector<std::string> paths{options.keys.keystore};
  if (!options.keys.keystore_key_file.empty()) paths.push_back(options.keys.keystore_key_file);
  if (options.client_auth != ClientAuth::None && !options.trust.truststore.empty()) paths.push_back(options.trust.truststore);
  return paths;
}

std::vector<std::string> files_of(const TlsClientOptions& options) {
  std::vector<std::string> paths;
  if (!options.keys.keystore.empty()) paths.push_back(options.keys.keystore);
  if (!options.keys.keystore_key_file.empty()) paths.push_back(options.keys.keystore_key_file);
  if (options.trust_all_certs) return paths;
  if (!options.trust.truststore.empty()) {
    paths.push_back(options.trust.truststore);
  } else {
    const auto authorities = authority_files();
    paths.insert(paths.end(), authorities.begin(), authorities.end());
  }
  return paths;
}

}  // namespace flume::tls
