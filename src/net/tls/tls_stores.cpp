#include "net/tls/tls_stores.h"

#include <algorithm>
#include <optional>

#include <openssl/pem.h>

#include "crypto/java_key_store.h"
#include "crypto/key_store.h"

namespace flume::tls {
namespace {

constexpr std::size_t kLongestFile = crypto::KeyStoreLimits{}.bytes;
constexpr std::string_view kOfNoKind = "no key store: neither PEM, JCEKS, JKS nor PKCS#12";

/// A file of the configuration, for messages: "keystore /c/server.jks".
struct Place {
  std::string_view key;
  const std::string& path;
  [[nodiscard]] Status wrong(const std::string& why) const { return invalid_config(std::string(key) + " " + path + ": " + why); }
};

Result<std::string> read_file(Files& files, const Place& place) {
  auto bytes = files.read_all(place.path, kLongestFile);
  if (!bytes) return invalid_config(std::string(place.key) + ": " + bytes.status().message());
  return bytes;
}

BioHandle in_memory(std::string_view text) { return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

/// libcrypto asks for the password of an encrypted PEM key.
int give_password(char* into, int room, int /*is_writing*/, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto size = std::min(text.size(), static_cast<std::size_t>(room));
  std::copy_n(text.begin(), size, into);
  return static_cast<int>(size);
}

Key key_of_pem(std::string_view pem, const std::string& password) {
  const BioHandle in = in_memory(pem);
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, give_password, const_cast<std::string*>(&password)));
  ERR_clear_error();
  return key;
}

Certificate certificate_of(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  Certificate certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  ERR_clear_error();
  return certificate;
}

Key key_of(const crypto::SecretBytes& pkcs8) {
  const unsigned char* bytes = crypto::data_of(pkcs8.view());
  const crypto::KeyInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &bytes, static_cast<long>(pkcs8.size())));
  Key key(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  ERR_clear_error();
  return key;
}

bool belongs_to(const Key& key, const Certificate& certificate) {
  const bool belongs = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return belongs;
}

bool has_algorithm_of(const std::vector<Identity>& identities, const Key& key) {
  return std::ranges::any_of(identities,
                             [&](const Identity& each) { return EVP_PKEY_get_base_id(each.key.get()) == EVP_PKEY_get_base_id(key.get()); });
}

/// A PKCS#12 store is a DER sequence.
bool may_be_store(std::string_view bytes) { return bytes.starts_with('\x30') || crypto::is_java_key_store(as_bytes(bytes)); }

std::string asks_for_password(const Secret& password, std::string_view key) {
  return password.text.empty() ? " (its password is asked for: " + std::string(key) + ")" : "";
}

Result<std::vector<Identity>> identities_of_pem(std::string_view pem, std::string_view key_pem, const TlsKeyOptions& keys,
                                                const Place& place) {
  Identity identity;
  identity.key = key_of_pem(key_pem, keys.keystore_password.text);
  if (!identity.key) {
    const bool has_key = key_pem.find("PRIVATE KEY-----") != std::string_view::npos;
    if (!has_key) return place.wrong("has no private key (keystore-key-file names the file that has it)");
    return place.wrong("the private key cannot be read: it is damaged, or the password is wrong" +
                       asks_for_password(keys.keystore_password, "keystore-password"));
  }
  identity.chain = certificates_of_pem(pem);
  const auto own = std::ranges::find_if(identity.chain, [&](const Certificate& each) { return belongs_to(identity.key, each); });
  if (own == identity.chain.end()) return place.wrong("has no certificate of the private key");
  std::rotate(identity.chain.begin(), own, own + 1);
  std::vector<Identity> identities;
  identities.push_back(std::move(identity));
  return identities;
}

