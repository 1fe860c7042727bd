#include "crypto/key_provider.h"

#include <algorithm>

#include "crypto/data_key.h"
#include "crypto/password_file.h"
#include "text/ascii.h"

namespace flume::crypto {
namespace {

constexpr std::string_view kBlanks = " \t\n\v\f\r";

std::string trimmed(const std::string& text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  const auto begin = std::ranges::find_if_not(text, is_blank);
  const auto end = std::find_if_not(text.rbegin(), std::make_reverse_iterator(begin), is_blank).base();
  return {begin, end};
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    found.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return found;
}

std::string setting(std::string_view name, const std::string& path) { return "keyProvider." + std::string(name) + " = " + path; }

}  // namespace

Status KeyProvider::check(const KeyProviderSettings& settings) {
  const auto missing = [](std::string_view name, std::string_view what) {
    return invalid_config("keyProvider." + std::string(name) + " is missing: " + std::string(what));
  };
  if (trimmed(settings.key_store_file).empty()) return missing("keyStoreFile", "the key store's path");
  if (trimmed(settings.key_store_password_file).empty())
    return missing("keyStorePasswordFile", "the path of a file that holds the key store's password");
  if (words(settings.keys).empty()) return missing("keys", "the aliases in use, current and past, with blanks between them");
  return {};
}

Result<KeyProvider> KeyProvider::open(Files& files, const KeyProviderSettings& settings) {
  FLUME_TRY(check(settings));
  const std::string store_file = trimmed(settings.key_store_file);
  const std::string password_file = trimmed(settings.key_store_password_file);
  auto password = read_password_file(files, password_file);
  if (!password) return std::move(password).status().with_context(setting("keyStorePasswordFile", password_file));
  const auto in_context = [&](Status status) { return std::move(status).with_context(setting("keyStoreFile", store_file)); };
  const auto bytes = files.read_all(store_file, KeyStoreLimits().bytes);
  if (!bytes) return in_context(bytes.status());
  auto store = read_key_store(as_bytes(*bytes), password->text());
  if (!store) {
    const std::string hint = password->empty() ? " (it is empty)" : "";
    return in_context(std::move(store).status().with_context("with the password of " + password_file + hint));
  }
  KeyProvider provider(files, std::move(*store), std::move(*password));
  provider.key_store_file_ = store_file;
  provider.key_store_password_file_ = password_file;
  provider.aliases_ = words(settings.keys);
  provider.warn_if_open_to_everyone(password_file);
  provider.find_password_files(settings);
  return provider;
}

void KeyProvider::find_password_files(const KeyProviderSettings& settings) {
  for (const std::string& alias : aliases_) {
    const auto configured = settings.password_files.find(alias);
    if (configured == settings.password_files.end()) continue;
    const std::string path = trimmed(configured->second);
    const auto info = files_->info(path);
    if (!info || !info->is_regular) {
      warnings_.push_back(setting("keys." + alias + ".passwordFile", path) + ": no such file; the key store's password is tried instead");
      continue;
    }
    warn_if_open_to_everyone(path);
    password_files_.emplace(alias, path);
  }
}

void KeyProvider::warn_if_open_to_everyone(const std::string& path) {
  const auto info = files_->info(path);
  if (info && (info->mode & 0004U) != 0) warnings_.push_back(path + ": every user of this machine can read this password (chmod o-r)");
}

Result<SecretBytes> KeyProvider::key(std::string_view alias) const {
  const auto own = password_files_.find(alias);
  const std::string& password_file = own == password_files_.end() ? key_store_password_file_ : own->second;
  const auto in_context = [&](Status status) {
    return std::move(status).with_context("key '" + std::string(alias) + "' of " + key_store_file_ + ", with the password of " +
                                          password_file);
  };
  SecretBytes read;
  if (own != password_files_.end()) {
    auto password = read_password_file(*files_, password_file);
    if (!password) return in_context(std::move(password).status());
    read = std::move(*password);
  }
  auto key = store_.secret_key(alias, own == password_files_.end() ? password_.text() : read.text());
  if (!key) return in_context(std::move(key).status());
  if (to_lower(key->algorithm) != "aes") return in_context(invalid_config("its algorithm is " + key->algorithm + "; AES is needed"));
  if (!is_aes_key_size(key->bytes.size())) {
    return in_context(invalid_config("it has " + std::to_string(8 * key->bytes.size()) + " bits; AES takes 128, 192 or 256"));
  }
  return std::move(key->bytes);
}

}  // namespace flume::crypto
