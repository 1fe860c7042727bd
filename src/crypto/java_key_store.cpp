#include "crypto/java_key_store.h"

#include <chrono>
#include <utility>

#include "crypto/java_object.h"
#include "crypto/java_text.h"
#include "crypto/openssl_handles.h"

namespace flume::crypto {
namespace {

constexpr std::uint32_t kJksMagic = 0xFEEDFEED;
constexpr std::uint32_t kJceksMagic = 0xCECECECE;
constexpr std::size_t kDigestBytes = 20;
constexpr std::string_view kDigestSalt = "Mighty Aphrodite";
constexpr std::string_view kSealAlgorithm = "PBEWithMD5AndTripleDES";
constexpr std::uint32_t kObjectStart = 0xACED0005;

constexpr std::uint32_t kPrivateKeyTag = 1;
constexpr std::uint32_t kCertificateTag = 2;
constexpr std::uint32_t kSecretKeyTag = 3;

class Reader {
 public:
  Reader(ByteView body, const KeyStoreLimits& limits) : in_(body), limits_(limits) {}

  Result<KeyStore> store() {
    const KeyStoreFormat format = in_.u32() == kJceksMagic ? KeyStoreFormat::Jceks : KeyStoreFormat::Jks;
    version_ = in_.u32();
    if (version_ != 1 && version_ != 2) return rejected("key store of version " + std::to_string(version_) + "; 1 and 2 are known");
    const std::uint32_t count = in_.u32();
    if (in_.failed()) return cut_short();
    if (count > limits_.entries)
      return rejected("key store of " + std::to_string(count) + " entries; at most " + std::to_string(limits_.entries) + " are taken");
    std::vector<KeyStoreEntry> entries;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t start = in_.position();
      KeyStoreEntry& each = entries.emplace_back();
      if (Status read = entry(each); !read.ok()) {
        const std::string name = each.alias.empty() ? "entry " + std::to_string(i + 1) : "entry '" + each.alias + "'";
        return std::move(read).with_context("key store, " + name + " at byte " + std::to_string(start));
      }
    }
    if (in_.left() != 0) return corrupt("key store: " + std::to_string(in_.left()) + " bytes behind the last entry");
    return KeyStore(format, std::move(entries));
  }

 private:
  [[nodiscard]] Status cut_short() const { return corrupt("the key store ends too early"); }

  Status entry(KeyStoreEntry& entry) {
    const std::uint32_t tag = in_.u32();
    if (in_.failed()) return cut_short();
    if (tag < kPrivateKeyTag || tag > kSecretKeyTag) return corrupt("unknown kind " + std::to_string(tag));
    FLUME_TRY(text(entry.alias));
    const std::uint64_t created = in_.u64();
    if (in_.failed()) return cut_short();
    entry.created = WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(created)));
    switch (tag) {
      case kPrivateKeyTag:
        entry.kind = EntryKind::PrivateKey;
        return private_key(entry);
      case kCertificateTag:
        entry.kind = EntryKind::TrustedCertificate;
        return certificate(entry);
      default:
        entry.kind = EntryKind::SecretKey;
        return secret_key(entry);
    }
  }

  Status private_key(KeyStoreEntry& entry) {
    const ByteView info = in_.take(in_.u32());
    const std::uint32_t certificates = in_.u32();
    if (in_.failed()) return cut_short();
    auto key = read_encrypted_key_info(info, limits_.iterations);
    if (!key) return std::move(key).status();
    entry.key = std::move(*key);
    for (std::uint32_t i = 0; i < certificates; ++i) FLUME_TRY(certificate(entry));
    return {};
  }

  Status certificate(KeyStoreEntry& entry) {
    if (version_ == 2) {
      std::string type;
      FLUME_TRY(text(type));
      if (type != "X.509" && type != "X509") return rejected("certificate that is not X.509");
    }
    const ByteView der = in_.take(in_.u32());
    if (in_.failed()) return cut_short();
    entry.certificates.emplace_back(as_text(der));
    return {};
  }

  Status secret_key(KeyStoreEntry& entry) {
    const auto sealed = read_java_object(in_);
    if (!sealed) return sealed.status();
    if (sealed->class_name != "com.sun.crypto.provider.SealedObjectForKeyProtector" && sealed->class_name != "javax.crypto.SealedObject") {
      return rejected("secret key sealed as a class of its own");
    }
    if (sealed->text("sealAlg") != kSealAlgorithm) return rejected("secret key that is not sealed with " + std::string(kSealAlgorithm));
    entry.key.kind = ProtectionKind::Md5TripleDes;
    const ByteView encrypted = sealed->bytes("encryptedContent");
    entry.key.encrypted.assign(encrypted.begin(), encrypted.end());
    return read_pbe_parameters(sealed->bytes("encodedParams"), limits_.iterations, entry.key);
  }

  Status text(std::string& into) {
    const ByteView bytes = in_.take(in_.u16());
    if (in_.failed()) return cut_short();
    auto text = utf8_from_java(bytes);
    if (!text) return corrupt("name that is no text");
    into = std::move(*text);
    return {};
  }

  BigEndianReader in_;
  const KeyStoreLimits& limits_;
  std::uint32_t version_ = 0;
};

}  // namespace

