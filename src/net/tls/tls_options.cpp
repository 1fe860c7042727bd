#include "net/tls/tls_options.h"

#include <array>

namespace flume {

std::span<const EnumName<StoreType>> enum_names(StoreType) noexcept {
  static constexpr std::array kNames{EnumName<StoreType>{"JKS", StoreType::Jks}, EnumName<StoreType>{"JCEKS", StoreType::Jceks},
                                     EnumName<StoreType>{"PKCS12", StoreType::Pkcs12}, EnumName<StoreType>{"PEM", StoreType::Pem}};
  return kNames;
}

std::span<const EnumName<ClientAuth>> enum_names(ClientAuth) noexcept {
  static constexpr std::array kNames{EnumName<ClientAuth>{"none", ClientAuth::None}, EnumName<ClientAuth>{"want", ClientAuth::Want},
                                     EnumName<ClientAuth>{"need", ClientAuth::Need}};
  return kNames;
}

namespace tls {
namespace {

void fill(std::string& blank, const std::string& with) {
  if (blank.empty()) blank = with;
}

template <typename T>
void fill(std::optional<T>& blank, const std::optional<T>& with) {
  if (!blank) blank = with;
}

void fill(TlsTrustOptions& trust, const TlsTrustOptions& with) {
  fill(trust.truststore, with.truststore);
  fill(trust.truststore_password.text, with.truststore_password.text);
  fill(trust.truststore_type, with.truststore_type);
}

void fill(TlsKeyOptions& keys, const TlsKeyOptions& with) {
  fill(keys.keystore, with.keystore);
  fill(keys.keystore_password.text, with.keystore_password.text);
  fill(keys.keystore_type, with.keystore_type);
}

void fill(TlsChoiceOptions& choice, const TlsChoiceOptions& with) {
  fill(choice.exclude_protocols, with.exclude_protocols);
  fill(choice.include_protocols, with.include_protocols);
  fill(choice.exclude_cipher_suites, with.exclude_cipher_suites);
  fill(choice.include_cipher_suites, with.include_cipher_suites);
}

}  // namespace

TlsServerOptions with_defaults(TlsServerOptions options, const TlsDefaults* defaults) {
  if (defaults == nullptr) return options;
  fill(options.keys, defaults->keys);
  fill(options.trust, defaults->trust);
  fill(options.choice, defaults->choice);
  return options;
}

TlsClientOptions with_defaults(TlsClientOptions options, const TlsDefaults* defaults) {
  if (defaults == nullptr) return options;
  fill(options.trust, defaults->trust);
  fill(options.choice, defaults->choice);
  return options;
}

TlsClientOptions with_defaults(const TlsUrlOptions& options, bool is_https, const TlsDefaults* defaults) {
  TlsClientOptions filled = with_defaults(TlsClientOptions{.ssl = is_https,
                                                           .trust_all_certs = options.trust_all_certs,
                                                           .verify_hostname = options.verify_hostname,
                                                           .trust = options.trust,
                                                           .choice = options.choice,
                                                           .keys = options.keys},
                                          defaults);
  if (defaults != nullptr && filled.keys.keystore.empty()) fill(filled.keys, defaults->keys);
  return filled;
}

}  // namespace tls
}  // namespace flume
