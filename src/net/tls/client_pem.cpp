#include "net/tls/client_pem.h"

#include <openssl/pem.h>

#include "net/tls/cipher_suites.h"
#include "net/tls/tls_stores.h"
#include "net/tls/tls_versions.h"

namespace flume::tls {
namespace {

/// What `write` wrote.
template <typename Write>
Result<std::string> pem_text(Write&& write) {
  const BioHandle memory(BIO_new(BIO_s_mem()));
  if (!memory || !write(memory.get())) {
    ERR_clear_error();
    return fatal("libcrypto cannot write PEM");
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

Result<std::string> pem_of(const std::vector<Certificate>& certificates) {
  return pem_text([&](BIO* memory) {
    for (const Certificate& each : certificates) {
      if (PEM_write_bio_X509(memory, each.get()) != 1) return false;
    }
    return true;
  });
}

Status read_identity(Files& files, const TlsKeyOptions& keys, ClientPem& pem) {
  const auto identities = read_identities(files, keys);
  if (!identities) return identities.status();
  const Identity& identity = identities->front();
  auto certificates = pem_of(identity.chain);
  if (!certificates) return std::move(certificates).status();
  auto key = pem_text(
      [&](BIO* memory) { return PEM_write_bio_PrivateKey(memory, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1; });
  if (!key) return std::move(key).status();
  pem.certificates = *std::move(certificates);
  pem.key = *std::move(key);
  return {};
}

void choose(const TlsChoiceOptions& choice, ClientPem& pem) {
  std::vector<NameProblem> told_by_the_check;
  const VersionSet versions = chosen_versions(choice, told_by_the_check);
  const SuiteChoice suites = chosen_suites(choice, told_by_the_check);
  const auto& all = tls_versions();
  for (std::size_t i = all.size(); i-- > 0;) {
    const bool is_tls13 = all[i].number == TLS1_3_VERSION;
    const bool is_chosen = (versions >> i & 1U) != 0 && !(is_tls13 ? suites.of_tls13 : suites.up_to_tls12).empty();
    if (is_chosen) {
      if (pem.highest_version == 0) pem.highest_version = all[i].number;
      pem.lowest_version = all[i].number;
    } else if (pem.highest_version != 0) {
      break;
    }
  }
  pem.suites_of_tls13 = suites.of_tls13;
  // Levels as for all other connections: Java takes RSA keys of 1024 bits; TLS 1.0 and 1.1 sign with SHA-1.
  const std::string level = pem.lowest_version < TLS1_2_VERSION ? ":@SECLEVEL=0" : ":@SECLEVEL=1";
  if (!suites.up_to_tls12.empty()) pem.suites_up_to_tls12 = suites.up_to_tls12 + level;
}

}  // namespace

Result<ClientPem> read_client_pem(Files& files, const TlsClientOptions& options) {
  ClientPem pem;
  choose(options.choice, pem);
  if (pem.highest_version == 0) {
    return invalid_config("include-protocols, exclude-protocols and the cipher suites leave no protocol");
  }
  pem.trusts_all = options.trust_all_certs;
  pem.verifies_host = options.verify_hostname;
  if (!options.keys.keystore.empty()) FLUME_TRY(read_identity(files, options.keys, pem));
  if (pem.trusts_all || options.trust.truststore.empty()) return pem;
  const auto trusted = read_trusted(files, options.trust);
  if (!trusted) return trusted.status();
  auto text = pem_of(*trusted);
  if (!text) return std::move(text).status();
  pem.trusted = *std::move(text);
  return pem;
}

}  // namespace flume::tls
