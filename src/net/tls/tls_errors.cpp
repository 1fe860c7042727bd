#include "net/tls/tls_errors.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include <openssl/err.h>

#include "net/tls/tls_versions.h"

namespace flume::tls {
namespace {

constexpr std::size_t kMostNamesTold = 5;

/// A TLS record of a handshake, alert or data, of any version; or an SSLv2 greeting, as very old clients begin.
bool begins_as_tls(ByteView bytes) {
  if (bytes.empty()) return true;
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  if (bytes.size() >= 3 && (at(0) & 0x80U) != 0 && at(2) == 1) return true;
  return at(0) >= 20 && at(0) <= 24 && (bytes.size() < 2 || at(1) == 3);
}

std::string shown(ByteView bytes) {
  const bool is_text = std::ranges::all_of(bytes, [](std::byte b) {
    const auto c = std::to_integer<unsigned char>(b);
    return (c >= 0x20 && c < 0x7F) || c == '\r' || c == '\n' || c == '\t';
  });
  if (is_text) {
    const std::string_view text = as_text(bytes);
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    const bool is_http =
        std::ranges::any_of(std::array<std::string_view, 8>{"GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "HTTP/"},
                            [&](std::string_view word) { return text.starts_with(word); });
    return std::string(is_http ? "plain HTTP" : "plain text") + " (\"" + std::string(line) + "\")";
  }
  std::string hex;
  for (const std::byte b : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    std::array<char, 4> two{};
    std::snprintf(two.data(), two.size(), " %02x", std::to_integer<unsigned>(b));
    hex += two.data();
  }
  return "bytes that are no TLS:" + hex;
}

VersionSet versions_of(const SSL* ssl) {
  const auto low = SSL_get_min_proto_version(const_cast<SSL*>(ssl));
  const auto high = SSL_get_max_proto_version(const_cast<SSL*>(ssl));
  VersionSet set = 0;
  for (std::size_t i = 0; i < tls_versions().size(); ++i) {
    const TlsVersion& version = tls_versions()[i];
    const bool is_within = (low == 0 || version.number >= low) && (high == 0 || version.number <= high);
    if (is_within && (SSL_get_options(ssl) & version.libssl_option_to_forbid) == 0) set |= 1U << i;
  }
  return set;
}

struct Reason {
  Cause cause;
  std::string text;
};

std::string no_common_version(const SSL* ssl) {
  return "no protocol in common (here " + names_of(versions_of(ssl)) + "; include-protocols, exclude-protocols)";
}
constexpr std::string_view kNoCommonSuite =
    "no cipher suite in common (include-cipher-suites, exclude-cipher-suites, and the kind of the server's key)";

/// What the peer's alert means; empty: none of those that need words.
Reason of_alert(int reason, const SSL* ssl) {
  switch (reason) {
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return {Cause::Unsupported, "the peer refuses: " + no_common_version(ssl)};
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
      return {Cause::Unsupported, "the peer refuses: " + std::string(kNoCommonSuite) + ", or it misses our certificate (keystore)"};
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return {Cause::Permission, "the peer does not know who signed our certificate (its truststore)"};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
      return {Cause::Permission, "the peer does not take our certificate (its truststore, or the host name in the certificate)"};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return {Cause::Permission, "the peer says that our certificate has expired"};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return {Cause::Permission, "the peer says that our certificate is revoked"};
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return {Cause::Permission, "the peer asks for a certificate of ours, and there is none (keystore)"};
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return {Cause::Permission, "the peer denies access"};
    default:
      return {};
  }
}

Reason of_our_own(int reason, const SSL* ssl, const Evidence& evidence) {
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return {Cause::Permission, evidence.certificate_problem.empty() ? X509_verify_cert_error_string(SSL_get_verify_result(ssl))
                                                                      : std::string(evidence.certificate_problem)};
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return {Cause::Permission, "the peer shows no certificate, and client-auth = need asks for one"};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
      return {Cause::Unsupported, no_common_version(ssl)};
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_AVAILABLE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return {Cause::Unsupported, std::string(kNoCommonSuite)};
    case SSL_R_NO_RENEGOTIATION:
      return {Cause::Unsupported, "the peer wants to renegotiate, which is not allowed"};
    default:
      return {};
  }
}

/// The names that a certificate is for.
std::string names_of(const X509* certificate) {
  struct FreeNames {
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
  };
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  std::size_t told = 0;
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string one;
    if (name->type == GEN_DNS) one = as_text(crypto::view_of(name->d.dNSName));
    if (name->type == GEN_IPADD) {
      const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address(ASN1_OCTET_STRING_dup(name->d.iPAddress));
      const ByteView bytes = crypto::view_of(address.get());
      for (std::size_t b = 0; bytes.size() == 4 && b < 4; ++b) one += (b == 0 ? "" : ".") + std::to_string(std::to_integer<int>(bytes[b]));
    }
    if (one.empty()) continue;
    if (told++ == kMostNamesTold) return text + ", ...";
    text += (text.empty() ? "" : ", ") + one;
  }
  return text.empty() ? text_of(X509_get_subject_name(certificate)) : text;
}

}  // namespace

std::string text_of(const X509_NAME* name) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string("(no name)");
}

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string certificate_problem(X509_STORE_CTX* checked, std::string_view host) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(checked);
  const int error = X509_STORE_CTX_get_error(checked);
  std::string reason = X509_verify_cert_error_string(error);
  if (certificate == nullptr) return reason;
  const std::string who = "certificate " + text_of(X509_get_subject_name(certificate));
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return who + " expired on " + text_of(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return who + " is not valid before " + text_of(X509_get0_notBefore(certificate));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the peer's certificate is for " + names_of(certificate) + ", not for " + std::string(host) + " (verify-hostname)";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return who + " is signed by " + text_of(X509_get_issuer_name(certificate)) + ", who is not trusted (truststore)";
    default:
      return who + ": " + reason;
  }
}

bool has_told_why() noexcept {
  const unsigned long error = ERR_peek_error();
  return error != 0 && !(ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
}

Status tls_failure(const std::string& peer, const Evidence& evidence) {
  // The first error of libssl itself: what libcrypto says before is only how it came to that.
  unsigned long error = ERR_get_error();
  std::array<char, 256> plain{};
  ERR_error_string_n(error, plain.data(), plain.size());
  while (error != 0 && ERR_GET_LIB(error) != ERR_LIB_SSL) error = ERR_get_error();
  const int code = ERR_GET_REASON(error);
  ERR_clear_error();
  const auto failure = [&](const std::string& why, Cause cause) { return retryable("TLS with " + peer + ": " + why, cause); };
  if (!begins_as_tls(evidence.first_bytes)) {
    return failure("not TLS: the peer sent " + shown(evidence.first_bytes) + "; is ssl off there?", Cause::Unsupported);
  }
  Reason reason = of_our_own(code, evidence.ssl, evidence);
  if (reason.text.empty()) reason = of_alert(code, evidence.ssl);
  if (reason.text.empty()) return failure(plain.data(), Cause::Disconnected);
  return failure(reason.text, reason.cause);
}

}  // namespace flume::tls
