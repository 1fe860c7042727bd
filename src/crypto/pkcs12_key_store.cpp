#include "crypto/pkcs12_key_store.h"

#include <charconv>
#include <utility>

#include "crypto/openssl_handles.h"
#include "crypto/pkcs12_library.h"

namespace flume::crypto {
namespace {

void free_parts(STACK_OF(PKCS7) * parts) { sk_PKCS7_pop_free(parts, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
void free_text(char* text) { OPENSSL_free(text); }

using Bag = const PKCS12_SAFEBAG*;
using Certificate = Handle<X509, X509_free>;

constexpr std::size_t kLongestChain = 16;
constexpr std::string_view kTimePrefix = "Time ";
// Java's mark of a certificate that is trusted as such, rather than part of a chain.
constexpr const char* kTrustedKeyUsage = "2.16.840.1.113894.746875.1.1";

const ASN1_STRING* attribute_string(Bag bag, int nid, int type) {
  const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_attr(bag, nid);
  return value != nullptr && value->type == type ? value->value.asn1_string : nullptr;
}

std::string key_id(Bag bag) {
  const ASN1_STRING* id = attribute_string(bag, NID_localKeyID, V_ASN1_OCTET_STRING);
  return id == nullptr ? std::string() : std::string(as_text(view_of(id)));
}

/// Java puts the date into the id that joins key and certificate: "Time 1795396639754".
std::optional<WallTime> created(std::string_view id) {
  if (!id.starts_with(kTimePrefix)) return std::nullopt;
  id.remove_prefix(kTimePrefix.size());
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), milliseconds);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return WallTime(std::chrono::milliseconds(milliseconds));
}

bool is_marked_trusted(Bag bag) {
  const STACK_OF(X509_ATTRIBUTE)* attributes = PKCS12_SAFEBAG_get0_attrs(bag);
  const Handle<ASN1_OBJECT, ASN1_OBJECT_free> mark(OBJ_txt2obj(kTrustedKeyUsage, 1));
  return attributes != nullptr && X509at_get_attr_by_OBJ(attributes, mark.get(), -1) >= 0;
}

std::string der_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

class Reader {
 public:
  Reader(std::string_view password, const KeyStoreLimits& limits) : password_(password), limits_(limits) {}

  Result<KeyStore> store(ByteView bytes) {
    Handle<PKCS12, PKCS12_free> store(PKCS12_init_ex(NID_pkcs7_data, library_.context(), nullptr));
    const Handle<BIO, BIO_free> in(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    PKCS12* raw = store.release();
    const bool is_read = d2i_PKCS12_bio(in.get(), &raw) != nullptr;
    store.reset(raw);  // null where the decoder has freed it
    ERR_clear_error();
    if (!is_read) return rejected("no key store: neither JCEKS, JKS nor PKCS#12");
    if (BIO_pending(in.get()) != 0) return corrupt("bytes behind the end of the PKCS#12 store");
    FLUME_TRY(check_digest(store.get()));
    const Handle<STACK_OF(PKCS7), free_parts> parts(PKCS12_unpack_authsafes(store.get()));
    ERR_clear_error();
    if (!parts) return corrupt("PKCS#12 store without content");
    for (int i = 0; i < sk_PKCS7_num(parts.get()); ++i) FLUME_TRY(part(sk_PKCS7_value(parts.get(), i)));
    add_chains();
    return KeyStore(KeyStoreFormat::Pkcs12, std::move(entries_));
  }

 private:
  struct ChainCertificate {
    std::string key_id;
    Certificate certificate;
  };

  Status check_digest(PKCS12* store) {
    if (PKCS12_mac_present(store) != 1) return {};  // Java takes these as well; keys are encrypted all the same
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, store);
    if (iterations != nullptr) FLUME_TRY(check_iterations(iterations, limits_.iterations));  // absent: one
    const bool is_genuine = PKCS12_verify_mac(store, password_.data(), static_cast<int>(password_.size())) == 1;
    ERR_clear_error();
    if (is_genuine) return {};
    return invalid_config("wrong password for the key store, or its content was changed (their digest differs)");
  }

  Status part(PKCS7* part) {
    using Bags = Handle<STACK_OF(PKCS12_SAFEBAG), free_bags>;
    Bags bags;
    if (PKCS7_type_is_data(part)) {
      bags = Bags(PKCS12_unpack_p7data(part));
    } else if (PKCS7_type_is_encrypted(part)) {
      const PKCS7_ENC_CONTENT* content = part->d.encrypted == nullptr ? nullptr : part->d.encrypted->enc_data;
      if (content == nullptr || content->algorithm == nullptr) return corrupt("PKCS#12 store: encrypted part without content");
      FLUME_TRY(check_password_algorithm(content->algorithm, limits_.iterations).with_context("PKCS#12 store"));
      bags = Bags(PKCS12_unpack_p7encdata(part, password_.data(), static_cast<int>(password_.size())));
    } else {
      return rejected("PKCS#12 store: a part is encrypted for a certificate rather than with a password");
    }
    ERR_clear_error();
    // Its digest was right: so it is the algorithm that is missing, or a store without a digest.
    if (!bags)
      return invalid_config(
          "PKCS#12 store: a part cannot be opened; it is damaged, the password is wrong, or libcrypto lacks its algorithm");
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags.get()); ++i) FLUME_TRY(bag(sk_PKCS12_SAFEBAG_value(bags.get(), i)));
    return {};
  }