Result<std::vector<Identity>> identities_of_store(const std::string& bytes, const TlsKeyOptions& keys, const Place& place) {
  if (!may_be_store(bytes)) return place.wrong(std::string(kOfNoKind));
  const auto store = crypto::read_key_store(as_bytes(bytes), keys.keystore_password.text);
  if (!store) return place.wrong(store.status().message() + asks_for_password(keys.keystore_password, "keystore-password"));
  std::vector<Identity> identities;
  for (const crypto::KeyStoreEntry& entry : store->entries()) {
    if (entry.kind != crypto::EntryKind::PrivateKey) continue;
    const auto opened = store->private_key(entry.alias, keys.keystore_password.text);
    if (!opened) return place.wrong(opened.status().message() + " (a key must have the password of its store)");
    Identity identity;
    identity.key = key_of(*opened);
    if (!identity.key) return place.wrong("entry '" + entry.alias + "': a private key of an algorithm that libcrypto does not know");
    if (has_algorithm_of(identities, identity.key)) continue;
    for (const std::string& der : entry.certificates) {
      if (Certificate certificate = certificate_of(der)) identity.chain.push_back(std::move(certificate));
    }
    if (identity.chain.empty() || !belongs_to(identity.key, identity.chain.front())) {
      return place.wrong("entry '" + entry.alias + "': its certificate is not of its private key");
    }
    identities.push_back(std::move(identity));
  }
  if (identities.empty()) return place.wrong("has no private key, only certificates or secret keys");
  return identities;
}

Result<std::vector<Certificate>> trusted_of_store(const std::string& bytes, const TlsTrustOptions& trust, const Place& place) {
  if (!may_be_store(bytes)) return place.wrong(std::string(kOfNoKind));
  const std::string& password = trust.truststore_password.text;
  const auto store = crypto::read_key_store(as_bytes(bytes), password.empty() ? std::nullopt : std::optional<std::string_view>(password));
  if (!store) return place.wrong(store.status().message() + asks_for_password(trust.truststore_password, "truststore-password"));
  std::vector<Certificate> trusted;
  for (const crypto::KeyStoreEntry& entry : store->entries()) {
    if (entry.certificates.empty()) continue;
    if (Certificate certificate = certificate_of(entry.certificates.front())) trusted.push_back(std::move(certificate));
  }
  return trusted;
}

}  // namespace

bool is_pem(std::string_view bytes) noexcept { return bytes.find("-----BEGIN ") != std::string_view::npos; }

std::vector<Certificate> certificates_of_pem(std::string_view pem) {
  std::vector<Certificate> certificates;
  const BioHandle in = in_memory(pem);
  while (BIO_pending(in.get()) != 0) {
    if (Certificate certificate{PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr)}) {
      certificates.push_back(std::move(certificate));
      continue;
    }
    const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (is_at_end) break;
  }
  return certificates;
}

Result<std::vector<Identity>> read_identities(Files& files, const TlsKeyOptions& keys) {
  const Place place{"keystore", keys.keystore};
  const auto bytes = read_file(files, place);
  if (!bytes) return bytes.status();
  if (keys.keystore_key_file.empty()) {
    return is_pem(*bytes) ? identities_of_pem(*bytes, *bytes, keys, place) : identities_of_store(*bytes, keys, place);
  }
  if (!is_pem(*bytes)) return place.wrong("is no PEM file, and keystore-key-file goes with PEM only");
  const Place key_place{"keystore-key-file", keys.keystore_key_file};
  const auto key_bytes = read_file(files, key_place);
  if (!key_bytes) return key_bytes.status();
  return identities_of_pem(*bytes, *key_bytes, keys, key_place);
}

Result<std::vector<Certificate>> read_trusted(Files& files, const TlsTrustOptions& trust) {
  const Place place{"truststore", trust.truststore};
  const auto bytes = read_file(files, place);
  if (!bytes) return bytes.status();
  auto trusted = is_pem(*bytes) ? Result<std::vector<Certificate>>(certificates_of_pem(*bytes)) : trusted_of_store(*bytes, trust, place);
  if (trusted && trusted->empty()) return place.wrong("has no certificate that is trusted");
  return trusted;
}

}  // namespace flume::tls
