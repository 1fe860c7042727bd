// Java's key stores, read natively: JCEKS and JKS (own reader) and PKCS#12 (libcrypto), as `keytool`,
// Hadoop's `hadoop credential` (JCEKS whose secret keys are password texts) and openssl write them.
// A store is read once, into a value that knows its entries; keys are decrypted when asked for.
// One thread at a time. No message holds key or password bytes; aliases are no secrets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_protection.h"
#include "crypto/secret_bytes.h"
#include "flume/clock.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::crypto {

/// What a store may cost, whoever wrote it.
struct KeyStoreLimits {
  std::size_t bytes = 16U << 20U;  // Java's list of authorities has 150 KB
  std::size_t entries = 10'000;
  std::uint32_t iterations = 5'000'000;  // Java's own limit; the most that keytool can be told
};

enum class KeyStoreFormat : std::uint8_t { Jceks, Jks, Pkcs12 };
enum class EntryKind : std::uint8_t { SecretKey, PrivateKey, TrustedCertificate };

[[nodiscard]] std::string_view to_string(KeyStoreFormat format) noexcept;
[[nodiscard]] std::string_view to_string(EntryKind kind) noexcept;

struct KeyStoreEntry {
  std::string alias;  ///< as stored: Java writes lower case
  EntryKind kind = EntryKind::SecretKey;
  std::optional<WallTime> created;        ///< PKCS#12 does not always say
  std::vector<std::string> certificates;  ///< X.509, DER: the trusted one, or the private key's chain, its own first
  ProtectedKey key;                       ///< of secret and private keys
};

struct SecretKey {
  std::string algorithm;  ///< Java's name: AES, DESede, ...; keys of `hadoop credential` say AES as well
  SecretBytes bytes;
};

class KeyStore {
 public:
  KeyStore(KeyStoreFormat format, std::vector<KeyStoreEntry> entries) : format_(format), entries_(std::move(entries)) {}

  [[nodiscard]] KeyStoreFormat format() const noexcept { return format_; }
  [[nodiscard]] const std::vector<KeyStoreEntry>& entries() const noexcept { return entries_; }
  /// By the alias as it is, else without regard to the case of ASCII letters (Java: of any letters). Null if there is none.
  [[nodiscard]] const KeyStoreEntry* find(std::string_view alias) const noexcept;

  /// The decrypted key. InvalidConfig with NotFound (there is none; the message lists what is there), with WrongType (the
  /// entry is no secret key) or without a cause (wrong password); Corrupt or Rejected for what no password opens.
  /// `key_password` is UTF-8. Takes as long as the store's writer wanted, 0.1 s by default in Java.
  [[nodiscard]] Result<SecretKey> secret_key(std::string_view alias, std::string_view key_password) const;
  /// The same for private keys: a DER PrivateKeyInfo (PKCS#8).
  [[nodiscard]] Result<SecretBytes> private_key(std::string_view alias, std::string_view key_password) const;

 private:
  [[nodiscard]] Result<const KeyStoreEntry*> entry_of_kind(std::string_view alias, EntryKind kind) const;

  KeyStoreFormat format_;
  std::vector<KeyStoreEntry> entries_;
};

/// Reads a store of whichever format its first bytes show. `store_password` is UTF-8; none: as in Java a JKS or JCEKS store is
/// taken unchecked (its certificates are not encrypted), and for PKCS#12 it is the empty one. InvalidConfig: wrong password, or
/// sound in form but changed since it was written (the formats cannot tell these apart); Corrupt: damaged, with the place;
/// Rejected: no key store, too large, or uses what is not supported.
[[nodiscard]] Result<KeyStore> read_key_store(ByteView bytes, std::optional<std::string_view> store_password,
                                              const KeyStoreLimits& limits = {});

}  // namespace flume::crypto
