#include "crypto/key_protection.h"

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/java_text.h"
#include "crypto/openssl_handles.h"
#include "crypto/pkcs12_library.h"

namespace flume::crypto {
namespace {

constexpr std::string_view kJceProtector = "1.3.6.1.4.1.42.2.19.1";
constexpr std::string_view kJdkProtector = "1.3.6.1.4.1.42.2.17.1.1";
constexpr std::size_t kSaltBytes = 8;
constexpr std::size_t kMd5Bytes = 16;
constexpr std::size_t kSha1Bytes = 20;
constexpr std::size_t kTripleDesBlock = 8;

Status wrong_password() { return invalid_config("wrong password for this key"); }
Status no_algorithm(std::string_view name) {
  return fatal("libcrypto does not offer " + std::string(name) + " (restricted by its configuration?)");
}

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 1);
  return {text.data(), static_cast<std::size_t>(std::clamp<int>(size, 0, text.size() - 1))};
}

/// MD5 of half the salt and the password, then again and again of the last digest and the password; the two
/// halves give a Triple-DES key of 24 bytes and the first chaining block.
Result<SecretBytes> triple_des_key(const ProtectedKey& key, std::string_view password) {
  std::array<std::byte, kSaltBytes> salt{};
  std::ranges::copy(key.salt, salt.begin());
  // Java's rule for a salt of two equal halves: the first one is turned round.
  if (std::equal(salt.begin(), salt.begin() + 4, salt.begin() + 4)) std::reverse(salt.begin(), salt.begin() + 4);
  const Digest md5(EVP_MD_fetch(nullptr, "MD5", nullptr));
  const DigestContext context(EVP_MD_CTX_new());
  if (!md5 || !context) return no_algorithm("MD5");
  SecretBytes derived(2 * kMd5Bytes);
  for (std::size_t half = 0; half < 2; ++half) {
    const auto digest = derived.bytes().subspan(half * kMd5Bytes, kMd5Bytes);
    ByteView begin = std::span(salt).subspan(half * 4, 4);
    for (std::uint32_t i = 0; i < key.iterations; ++i) {
      if (EVP_DigestInit_ex2(context.get(), md5.get(), nullptr) != 1 || EVP_DigestUpdate(context.get(), begin.data(), begin.size()) != 1 ||
          EVP_DigestUpdate(context.get(), password.data(), password.size()) != 1 ||
          EVP_DigestFinal_ex(context.get(), data_of(digest), nullptr) != 1) {
        return no_algorithm("MD5");
      }
      begin = digest;
    }
  }
  return derived;
}

Result<SecretBytes> open_triple_des(const ProtectedKey& key, std::string_view password) {
  auto derived = triple_des_key(key, password);
  if (!derived) return std::move(derived).status();
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, "DES-EDE3-CBC", nullptr));
  const CipherContext context(EVP_CIPHER_CTX_new());
  if (!cipher || !context) return no_algorithm("Triple-DES");
  if (key.encrypted.empty() || key.encrypted.size() % kTripleDesBlock != 0)
    return corrupt("encrypted key of a length that Triple-DES never makes");
  const unsigned char* key_bytes = data_of(derived->view());
  SecretBytes opened(key.encrypted.size() + kTripleDesBlock);
  int size = 0;
  int rest = 0;
  if (EVP_DecryptInit_ex2(context.get(), cipher.get(), key_bytes, key_bytes + 3 * kTripleDesBlock, nullptr) != 1 ||
      EVP_DecryptUpdate(context.get(), data_of(opened.bytes()), &size, data_of(key.encrypted), static_cast<int>(key.encrypted.size())) !=
          1) {
    return no_algorithm("Triple-DES");
  }
  if (EVP_DecryptFinal_ex(context.get(), data_of(opened.bytes()) + size, &rest) != 1) {
    ERR_clear_error();
    return wrong_password();
  }
  opened.shorten(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
  return opened;
}

/// salt (20 bytes), key xor digests, digest of password and key.
Result<SecretBytes> open_sha1_xor(const ProtectedKey& key, std::string_view password) {
  if (key.encrypted.size() < 2 * kSha1Bytes) return corrupt("encrypted key is too short");
  const SecretBytes units = utf16_big_endian(password);
  const Digest sha1(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  const DigestContext context(EVP_MD_CTX_new());
  if (!sha1 || !context) return no_algorithm("SHA-1");
  SecretBytes digest = SecretBytes::copy_of(ByteView(key.encrypted).first(kSha1Bytes));
  const auto digest_of = [&](ByteView bytes) {
    return EVP_DigestInit_ex2(context.get(), sha1.get(), nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), units.view().data(), units.size()) == 1 &&
           EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), data_of(digest.bytes()), nullptr) == 1;
  };
  const ByteView body = ByteView(key.encrypted).subspan(kSha1Bytes, key.encrypted.size() - 2 * kSha1Bytes);
  SecretBytes opened(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (i % kSha1Bytes == 0 && !digest_of(digest.view())) return no_algorithm("SHA-1");
    opened.bytes()[i] = body[i] ^ digest.view()[i % kSha1Bytes];
  }
  if (!digest_of(opened.view())) return no_algorithm("SHA-1");
  if (!same_secret(digest.view(), ByteView(key.encrypted).last(kSha1Bytes))) return wrong_password();
  return opened;
}

