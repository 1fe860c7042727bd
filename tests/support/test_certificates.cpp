#include "support/test_certificates.h"

#include <cstdlib>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "net/tls/tls_handles.h"
#include "net/tls/tls_stores.h"

namespace flume {
namespace {

using tls::BioHandle;
using tls::Certificate;
using tls::Handle;
using tls::Key;

/// A test without its certificates has nothing to say.
template <typename T>
T expected(T made) {
  if (!made) std::abort();
  return made;
}

std::string text_in(const BioHandle& out) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(const Certificate& certificate) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  expected(PEM_write_bio_X509(out.get(), certificate.get()));
  return text_in(out);
}

std::string pem_of(const Key& key) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  expected(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  return text_in(out);
}

Key key_of_pem(const std::string& pem) {
  const BioHandle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return expected(Key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)));
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(expected(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())));
  expected(X509_add_ext(certificate, extension.get(), -1));
}

void set_time(ASN1_TIME* time, WallTime to) { expected(ASN1_TIME_set(time, std::chrono::system_clock::to_time_t(to))); }

void name(X509_NAME* whose, const std::string& common_name) {
  expected(X509_NAME_add_entry_by_txt(whose, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0));
}

Certificate unsigned_certificate(const CertificateWish& wish, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint32_t serial = 0;
  expected(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial));
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), static_cast<long>(serial) + 1);
  set_time(X509_getm_notBefore(certificate.get()), wish.from);
  set_time(X509_getm_notAfter(certificate.get()), wish.until);
  name(X509_get_subject_name(certificate.get()), wish.common_name);
  expected(X509_set_pubkey(certificate.get(), key));
  return certificate;
}

}  // namespace

struct TestAuthority::Parts {
  Key key{expected(EVP_EC_gen("P-256"))};
  Certificate certificate;
};

TestAuthority::TestAuthority(const std::string& common_name) : parts_(std::make_unique<Parts>()) {
  parts_->certificate = unsigned_certificate({.common_name = common_name}, parts_->key.get());
  X509* own = parts_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(own, own, NID_subject_key_identifier, "hash");
  expected(X509_sign(own, parts_->key.get(), EVP_sha256()));
  pem_ = pem_of(parts_->certificate);
}

TestAuthority::~TestAuthority() = default;

TestCertificate TestAuthority::issue(const CertificateWish& wish) const {
  const Key key(expected(EVP_EC_gen("P-256")));
  const Certificate certificate = unsigned_certificate(wish, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(parts_->certificate.get()));
  std::string names;
  for (const std::string& host : wish.host_names) {
    const bool is_address = host.find_first_not_of("0123456789.") == std::string::npos;
    names += (names.empty() ? "" : ",") + std::string(is_address ? "IP:" : "DNS:") + host;
  }
  if (!names.empty()) add_extension(certificate.get(), parts_->certificate.get(), NID_subject_alt_name, names);
  expected(X509_sign(certificate.get(), parts_->key.get(), EVP_sha256()));
  return {pem_of(certificate), pem_of(key)};
}

std::string pkcs12_of(const TestCertificate& certificate, const std::string& chain_pem, const std::string& password) {
  const Key key = key_of_pem(certificate.key_pem);
  const std::vector<Certificate> own = tls::certificates_of_pem(certificate.certificate_pem);
  const std::vector<Certificate> chain = tls::certificates_of_pem(chain_pem);
  STACK_OF(X509)* issuers = sk_X509_new_null();
  for (const Certificate& each : chain) sk_X509_push(issuers, each.get());
  const Handle<PKCS12, PKCS12_free> store(
      expected(PKCS12_create(password.c_str(), "server", key.get(), own.at(0).get(), issuers, 0, 0, 1000, 1000, 0)));
  sk_X509_free(issuers);
  const BioHandle out(BIO_new(BIO_s_mem()));
  expected(i2d_PKCS12_bio(out.get(), store.get()));
  return text_in(out);
}

std::string encrypted_key_pem(const TestCertificate& certificate, const std::string& password) {
  const Key key = key_of_pem(certificate.key_pem);
  const BioHandle out(BIO_new(BIO_s_mem()));
  expected(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), password.data(), static_cast<int>(password.size()),
                                         nullptr, nullptr));
  return text_in(out);
}

}  // namespace flume
