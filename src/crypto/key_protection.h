// How Java (and PKCS#12) encrypt one key with a password: three ways, told apart when the store is read.
// A wrong password shows as InvalidConfig, what cannot be read even with the right one as Corrupt or
// Rejected; no message holds key or password bytes. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret_bytes.h"
#include "flume/result.h"

namespace flume::crypto {

enum class ProtectionKind : std::uint8_t {
  Md5TripleDes,  ///< JCEKS: PBEWithMD5AndTripleDES, with Sun's own way to make the key
  Sha1Xor,       ///< JKS: a stream of SHA-1 digests
  Pkcs8,         ///< PKCS#12: a whole EncryptedPrivateKeyInfo, left to libcrypto
};

/// One encrypted key as the store holds it.
struct ProtectedKey {
  ProtectionKind kind = ProtectionKind::Pkcs8;
  std::vector<std::byte> salt;   // Md5TripleDes
  std::uint32_t iterations = 0;  // Md5TripleDes
  std::vector<std::byte> encrypted;
};

/// DER PBEParameter (salt and count) of Md5TripleDes. Refuses more than `most_iterations`.
[[nodiscard]] Status read_pbe_parameters(ByteView der, std::uint32_t most_iterations, ProtectedKey& into);

/// The parts of a DER EncryptedPrivateKeyInfo, of whichever kind its algorithm says.
[[nodiscard]] Result<ProtectedKey> read_encrypted_key_info(ByteView der, std::uint32_t most_iterations);

/// The bytes that were protected; for Pkcs8 a DER PrivateKeyInfo. `password` is valid UTF-8.
[[nodiscard]] Result<SecretBytes> open_key(const ProtectedKey& key, std::string_view password);

/// What a DER PrivateKeyInfo wraps: for secret keys the key itself.
struct WrappedKey {
  std::string algorithm;  ///< Java's name where it is known here, else the dotted identifier
  SecretBytes bytes;
};
[[nodiscard]] Result<WrappedKey> unwrap_key_info(ByteView der);

}  // namespace flume::crypto
