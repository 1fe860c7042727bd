// Any bytes as a key store. The first one chooses: a store as it is; the body of a Java store, its digest made
// right, so that its entries are opened; a decrypted entry. Whatever comes is read or refused for what it is,
// within the limits, and what is read is sound.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/java_key_store.h"
#include "crypto/key_store.h"
#include "text/utf8.h"

namespace {

using namespace flume;
using namespace flume::crypto;

constexpr std::string_view kPassword = "none";
constexpr KeyStoreLimits kLimits = {.bytes = 64U << 10U, .entries = 20, .iterations = 10'000};

void expect_told(const Status& status) {
  if (status.ok()) return;
  // Fatal and Retryable speak of the machine, not of the bytes.
  if (status.kind() == ErrorKind::Fatal || status.kind() == ErrorKind::Retryable || status.message().empty()) std::abort();
}

void read(std::string_view bytes) {
  const auto store = read_key_store(as_bytes(bytes), kPassword, kLimits);
  expect_told(store.status());
  if (!store) return;
  if (store->entries().size() > kLimits.entries) std::abort();
  for (const KeyStoreEntry& entry : store->entries()) {
    if (store->format() != KeyStoreFormat::Pkcs12 && !is_valid_utf8(entry.alias)) std::abort();
    if (store->find(entry.alias) == nullptr) std::abort();
    const auto secret = store->secret_key(entry.alias, kPassword);
    expect_told(secret.status());
    expect_told(store->private_key(entry.alias, kPassword).status());
    if (secret && secret->bytes.size() > bytes.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read(bytes);
      break;
    case 1: {
      const auto digest = java_key_store_digest(as_bytes(bytes), kPassword);
      if (!digest) std::abort();
      read(bytes + std::string(digest->text()));
      break;
    }
    default:
      expect_told(read_java_secret_key(as_bytes(bytes)).status());
  }
  return 0;
}
