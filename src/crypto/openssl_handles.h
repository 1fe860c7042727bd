// Owners of libcrypto's objects, and views of its byte strings. For .cpp files and private headers
// of this folder and of src/net/tls.
#pragma once

#include <memory>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "flume/files.h"

namespace flume::crypto {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, FreeWith<Free>>;

using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Digest = Handle<EVP_MD, EVP_MD_free>;
using EncryptedKeyInfo = Handle<X509_SIG, X509_SIG_free>;
using KeyInfo = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;

inline const unsigned char* data_of(ByteView bytes) noexcept { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* data_of(std::span<std::byte> bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes.data()); }

inline ByteView view_of(const ASN1_STRING* string) noexcept {
  return {reinterpret_cast<const std::byte*>(ASN1_STRING_get0_data(string)), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

}  // namespace flume::crypto
