// Owners of libssl's objects. For .cpp files and private headers of this folder.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/openssl_handles.h"

namespace flume::tls {

using crypto::Handle;
using BioHandle = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Ssl = Handle<SSL, SSL_free>;
using SslContext = Handle<SSL_CTX, SSL_CTX_free>;

/// One more owner of the same context.
inline SslContext share(const SslContext& context) {
  SSL_CTX_up_ref(context.get());
  return SslContext(context.get());
}

}  // namespace flume::tls
