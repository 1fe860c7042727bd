// From a master key to the key of one segment: HKDF-SHA256 (RFC 5869) of the master key, with the segment's
// random salt and the channel's uuid. So each segment has its own key, and a segment that is moved to
// another channel does not open. Made once per segment; values, wiped when freed. Any thread.
#pragma once

#include <array>

#include "crypto/secret_bytes.h"
#include "flume/result.h"

namespace flume::crypto {

/// Fills `out` (at most 8,160 bytes). Fails with Fatal only if libcrypto refuses HKDF or SHA-256.
[[nodiscard]] Status hkdf_sha256(ByteView secret, ByteView salt, ByteView info, std::span<std::byte> out);

/// Tells whether a key is the one that sealed a segment, without any of its records: kept in the open in the
/// segment's head. It says nothing about the key that a record's tag does not say as well.
using KeyCheck = std::array<std::byte, 8>;

/// 128, 192 or 256 bits.
[[nodiscard]] bool is_aes_key_size(std::size_t bytes) noexcept;

class DataKey {
 public:
  static constexpr std::size_t kSaltBytes = 32;

  /// The derived key is as long as `master_key`: 16, 24 or 32 bytes (else InvalidConfig). `salt`: kSaltBytes random
  /// bytes, new each time a segment or a reused slot begins (random_salt()); else Fatal.
  [[nodiscard]] static Result<DataKey> derive(ByteView master_key, ByteView salt, ByteView channel_uuid);

  [[nodiscard]] ByteView key() const noexcept { return key_.view(); }
  [[nodiscard]] const KeyCheck& check() const noexcept { return check_; }
  /// False: the segment was sealed with another master key, or belongs to another channel, or salt or check in its
  /// head are damaged (which the head's own checksum must rule out first).
  [[nodiscard]] bool fits(ByteView check) const noexcept { return same_secret(check_, check); }

 private:
  DataKey(SecretBytes key, const KeyCheck& check) noexcept : key_(std::move(key)), check_(check) {}

  SecretBytes key_;
  KeyCheck check_;
};

/// From the operating system's generator, by way of libcrypto's.
[[nodiscard]] Result<std::array<std::byte, DataKey::kSaltBytes>> random_salt();

}  // namespace flume::crypto
