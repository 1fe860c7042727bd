#include "crypto/record_cipher.h"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/data_key.h"
#include "crypto/openssl_handles.h"
#include "crypto/secret_bytes.h"

namespace flume::crypto {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kMostAtOnce = 1U << 20U;  // libcrypto counts in int, and takes any number of parts

/// SP 800-38D, 8.2.1: a fixed field and an invocation field, both big-endian.
std::array<unsigned char, kNonceBytes> bytes_of(RecordNonce nonce) noexcept {
  std::array<unsigned char, kNonceBytes> bytes;
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<unsigned char>(nonce.generation >> (24 - 8 * i));
  for (std::size_t i = 0; i < 8; ++i) bytes[4 + i] = static_cast<unsigned char>(nonce.position >> (56 - 8 * i));
  return bytes;
}

std::string told(RecordNonce nonce) {
  return "record at " + std::to_string(nonce.position) +
         (nonce.generation == 0 ? "" : " of generation " + std::to_string(nonce.generation));
}

template <typename Update>
bool in_parts(Update update, EVP_CIPHER_CTX* context, unsigned char* to, ByteView from) noexcept {
  for (int size = 0; !from.empty(); to += size) {
    const ByteView part = from.first(std::min(from.size(), kMostAtOnce));
    if (update(context, to, &size, data_of(part), static_cast<int>(part.size())) != 1) return false;
    from = from.subspan(part.size());
  }
  return true;
}

Status refused(RecordNonce nonce, std::string_view why) { return fatal(told(nonce) + ": " + std::string(why)); }

Status failed(RecordNonce nonce) {
  ERR_clear_error();
  return refused(nonce, "libcrypto fails to encrypt");
}

const char* cipher_name(std::size_t key_bytes) { return key_bytes == 16 ? "AES-128-GCM" : key_bytes == 24 ? "AES-192-GCM" : "AES-256-GCM"; }

}  // namespace

void RecordCipher::FreeContext::operator()(evp_cipher_ctx_st* context) const noexcept { EVP_CIPHER_CTX_free(context); }

Result<RecordCipher> RecordCipher::make(ByteView key) {
  if (!is_aes_key_size(key.size()))
    return invalid_config("a key of " + std::to_string(8 * key.size()) + " bits; AES takes 128, 192 or 256");
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, cipher_name(key.size()), nullptr));
  Context sealing(EVP_CIPHER_CTX_new());
  Context opening(EVP_CIPHER_CTX_new());
  if (!cipher || !sealing || !opening || EVP_EncryptInit_ex2(sealing.get(), cipher.get(), data_of(key), nullptr, nullptr) != 1 ||
      EVP_DecryptInit_ex2(opening.get(), cipher.get(), data_of(key), nullptr, nullptr) != 1) {
    ERR_clear_error();
    return fatal("libcrypto does not offer " + std::string(cipher_name(key.size())));
  }
  return RecordCipher(std::move(sealing), std::move(opening));
}

Status RecordCipher::seal(RecordNonce nonce, ByteView associated, std::span<const ByteView> pieces, std::span<std::byte> out) {
  if (last_sealed_ && nonce <= *last_sealed_) return refused(nonce, "sealed already with this key, or a later one was");
  if (sealed_ == kMostRecords) return refused(nonce, "this key has sealed as many records as it may");
  std::size_t plain = 0;
  for (const ByteView piece : pieces) {
    if (piece.size() > kLongestRecord - plain) return refused(nonce, "longer than a record may be");
    plain += piece.size();
  }
  if (associated.size() > kLongestAssociated) return refused(nonce, "longer associated data than a record may have");
  if (out.size() != sealed_size(plain)) return refused(nonce, "room of another size than the sealed record");
  // From here on the nonce counts as used, whatever happens.
  last_sealed_ = nonce;
  ++sealed_;
  EVP_CIPHER_CTX* context = sealing_.get();
  const auto nonce_bytes = bytes_of(nonce);
  int size = 0;
  if (EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce_bytes.data(), nullptr) != 1) return failed(nonce);
  if (!associated.empty() && EVP_EncryptUpdate(context, nullptr, &size, data_of(associated), static_cast<int>(associated.size())) != 1) {
    return failed(nonce);
  }
  unsigned char* to = data_of(out);
  for (const ByteView piece : pieces) {
    if (!in_parts(EVP_EncryptUpdate, context, to, piece)) return failed(nonce);
    to += piece.size();
  }
  if (EVP_EncryptFinal_ex(context, to, &size) != 1 || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, to) != 1)
    return failed(nonce);
  return {};
}

Status RecordCipher::open(RecordNonce nonce, ByteView associated, ByteView sealed, std::span<std::byte> out) {
  if (sealed.size() < kTagBytes || sealed.size() > sealed_size(kLongestRecord) || associated.size() > kLongestAssociated) {
    return corrupt(told(nonce) + ": " + std::to_string(sealed.size()) + " bytes are no sealed record");
  }
  if (sealed_size(out.size()) != sealed.size()) return refused(nonce, "room of another size than the record");
  EVP_CIPHER_CTX* context = opening_.get();
  const auto nonce_bytes = bytes_of(nonce);
  std::array<unsigned char, kTagBytes> tag;  // a copy: libcrypto wants to be able to write
  std::ranges::copy(std::span(data_of(sealed.last(kTagBytes)), kTagBytes), tag.begin());
  int size = 0;
  const bool is_open =
      EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce_bytes.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      (associated.empty() || EVP_DecryptUpdate(context, nullptr, &size, data_of(associated), static_cast<int>(associated.size())) == 1) &&
      in_parts(EVP_DecryptUpdate, context, data_of(out), sealed.first(out.size())) &&
      EVP_DecryptFinal_ex(context, data_of(out) + out.size(), &size) == 1;
  if (is_open) return {};
  ERR_clear_error();
  wipe(out);
  return corrupt(told(nonce) + ": does not authenticate: damaged, or sealed with another key");
}

}  // namespace flume::crypto
