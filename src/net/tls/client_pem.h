// What a TLS client of another library (libcurl) is told: the options of TLS as PEM texts and libssl's words. Reads files; any thread.
#pragma once

#include <string>

#include "flume/files.h"
#include "flume/tls_options.h"

namespace flume::tls {

struct ClientPem {
  std::string trusted{};       ///< authorities; empty: the machine's
  std::string certificates{};  ///< own ones, its issuers' behind it; empty: none
  std::string key{};           ///< the private key, not encrypted: never part of a message
  int lowest_version = 0;      ///< libssl's numbers; 0: not told
  int highest_version = 0;
  std::string suites_up_to_tls12{};  ///< for SSL_CTX_set_cipher_list
  std::string suites_of_tls13{};     ///< for SSL_CTX_set_ciphersuites
  bool trusts_all = false;
  bool verifies_host = true;
};

/// Of `options` (with_defaults()). The versions are a range: with a gap between them, those above it. InvalidConfig: a file cannot be
/// used, and why.
[[nodiscard]] Result<ClientPem> read_client_pem(Files& files, const TlsClientOptions& options);

}  // namespace flume::tls