bool is_java_key_store(ByteView bytes) noexcept {
  const std::uint32_t magic = BigEndianReader(bytes).u32();
  return magic == kJksMagic || magic == kJceksMagic;
}

Result<SecretBytes> java_key_store_digest(ByteView body, std::string_view password) {
  const SecretBytes units = utf16_big_endian(password);
  const DigestContext context(EVP_MD_CTX_new());
  const Digest sha1(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  SecretBytes digest(kDigestBytes);
  if (!sha1 || !context || EVP_DigestInit_ex2(context.get(), sha1.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), units.view().data(), units.size()) != 1 ||
      EVP_DigestUpdate(context.get(), kDigestSalt.data(), kDigestSalt.size()) != 1 ||
      EVP_DigestUpdate(context.get(), body.data(), body.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), data_of(digest.bytes()), nullptr) != 1) {
    return fatal("libcrypto does not offer SHA-1 (restricted by its configuration?)");
  }
  return digest;
}

Result<KeyStore> read_java_key_store(ByteView bytes, std::optional<std::string_view> password, const KeyStoreLimits& limits) {
  if (bytes.size() < kDigestBytes) return corrupt("the key store ends too early");
  const ByteView body = bytes.first(bytes.size() - kDigestBytes);
  if (!password) return Reader(body, limits).store();
  const auto digest = java_key_store_digest(body, *password);
  if (!digest) return digest.status();
  const bool is_genuine = same_secret(digest->view(), bytes.last(kDigestBytes));
  // Read even if the digest differs: what is not even well-formed is damaged, whatever the password.
  auto store = Reader(body, limits).store();
  if (!store || is_genuine) return store;
  return invalid_config("wrong password for the key store, or its content was changed (the entries are well-formed, their digest differs)");
}

Result<SecretKey> read_java_secret_key(ByteView opened) {
  if (BigEndianReader(opened).u32() != kObjectStart) return invalid_config("wrong password for this key");
  BigEndianReader in(opened);
  const auto object = read_java_object(in);
  if (!object) return object.status();
  const bool is_plain = object->class_name == "javax.crypto.spec.SecretKeySpec";
  if (!is_plain && object->class_name != "java.security.KeyRep") {
    return rejected("a secret key of class " + utf8_from_java(as_bytes(object->class_name)).value_or("?") + " is not supported");
  }
  if (!is_plain && (object->text("type") != "SECRET" || object->text("format") != "RAW"))
    return rejected("the entry's key is not a plain secret key");
  auto algorithm = utf8_from_java(as_bytes(object->text("algorithm")));
  const ByteView bytes = object->bytes(is_plain ? "key" : "encoded");
  if (bytes.empty() || !algorithm) return corrupt("the entry holds no key");
  return SecretKey{std::move(*algorithm), SecretBytes::copy_of(bytes)};
}

}  // namespace flume::crypto
