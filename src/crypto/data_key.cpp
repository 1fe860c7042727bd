#include "crypto/data_key.h"

#include <algorithm>
#include <string>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include "crypto/openssl_handles.h"

namespace flume::crypto {
namespace {

// Part of the log's format: another use of the same master key takes another label.
constexpr std::string_view kLabel = "flume-cpp segment key 1";

}  // namespace

Status hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::byte> out) {
  const Handle<EVP_KDF, EVP_KDF_free> hkdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr));
  const Handle<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(hkdf.get()));
  // libcrypto's parameters are not const, but only read.
  const auto octets = [](const char* name, ByteView bytes) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(bytes.data()), bytes.size());
  };
  std::string digest = "SHA256";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
                              octets(OSSL_KDF_PARAM_KEY, secret), octets(OSSL_KDF_PARAM_SALT, salt), octets(OSSL_KDF_PARAM_INFO, info),
                              OSSL_PARAM_construct_end()};
  if (context && EVP_KDF_derive(context.get(), data_of(out), out.size(), parameters.data()) == 1) return {};
  ERR_clear_error();
  return fatal("libcrypto refuses HKDF with SHA-256 for " + std::to_string(out.size()) + " bytes");
}

bool is_aes_key_size(std::size_t bytes) noexcept { return bytes == 16 || bytes == 24 || bytes == 32; }

Result<DataKey> DataKey::derive(ByteView master_key, ByteView salt, ByteView channel_uuid) {
  if (!is_aes_key_size(master_key.size())) {
    return invalid_config("a key of " + std::to_string(8 * master_key.size()) + " bits; AES takes 128, 192 or 256");
  }
  if (salt.size() != kSaltBytes) return fatal("a segment's salt of " + std::to_string(salt.size()) + " bytes");
  const ByteView label = as_bytes(kLabel);
  std::vector<std::byte> info(label.begin(), label.end());
  info.push_back(std::byte{0});
  info.insert(info.end(), channel_uuid.begin(), channel_uuid.end());
  // One run: its parts are independent of each other, so the public check tells nothing of the key.
  SecretBytes derived(master_key.size() + std::tuple_size_v<KeyCheck>);
  FLUME_TRY(hkdf_sha256(master_key, salt, info, derived.bytes()));
  KeyCheck check;
  std::ranges::copy(derived.view().subspan(master_key.size()), check.begin());
  derived.shorten(master_key.size());
  return DataKey(std::move(derived), check);
}

Result<std::array<std::byte, DataKey::kSaltBytes>> random_salt() {
  std::array<std::byte, DataKey::kSaltBytes> salt;
  if (RAND_bytes(data_of(std::span<std::byte>(salt)), salt.size()) == 1) return salt;
  ERR_clear_error();
  return fatal("the operating system gives no random bytes");
}

}  // namespace flume::crypto
