#include "cli/trusted_authorities.h"

#include <openssl/evp.h>

#include "cli/tls_defaults.h"
#include "crypto/key_store.h"

namespace flume::cli {
namespace {

constexpr std::size_t kPemLine = 64;

void append_pem(const std::string& der, std::string& pem) {
  std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), reinterpret_cast<const unsigned char*>(der.data()),
                                     static_cast<int>(der.size()));
  base64.resize(static_cast<std::size_t>(length));
  pem += "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < base64.size(); i += kPemLine) pem += base64.substr(i, kPemLine) + '\n';
  pem += "-----END CERTIFICATE-----\n";
}

}  // namespace

Result<std::string> trusted_authorities(Files& files, const CommandLine& line, const Environment& environment) {
  const std::string path = property_or_variable(line, environment, "javax.net.ssl.trustStore", "FLUME_SSL_TRUSTSTORE_PATH");
  if (path.empty()) return std::string();
  const std::string where = "the trust store " + path;
  auto bytes = files.read_all(path, crypto::KeyStoreLimits{}.bytes);
  if (!bytes) return invalid_config(where + " cannot be read: " + bytes.status().message());
  if (bytes->find("-----BEGIN CERTIFICATE-----") != std::string::npos) return *std::move(bytes);
  const std::string password = property_or_variable(line, environment, "javax.net.ssl.trustStorePassword", "FLUME_SSL_TRUSTSTORE_PASSWORD");
  const auto store = crypto::read_key_store(as_bytes(*bytes), password);
  if (!store) {
    return invalid_config(where + ": " + store.status().message() +
                          (password.empty() ? " (its password is asked for: -Djavax.net.ssl.trustStorePassword)" : ""));
  }
  std::string pem;
  for (const crypto::KeyStoreEntry& entry : store->entries()) {
    if (entry.kind != crypto::EntryKind::TrustedCertificate) continue;
    for (const std::string& der : entry.certificates) append_pem(der, pem);
  }
  if (pem.empty()) return invalid_config(where + " has no certificate that is trusted");
  return pem;
}

}  // namespace flume::cli
