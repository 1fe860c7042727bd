#include "net/tls/cipher_suites.h"

#include <algorithm>
#include <array>
#include <set>

#include "net/tls/tls_handles.h"
#include "text/did_you_mean.h"

namespace flume::tls {
namespace {

// Suites without encryption, or that any stranger in the middle could speak, are none for us: Java never enables them either.
constexpr const char* kAll = "ALL:COMPLEMENTOFALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0";
constexpr const char* kAllOfTls13 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
constexpr const char* kUsual = "DEFAULT:!PSK:!SRP:@SECLEVEL=1";

std::vector<std::string> names_in(const char* list) {
  const SslContext context(SSL_CTX_new(TLS_method()));
  if (!context || SSL_CTX_set_cipher_list(context.get(), list) != 1) return {};
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));
  return names;
}

std::vector<CipherSuite> read_cipher_suites() {
  const SslContext context(SSL_CTX_new(TLS_method()));
  if (!context || SSL_CTX_set_ciphersuites(context.get(), kAllOfTls13) != 1 || SSL_CTX_set_cipher_list(context.get(), kAll) != 1) return {};
  const std::vector<std::string> usual = names_in(kUsual);
  std::vector<CipherSuite> suites;
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    CipherSuite& suite = suites.emplace_back();
    suite.name = SSL_CIPHER_standard_name(cipher);
    suite.libssl_name = SSL_CIPHER_get_name(cipher);
    suite.is_of_tls13 = std::string_view(SSL_CIPHER_get_version(cipher)) == "TLSv1.3";
    suite.is_usual = std::ranges::find(usual, suite.libssl_name) != usual.end();
  }
  ERR_clear_error();
  return suites;
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// KEYS_WITH_CIPHER_DIGEST of words that names of suites are made of: old ones, which libssl has dropped, too.
bool reads_as_a_suite(std::string_view name) {
  static constexpr std::array<std::string_view, 30> kKeys{
      "NULL",           "RSA",           "RSA_EXPORT",    "DH_DSS",         "DH_RSA",         "DHE_DSS",
      "DHE_RSA",        "DH_DSS_EXPORT", "DH_RSA_EXPORT", "DHE_DSS_EXPORT", "DHE_RSA_EXPORT", "DH_anon",
      "DH_anon_EXPORT", "ECDH_ECDSA",    "ECDH_RSA",      "ECDHE_ECDSA",    "ECDHE_RSA",      "ECDH_anon",
      "KRB5",           "KRB5_EXPORT",   "PSK",           "DHE_PSK",        "RSA_PSK",        "ECDHE_PSK",
      "SRP_SHA",        "SRP_SHA_RSA",   "SRP_SHA_DSS",   "RSA_FIPS",       "ECCPWD",         "FORTEZZA_DMS"};
  static constexpr std::array<std::string_view, 34> kCiphers{"NULL",
                                                             "RC4_40",
                                                             "RC4_56",
                                                             "RC4_128",
                                                             "RC2_CBC_40",
                                                             "RC2_CBC_56",
                                                             "IDEA_CBC",
                                                             "DES40_CBC",
                                                             "DES_CBC_40",
                                                             "DES_CBC",
                                                             "3DES_EDE_CBC",
                                                             "SEED_CBC",
                                                             "AES_128_CBC",
                                                             "AES_256_CBC",
                                                             "AES_128_GCM",
                                                             "AES_256_GCM",
                                                             "AES_128_CCM",
                                                             "AES_256_CCM",
                                                             "ARIA_128_CBC",
                                                             "ARIA_256_CBC",
                                                             "ARIA_128_GCM",
                                                             "ARIA_256_GCM",
                                                             "CAMELLIA_128_CBC",
                                                             "CAMELLIA_256_CBC",
                                                             "CAMELLIA_128_GCM",
                                                             "CAMELLIA_256_GCM",
                                                             "CHACHA20_POLY1305",
                                                             "AES_128_CCM_8",
                                                             "AES_256_CCM_8",
                                                             "FORTEZZA_CBC",
                                                             "AES_128",
                                                             "AES_256",
                                                             "RC4_64",
                                                             "IDEA"};
  static constexpr std::array<std::string_view, 4> kDigests{"MD5", "SHA", "SHA256", "SHA384"};
  if (name == "TLS_EMPTY_RENEGOTIATION_INFO_SCSV" || name == "TLS_FALLBACK_SCSV") return true;
  if (!name.starts_with("TLS_") && !name.starts_with("SSL_")) return false;
  name.remove_prefix(4);
  const std::size_t with = name.find("_WITH_");
  if (with == std::string_view::npos || !is_one_of(kKeys, name.substr(0, with))) return false;
  name.remove_prefix(with + 6);
  if (is_one_of(kCiphers, name)) return true;  // CCM has no digest in its name
  const std::size_t last = name.rfind('_');
  return last != std::string_view::npos && is_one_of(kCiphers, name.substr(0, last)) && is_one_of(kDigests, name.substr(last + 1));
}

const CipherSuite* find(std::string_view name) {
  const std::string as_iana = name.starts_with("SSL_") ? "TLS_" + std::string(name.substr(4)) : std::string(name);
  for (const CipherSuite& suite : cipher_suites()) {
    if (suite.name == as_iana || suite.libssl_name == name) return &suite;
  }
  return nullptr;
}

std::string unknown(const std::string& name) {
  if (name.find(',') != std::string::npos) return "'" + name + "' is no cipher suite and changes nothing: names are separated by blanks";
  if (reads_as_a_suite(name)) return "'" + name + "' changes nothing: this version's libssl does not offer it";
  std::vector<std::string_view> names;
  for (const CipherSuite& suite : cipher_suites()) names.push_back(suite.name);
  const std::string hint = did_you_mean(nearest_name(name, names));
  return "'" + name + "' is no cipher suite and changes nothing" + (hint.empty() ? std::string() : ", " + hint);
}

std::set<const CipherSuite*> set_of(const Names& names, std::string_view key, bool tells_of_old_ones, std::vector<NameProblem>& problems) {
  std::set<const CipherSuite*> set;
  for (const std::string& name : names) {
    if (const CipherSuite* suite = find(name)) {
      set.insert(suite);
    } else if (tells_of_old_ones || !reads_as_a_suite(name)) {
      problems.push_back({key, unknown(name)});
    }
  }
  return set;
}

}  // namespace

const std::vector<CipherSuite>& cipher_suites() {
  static const std::vector<CipherSuite> suites = read_cipher_suites();
  return suites;
}

SuiteChoice chosen_suites(const TlsChoiceOptions& choice, std::vector<NameProblem>& problems) {
  std::set<const CipherSuite*> included;
  const bool is_included_by_name = choice.include_cipher_suites && !choice.include_cipher_suites->empty();
  if (is_included_by_name) included = set_of(*choice.include_cipher_suites, "include-cipher-suites", true, problems);
  std::set<const CipherSuite*> excluded;
  if (choice.exclude_cipher_suites) excluded = set_of(*choice.exclude_cipher_suites, "exclude-cipher-suites", false, problems);
  SuiteChoice chosen;
  for (const CipherSuite& suite : cipher_suites()) {
    if (!(is_included_by_name ? included.contains(&suite) : suite.is_usual) || excluded.contains(&suite)) continue;
    std::string& list = suite.is_of_tls13 ? chosen.of_tls13 : chosen.up_to_tls12;
    list += (list.empty() ? "" : ":") + suite.libssl_name;
  }
  return chosen;
}

}  // namespace flume::tls
