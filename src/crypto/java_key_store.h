// JKS and JCEKS stores: big-endian lists of entries with a keyed SHA-1 digest behind them. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/key_store.h"

namespace flume::crypto {

[[nodiscard]] bool is_java_key_store(ByteView bytes) noexcept;

/// Errors as of read_key_store(); without a password the digest is not looked at. Precondition: is_java_key_store(bytes),
/// `password` is valid UTF-8.
[[nodiscard]] Result<KeyStore> read_java_key_store(ByteView bytes, std::optional<std::string_view> password, const KeyStoreLimits& limits);

/// The key in a decrypted JCEKS entry, itself a serialised Java object. Bytes that do not even begin as one: InvalidConfig,
/// for then the padding was right by chance and the password wrong.
[[nodiscard]] Result<SecretKey> read_java_secret_key(ByteView opened);

/// The digest behind a store whose other bytes are `body`.
[[nodiscard]] Result<SecretBytes> java_key_store_digest(ByteView body, std::string_view password);

}  // namespace flume::crypto
