// PKCS#12 stores, by libcrypto: private keys with their chains, trusted certificates, and secret keys in the
// way in which Java keeps them (an encrypted PrivateKeyInfo within a secret bag). Pure; any thread.
#pragma once

#include <string_view>

#include "crypto/key_store.h"

namespace flume::crypto {

/// Errors as of read_key_store(). Precondition: `password` is valid UTF-8.
[[nodiscard]] Result<KeyStore> read_pkcs12_key_store(ByteView bytes, std::string_view password, const KeyStoreLimits& limits);

}  // namespace flume::crypto
