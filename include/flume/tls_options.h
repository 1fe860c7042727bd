// The keys of TLS that network components share, with Flume's names:
//   struct XOptions { TlsServerOptions tls; };
//   constexpr auto kXOptions = options(...) + group<&XOptions::tls, kTlsServerOptions>();
// The same structs hold what holds for the whole agent where a component says nothing (TlsDefaults, in Services).
// What becomes of them: src/net/tls/tls_server.h, tls_client.h. Constants and values; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "flume/options.h"

namespace flume {

/// What a store is said to be. What it is shows in its bytes, as in Java, whose JKS opens PKCS#12 as well.
enum class StoreType : std::uint8_t { Jks, Jceks, Pkcs12, Pem };
[[nodiscard]] std::span<const EnumName<StoreType>> enum_names(StoreType) noexcept;

/// Whether a server asks its clients for a certificate.
enum class ClientAuth : std::uint8_t { None, Want, Need };
[[nodiscard]] std::span<const EnumName<ClientAuth>> enum_names(ClientAuth) noexcept;

/// Whom we are: private keys and their certificates. Empty: not told.
struct TlsKeyOptions {
  std::string keystore{};
  Secret keystore_password{};
  std::optional<StoreType> keystore_type{};
  std::string keystore_key_file{};
};

/// Whom we trust. Empty: not told.
struct TlsTrustOptions {
  std::string truststore{};
  Secret truststore_password{};
  std::optional<StoreType> truststore_type{};
};

/// What may be spoken, by Java's names. Absent: not told. An empty include list allows all.
struct TlsChoiceOptions {
  std::optional<Names> exclude_protocols{};
  std::optional<Names> include_protocols{};
  std::optional<Names> exclude_cipher_suites{};
  std::optional<Names> include_cipher_suites{};
};

struct TlsServerOptions {
  bool ssl = false;
  TlsKeyOptions keys{};
  TlsChoiceOptions choice{};
  ClientAuth client_auth = ClientAuth::None;
  TlsTrustOptions trust{};
};

struct TlsClientOptions {
  bool ssl = false;
  bool trust_all_certs = false;
  bool verify_hostname = false;
  TlsTrustOptions trust{};
  TlsChoiceOptions choice{};
  TlsKeyOptions keys{};
};

/// Of clients whose URL says whether TLS is spoken: https. Checked as Java's HttpsURLConnection does, name included.
struct TlsUrlOptions {
  bool trust_all_certs = false;
  bool verify_hostname = true;
  TlsTrustOptions trust{};
  TlsChoiceOptions choice{};
  TlsKeyOptions keys{};
};

/// -Djavax.net.ssl.keyStore, -Dflume.ssl.include.protocols and their kin, else FLUME_SSL_* of the environment.
struct TlsDefaults {
  TlsKeyOptions keys{};
  TlsTrustOptions trust{};
  TlsChoiceOptions choice{};
};

namespace tls_options_detail {

constexpr auto key_rows(bool is_extension, std::string_view only_with) {
  return options(
      option<&TlsKeyOptions::keystore>("keystore", "Own private key and certificates: a JKS, JCEKS, PKCS12 or PEM file.",
                                       {.default_text = is_extension ? "" : "javax.net.ssl.keyStore", .extension = is_extension}),
      option<&TlsKeyOptions::keystore_password>(
          "keystore-password", "Password of the key store and of the keys in it.",
          {.default_text = is_extension ? "" : "javax.net.ssl.keyStorePassword", .extension = is_extension}),
      option<&TlsKeyOptions::keystore_type>("keystore-type", "What the key store is; its bytes decide.",
                                            {.default_text = "JKS", .only_with = only_with, .extension = is_extension}),
      option<&TlsKeyOptions::keystore_key_file>(
          "keystore-key-file", "The private key in PEM, where the PEM key store has only certificates.", {.extension = true}));
}

constexpr auto trust_rows(bool is_extension, std::string_view only_with) {
  return options(
      option<&TlsTrustOptions::truststore>(
          "truststore", "Certificates of the authorities that are trusted: a JKS, JCEKS, PKCS12 or PEM file.",
          {.default_text = "javax.net.ssl.trustStore, else the machine's authorities", .extension = is_extension}),
      option<&TlsTrustOptions::truststore_password>("truststore-password", "Password of the trust store; JKS opens without one, unchecked.",
                                                    {.default_text = "javax.net.ssl.trustStorePassword", .extension = is_extension}),
      option<&TlsTrustOptions::truststore_type>("truststore-type", "What the trust store is; its bytes decide.",
                                                {.default_text = "JKS", .only_with = only_with, .extension = is_extension}));
}

constexpr auto choice_rows(bool is_extension) {
  return options(option<&TlsChoiceOptions::exclude_protocols>("exclude-protocols", "Protocols that are not spoken; SSLv3 never is.",
                                                              {.default_text = "SSLv3", .extension = is_extension}),
                 option<&TlsChoiceOptions::include_protocols>(
                     "include-protocols", "Protocols that may be spoken, unless excluded: TLSv1.3, TLSv1.2, also TLSv1.1 and TLSv1.",
                     {.default_text = "TLSv1.2 TLSv1.3", .extension = is_extension}),
                 option<&TlsChoiceOptions::exclude_cipher_suites>(
                     "exclude-cipher-suites", "Cipher suites that are not used, by Java's names.", {.extension = is_extension}),
                 option<&TlsChoiceOptions::include_cipher_suites>(
                     "include-cipher-suites", "Cipher suites that may be used, unless excluded; empty: all.", {.extension = is_extension}));
}

inline constexpr auto kKeys = key_rows(false, "ssl");
inline constexpr auto kOwnKeys = key_rows(true, "ssl");
inline constexpr auto kUrlKeys = key_rows(true, "");
inline constexpr auto kTrust = trust_rows(false, "ssl");
inline constexpr auto kOwnTrust = trust_rows(true, "ssl");
inline constexpr auto kUrlTrust = trust_rows(true, "");
inline constexpr auto kChoice = choice_rows(false);
inline constexpr auto kOwnChoice = choice_rows(true);
inline constexpr auto kOldKeys = options(
    option<&TlsKeyOptions::keystore_password>("keystorePassword", "Password of the key store.", {.deprecated = "keystore-password"}));
inline constexpr auto kOldChoice = options(option<&TlsChoiceOptions::exclude_protocols>(
    "excludeProtocols", "Protocols that are not spoken.", {.deprecated = "exclude-protocols"}));

}  // namespace tls_options_detail

/// Of sources that listen.
inline constexpr auto kTlsServerOptions =
    options(option<&TlsServerOptions::ssl>("ssl", "Speak TLS.")) + group<&TlsServerOptions::keys, tls_options_detail::kKeys>() +
    group<&TlsServerOptions::choice, tls_options_detail::kChoice>() +
    options(option<&TlsServerOptions::client_auth>(
        "client-auth", "Certificates of clients: none asked for; want: checked if there is one; need: refused without one.",
        {.only_with = "ssl", .extension = true})) +
    group<&TlsServerOptions::trust, tls_options_detail::kOwnTrust>();

/// Old names that the HTTP source has beside those, for its table alone.
inline constexpr auto kOldTlsServerOptions = options(option<&TlsServerOptions::ssl>("enableSSL", "Speak TLS.", {.deprecated = "ssl"})) +
                                             group<&TlsServerOptions::keys, tls_options_detail::kOldKeys>() +
                                             group<&TlsServerOptions::choice, tls_options_detail::kOldChoice>();

/// Of sinks and clients that connect.
inline constexpr auto kTlsClientOptions =
    options(option<&TlsClientOptions::ssl>("ssl", "Speak TLS."),
            option<&TlsClientOptions::trust_all_certs>("trust-all-certs", "Take any certificate of the server, whoever signed it.")) +
    group<&TlsClientOptions::trust, tls_options_detail::kTrust>() + group<&TlsClientOptions::choice, tls_options_detail::kChoice>() +
    options(option<&TlsClientOptions::verify_hostname>(
        "verify-hostname", "The server's certificate must be for the host that is connected to.", {.extension = true})) +
    group<&TlsClientOptions::keys, tls_options_detail::kOwnKeys>();

/// Of clients of a URL; keys that Flume does not have there.
inline constexpr auto kTlsUrlOptions =
    options(option<&TlsUrlOptions::trust_all_certs>("trust-all-certs", "Take any certificate of the server, whoever signed it.",
                                                    {.extension = true}),
            option<&TlsUrlOptions::verify_hostname>("verify-hostname", "The server's certificate must be for the host of the URL.",
                                                    {.extension = true})) +
    group<&TlsUrlOptions::trust, tls_options_detail::kUrlTrust>() + group<&TlsUrlOptions::keys, tls_options_detail::kUrlKeys>() +
    group<&TlsUrlOptions::choice, tls_options_detail::kOwnChoice>();

}  // namespace flume
