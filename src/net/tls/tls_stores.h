// Private keys, their certificates and trusted ones, from files in Java's formats or PEM. Reads files; any thread.
// Errors are InvalidConfig, name the key of the configuration and the file, and say what to do.
#pragma once

#include <vector>

#include "flume/files.h"
#include "flume/tls_options.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

/// A private key and its certificates, its own first, then those of its issuers as far as the file has them.
struct Identity {
  Key key;
  std::vector<Certificate> chain;
};

/// The first private key of each algorithm (a server may have RSA and EC), in the order of the file: Java takes the first that
/// fits, too. At least one.
[[nodiscard]] Result<std::vector<Identity>> read_identities(Files& files, const TlsKeyOptions& keys);

/// The trusted certificates, and as in Java the own certificate of each private key. At least one.
[[nodiscard]] Result<std::vector<Certificate>> read_trusted(Files& files, const TlsTrustOptions& trust);

/// All certificates of a PEM text; those that cannot be read are left out.
[[nodiscard]] std::vector<Certificate> certificates_of_pem(std::string_view pem);

/// True: it has PEM's BEGIN line of anything.
[[nodiscard]] bool is_pem(std::string_view bytes) noexcept;

}  // namespace flume::tls
