// Why TLS with a peer failed, in words that say what to do. Pure, but for libssl's queue of errors; any thread.
#pragma once

#include <string>

#include "flume/files.h"
#include "flume/result.h"
#include "net/tls/tls_handles.h"

namespace flume::tls {

/// What is known beside libssl's own errors.
struct Evidence {
  const SSL* ssl = nullptr;
  ByteView first_bytes{};                  ///< what the peer said first
  std::string_view certificate_problem{};  ///< told while the peer's certificate was checked
  std::string_view host{};                 ///< that a client wanted; empty: not checked
};

/// Takes libssl's queue of errors and says what it means: Retryable, "TLS with PEER: ...", with Cause Unsupported (no TLS, or
/// nothing in common), Permission (a certificate) or Disconnected (all else). Precondition: an error of libssl is in the queue.
[[nodiscard]] Status tls_failure(const std::string& peer, const Evidence& evidence);

/// True: an error of libssl's own is in the queue, other than the end of the connection.
[[nodiscard]] bool has_told_why() noexcept;

/// What is wrong with the certificate that is being checked, for tls_failure().
[[nodiscard]] std::string certificate_problem(X509_STORE_CTX* checked, std::string_view host);

/// "CN=server.example, O=Example".
[[nodiscard]] std::string text_of(const X509_NAME* name);
/// "2026-01-31 23:59:59Z".
[[nodiscard]] std::string text_of(const ASN1_TIME* time);

}  // namespace flume::tls
