// What the two users of libcrypto's PKCS#12 share: a library context that also has the algorithms of older
// stores (RC2, as Java 8 wrote them), and a bound on the work that a hostile store can ask for.
// One thread at a time.
#pragma once

#include <cstdint>

#include "crypto/openssl_handles.h"
#include "flume/result.h"

namespace flume::crypto {

/// Without the legacy algorithms where they are not installed: then old stores fail to open.
class Pkcs12Library {
 public:
  Pkcs12Library();
  [[nodiscard]] OSSL_LIB_CTX* context() const noexcept { return context_.get(); }

 private:
  using Provider = Handle<OSSL_PROVIDER, OSSL_PROVIDER_unload>;
  Handle<OSSL_LIB_CTX, OSSL_LIB_CTX_free> context_;
  Provider usual_;
  Provider legacy_;
};

/// Refuses password-based encryption with more than `most_iterations`, and kinds whose cost is not known here.
[[nodiscard]] Status check_password_algorithm(const X509_ALGOR* algorithm, std::uint32_t most_iterations);
/// The same for a count alone.
[[nodiscard]] Status check_iterations(const ASN1_INTEGER* iterations, std::uint32_t most_iterations);

}  // namespace flume::crypto
