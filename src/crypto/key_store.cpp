#include "crypto/key_store.h"

#include <algorithm>
#include <limits>

#include "crypto/java_key_store.h"
#include "crypto/pkcs12_key_store.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace flume::crypto {
namespace {

constexpr std::size_t kMostAliasesTold = 8;
constexpr std::size_t kLongestPassword = 1024;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string told(const std::vector<KeyStoreEntry>& entries) {
  if (entries.empty()) return "the key store is empty";
  std::string text = "the key store has ";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i == kMostAliasesTold) return text + " and " + std::to_string(entries.size() - i) + " more";
    text += (i == 0 ? "" : ", ") + quoted(entries[i].alias);
  }
  return text;
}

Status check_password(std::string_view password) {
  if (password.size() > kLongestPassword) return invalid_config("password of more than " + std::to_string(kLongestPassword) + " bytes");
  return is_valid_utf8(password) ? Status() : invalid_config("the password is not valid UTF-8");
}

}  // namespace

std::string_view to_string(KeyStoreFormat format) noexcept {
  switch (format) {
    case KeyStoreFormat::Jceks:
      return "JCEKS";
    case KeyStoreFormat::Jks:
      return "JKS";
    case KeyStoreFormat::Pkcs12:
      break;
  }
  return "PKCS12";
}

std::string_view to_string(EntryKind kind) noexcept {
  switch (kind) {
    case EntryKind::SecretKey:
      return "secret key";
    case EntryKind::PrivateKey:
      return "private key";
    case EntryKind::TrustedCertificate:
      break;
  }
  return "trusted certificate";
}

const KeyStoreEntry* KeyStore::find(std::string_view alias) const noexcept {
  auto found = std::ranges::find(entries_, alias, &KeyStoreEntry::alias);
  if (found == entries_.end()) {
    found = std::ranges::find_if(entries_, [&](const KeyStoreEntry& entry) {
      return std::ranges::equal(entry.alias, alias, [](char a, char b) { return to_lower(a) == to_lower(b); });
    });
  }
  return found == entries_.end() ? nullptr : &*found;
}

Result<const KeyStoreEntry*> KeyStore::entry_of_kind(std::string_view alias, EntryKind kind) const {
  const KeyStoreEntry* entry = find(alias);
  if (entry == nullptr) return Status(ErrorKind::InvalidConfig, "no entry " + quoted(alias) + ": " + told(entries_), Cause::NotFound);
  if (entry->kind == kind) return entry;
  return Status(ErrorKind::InvalidConfig,
                "entry " + quoted(alias) + " is a " + std::string(to_string(entry->kind)) + ", not a " + std::string(to_string(kind)),
                Cause::WrongType);
}

Result<SecretKey> KeyStore::secret_key(std::string_view alias, std::string_view key_password) const {
  FLUME_TRY(check_password(key_password));
  const auto entry = entry_of_kind(alias, EntryKind::SecretKey);
  if (!entry) return entry.status();
  const auto in_context = [&](Status status) { return std::move(status).with_context("entry " + quoted(alias)); };
  auto opened = open_key((*entry)->key, key_password);
  if (!opened) return in_context(std::move(opened).status());
  if ((*entry)->key.kind == ProtectionKind::Pkcs8) {
    auto wrapped = unwrap_key_info(opened->view());
    if (!wrapped) return in_context(std::move(wrapped).status());
    return SecretKey{std::move(wrapped->algorithm), std::move(wrapped->bytes)};
  }
  auto key = read_java_secret_key(opened->view());
  if (!key) return in_context(std::move(key).status());
  return key;
}

Result<SecretBytes> KeyStore::private_key(std::string_view alias, std::string_view key_password) const {
  FLUME_TRY(check_password(key_password));
  const auto entry = entry_of_kind(alias, EntryKind::PrivateKey);
  if (!entry) return entry.status();
  auto opened = open_key((*entry)->key, key_password);
  if (!opened) return std::move(opened).status().with_context("entry " + quoted(alias));
  return opened;
}

Result<KeyStore> read_key_store(ByteView bytes, std::optional<std::string_view> store_password, const KeyStoreLimits& limits) {
  if (bytes.empty()) return rejected("no key store: the file is empty");
  if (bytes.size() > std::min<std::size_t>(limits.bytes, std::numeric_limits<int>::max())) {
    return rejected("key store of " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(limits.bytes) + " are taken");
  }
  if (store_password) FLUME_TRY(check_password(*store_password));
  if (is_java_key_store(bytes)) return read_java_key_store(bytes, store_password, limits);
  return read_pkcs12_key_store(bytes, store_password.value_or(""), limits);
}

}  // namespace flume::crypto
