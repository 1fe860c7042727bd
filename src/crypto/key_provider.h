// Flume's key provider JCEKSFILE: named AES keys out of a key store, with the passwords in files of their own.
// Opened when the channel starts; keys are decrypted when asked for, so that a past key that is gone or has
// lost its password matters only once data needs it (as in Flume's JCEFileKeyProvider).
// Owned by the channel; the Files given must outlive it. One thread at a time.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_store.h"
#include "flume/files.h"
#include "flume/result.h"

namespace flume::crypto {

/// The keys below `encryption.keyProvider.`; texts are trimmed as in Java.
struct KeyProviderSettings {
  std::string key_store_file;                         ///< keyStoreFile
  std::string key_store_password_file;                ///< keyStorePasswordFile
  std::string keys;                                   ///< keys: aliases, current and past, with blanks between them
  std::map<std::string, std::string> password_files;  ///< keys.<alias>.passwordFile by alias; default: the store's
};

class KeyProvider {
 public:
  /// Reads the store and checks its password. InvalidConfig: a setting that is missing, or a wrong password; otherwise as
  /// read_key_store() and Files say; each names the setting and its file. Pure settings are checked by check() alone.
  [[nodiscard]] static Result<KeyProvider> open(Files& files, const KeyProviderSettings& settings);
  [[nodiscard]] static Status check(const KeyProviderSettings& settings);

  /// The key's bytes: 16, 24 or 32. An alias that `keys` does not list is looked for with the store's password, as Flume
  /// does. Errors name alias, key store and password file; NotFound: no such entry.
  [[nodiscard]] Result<SecretBytes> key(std::string_view alias) const;

  /// Aliases of `keys`, in that order.
  [[nodiscard]] const std::vector<std::string>& aliases() const noexcept { return aliases_; }
  /// What a user should hear once at the start: password files that are missing, or open to everyone.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  KeyProvider(Files& files, KeyStore store, SecretBytes password)
      : files_(&files), store_(std::move(store)), password_(std::move(password)) {}

  void find_password_files(const KeyProviderSettings& settings);
  void warn_if_open_to_everyone(const std::string& path);

  Files* files_;
  KeyStore store_;
  SecretBytes password_;
  std::string key_store_file_;
  std::string key_store_password_file_;
  std::vector<std::string> aliases_;
  std::map<std::string, std::string, std::less<>> password_files_;  // only those that are there
  std::vector<std::string> warnings_;
};

}  // namespace flume::crypto