  Status bag(Bag bag) {
    if (entries_.size() == limits_.entries || chain_.size() == limits_.entries) {
      return rejected("key store of more than " + std::to_string(limits_.entries) + " entries");
    }
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_pkcs8ShroudedKeyBag:
        return key(bag, EntryKind::PrivateKey, encrypted_key_of(PKCS12_SAFEBAG_get0_pkcs8(bag)));
      case NID_secretBag:
        return secret(bag);
      case NID_certBag:
        return certificate(bag);
      case NID_keyBag:
        return rejected("PKCS#12 store: a private key that is not encrypted");
      case NID_safeContentsBag:
        return rejected("PKCS#12 store: bags within bags");
      default:
        return {};  // revocation lists and what nobody asks for
    }
  }

  static std::string encrypted_key_of(const X509_SIG* info) {
    const int size = info == nullptr ? 0 : i2d_X509_SIG(info, nullptr);
    if (size <= 0) return {};
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* to = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509_SIG(info, &to);
    return der;
  }

  Status secret(Bag bag) {
    const ASN1_OBJECT* type = PKCS12_SAFEBAG_get0_bag_type(bag);
    const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_bag_obj(bag);
    if (type == nullptr || value == nullptr || OBJ_obj2nid(type) != NID_pkcs8ShroudedKeyBag || value->type != V_ASN1_OCTET_STRING) {
      return rejected("PKCS#12 store: a secret that is not kept in Java's way");
    }
    return key(bag, EntryKind::SecretKey, std::string(as_text(view_of(value->value.octet_string))));
  }

  Status key(Bag bag, EntryKind kind, const std::string& info) {
    KeyStoreEntry entry = named(bag, kind);
    auto key = read_encrypted_key_info(as_bytes(info), limits_.iterations);
    if (!key) return std::move(key).status().with_context("PKCS#12 store, entry '" + entry.alias + "'");
    entry.key = std::move(*key);
    const std::string id = key_id(bag);
    entry.created = created(id);
    entries_.push_back(std::move(entry));
    key_ids_.resize(entries_.size());
    key_ids_.back() = id;
    return {};
  }

  Status certificate(Bag bag) {
    Certificate certificate(PKCS12_SAFEBAG_get1_cert(bag));
    ERR_clear_error();
    if (!certificate) return rejected("PKCS#12 store: a certificate that is not X.509");
    if (!is_marked_trusted(bag)) {
      chain_.push_back({key_id(bag), std::move(certificate)});
      return {};
    }
    KeyStoreEntry entry = named(bag, EntryKind::TrustedCertificate);
    entry.certificates.push_back(der_of(certificate.get()));
    entries_.push_back(std::move(entry));
    key_ids_.emplace_back();
    return {};
  }

  [[nodiscard]] KeyStoreEntry named(Bag bag, EntryKind kind) const {
    KeyStoreEntry entry;
    const Handle<char, free_text> alias(PKCS12_get_friendlyname(const_cast<PKCS12_SAFEBAG*>(bag)));
    // Java's names for what has none: numbers, in order.
    entry.alias = alias ? std::string(alias.get()) : std::to_string(entries_.size() + 1);
    entry.kind = kind;
    return entry;
  }

  /// To each private key the certificate of the same id, then the issuer of that, and so on.
  void add_chains() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].kind != EntryKind::PrivateKey) continue;
      const X509* last = nullptr;
      for (const auto& each : chain_) {
        if (last == nullptr && each.key_id == key_ids_[i]) last = each.certificate.get();
      }
      while (last != nullptr && entries_[i].certificates.size() < kLongestChain) {
        entries_[i].certificates.push_back(der_of(last));
        last = issuer_of(last);
      }
    }
  }

  /// Null for a certificate that signs itself, and if the issuer's is not in the store.
  [[nodiscard]] const X509* issuer_of(const X509* certificate) const {
    const X509_NAME* issuer = X509_get_issuer_name(certificate);
    if (X509_NAME_cmp(issuer, X509_get_subject_name(certificate)) == 0) return nullptr;
    for (const auto& each : chain_) {
      if (X509_NAME_cmp(issuer, X509_get_subject_name(each.certificate.get())) == 0) return each.certificate.get();
    }
    return nullptr;
  }

  Pkcs12Library library_;
  std::string_view password_;
  const KeyStoreLimits& limits_;
  std::vector<KeyStoreEntry> entries_;
  std::vector<std::string> key_ids_;  // of entries_
  std::vector<ChainCertificate> chain_;
};

}  // namespace

Result<KeyStore> read_pkcs12_key_store(ByteView bytes, std::string_view password, const KeyStoreLimits& limits) {
  return Reader(password, limits).store(bytes);
}

}  // namespace flume::crypto