Result<SecretBytes> open_pkcs8(const ProtectedKey& key, std::string_view password) {
  const Pkcs12Library library;
  const unsigned char* at = data_of(key.encrypted);
  const EncryptedKeyInfo encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(key.encrypted.size())));
  const KeyInfo opened(encrypted == nullptr ? nullptr
                                            : PKCS8_decrypt_ex(encrypted.get(), password.data(), static_cast<int>(password.size()),
                                                               library.context(), nullptr));
  ERR_clear_error();
  if (!opened) return wrong_password();
  const int size = i2d_PKCS8_PRIV_KEY_INFO(opened.get(), nullptr);
  if (size <= 0) return corrupt("key without content");
  SecretBytes der(static_cast<std::size_t>(size));
  unsigned char* to = data_of(der.bytes());
  i2d_PKCS8_PRIV_KEY_INFO(opened.get(), &to);
  return der;
}

}  // namespace

Status read_pbe_parameters(ByteView der, std::uint32_t most_iterations, ProtectedKey& into) {
  const unsigned char* at = data_of(der);
  const Handle<PBEPARAM, PBEPARAM_free> parameters(d2i_PBEPARAM(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  std::int64_t iterations = 0;
  if (!parameters || ASN1_INTEGER_get_int64(&iterations, parameters->iter) != 1 || iterations < 1)
    return corrupt("parameters of the key's encryption");
  if (iterations > most_iterations) {
    return rejected("key encrypted with " + std::to_string(iterations) + " iterations; at most " + std::to_string(most_iterations) +
                    " are taken");
  }
  const ByteView salt = view_of(parameters->salt);
  if (salt.size() != kSaltBytes) return corrupt("salt of " + std::to_string(salt.size()) + " bytes");
  into.salt.assign(salt.begin(), salt.end());
  into.iterations = static_cast<std::uint32_t>(iterations);
  return {};
}

Result<ProtectedKey> read_encrypted_key_info(ByteView der, std::uint32_t most_iterations) {
  const unsigned char* at = data_of(der);
  const EncryptedKeyInfo info(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!info || at != data_of(der) + der.size()) return corrupt("no EncryptedPrivateKeyInfo");
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* encrypted = nullptr;
  X509_SIG_get0(info.get(), &algorithm, &encrypted);
  const ASN1_OBJECT* object = nullptr;
  int parameter_type = V_ASN1_UNDEF;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&object, &parameter_type, &parameter, algorithm);
  const std::string name = dotted(object);
  ProtectedKey key;
  if (name == kJceProtector || name == kJdkProtector) {
    const ByteView bytes = view_of(encrypted);
    key.encrypted.assign(bytes.begin(), bytes.end());
    key.kind = name == kJdkProtector ? ProtectionKind::Sha1Xor : ProtectionKind::Md5TripleDes;
    if (key.kind == ProtectionKind::Sha1Xor) return key;
    if (parameter_type != V_ASN1_SEQUENCE) return corrupt("encrypted key without parameters");
    FLUME_TRY(read_pbe_parameters(view_of(static_cast<const ASN1_STRING*>(parameter)), most_iterations, key));
    return key;
  }
  FLUME_TRY(check_password_algorithm(algorithm, most_iterations));
  key.kind = ProtectionKind::Pkcs8;
  key.encrypted.assign(der.begin(), der.end());
  return key;
}

Result<SecretBytes> open_key(const ProtectedKey& key, std::string_view password) {
  if (key.encrypted.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return corrupt("encrypted key is too long");
  switch (key.kind) {
    case ProtectionKind::Md5TripleDes:
      return open_triple_des(key, password);
    case ProtectionKind::Sha1Xor:
      return open_sha1_xor(key, password);
    case ProtectionKind::Pkcs8:
      break;
  }
  return open_pkcs8(key, password);
}

Result<WrappedKey> unwrap_key_info(ByteView der) {
  const unsigned char* at = data_of(der);
  const KeyInfo info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  const ASN1_OBJECT* object = nullptr;
  const unsigned char* bytes = nullptr;
  int size = 0;
  if (!info || PKCS8_pkey_get0(&object, &bytes, &size, nullptr, info.get()) != 1 || size < 0) return corrupt("no PrivateKeyInfo");
  std::string algorithm = dotted(object);
  if (algorithm == "2.16.840.1.101.3.4.1") algorithm = "AES";
  if (algorithm == "1.2.840.113549.3.7") algorithm = "DESede";
  return WrappedKey{std::move(algorithm), SecretBytes::copy_of(std::as_bytes(std::span(bytes, static_cast<std::size_t>(size))))};
}

}  // namespace flume::crypto
