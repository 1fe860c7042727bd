// Seals and opens the records of one segment: AES-GCM (NIST SP 800-38D) by libcrypto, with the segment's own
// key (data_key.h). A record opens only if its bytes, its associated data and its nonce are those it was
// sealed with. Owned by the segment's writer or by one of its readers; one thread at a time. An object takes
// about 2 KB and some microseconds to make, so one per segment and reader; a record takes no allocation.
//
// Rules of the nonce. Sealing two different records with the same key and nonce gives both away, and lets
// anyone forge records. So:
// - Within a segment, (generation, position) never repeats: `position` is the record's place or number in
//   the segment, `generation` rises whenever positions are used again. One RecordCipher enforces that they
//   rise; across restarts the caller must.
// - Positions are used again after a failed write and after a crash, whose torn end is overwritten, while an
//   attacker or the device may still have what stood there. So a writer that goes on in a segment after
//   either takes a higher generation than any before (also than any of which only lost bytes knew), or it
//   begins a new segment.
// - A reused slot, and a segment whose salt is not known to be new, takes a new random salt and so a new key.
// - At most 2^32 records and 2^31 bytes a record per key (seal() refuses more): in practice a segment's size
//   bounds both far lower, and GCM's own bound (2^36 - 32 bytes a record) is out of reach.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "flume/files.h"
#include "flume/result.h"

struct evp_cipher_ctx_st;

namespace flume::crypto {

struct RecordNonce {
  std::uint32_t generation = 0;
  std::uint64_t position = 0;
  friend auto operator<=>(const RecordNonce&, const RecordNonce&) noexcept = default;
};

class RecordCipher {
 public:
  static constexpr std::size_t kTagBytes = 16;
  static constexpr std::uint64_t kMostRecords = 1ULL << 32U;
  static constexpr std::size_t kLongestRecord = 1ULL << 31U;
  static constexpr std::size_t kLongestAssociated = 1U << 20U;

  /// `key` has 16, 24 or 32 bytes (else InvalidConfig). It is copied, and wiped with the object.
  [[nodiscard]] static Result<RecordCipher> make(ByteView key);

  [[nodiscard]] static constexpr std::size_t sealed_size(std::size_t plain) noexcept { return plain + kTagBytes; }

  /// Fills `out` with the pieces, one after the other, encrypted, and the tag behind them. `out` has sealed_size() of the
  /// pieces' sum. A piece may be the very bytes of `out` that it goes to; otherwise they do not overlap.
  /// `associated` is not encrypted and not in `out`; the same is needed to open. Fails with Fatal if `nonce` does not rise
  /// or a bound is passed; then nothing was sealed.
  [[nodiscard]] Status seal(RecordNonce nonce, ByteView associated, std::span<const ByteView> pieces, std::span<std::byte> out);
  [[nodiscard]] Status seal(RecordNonce nonce, ByteView associated, ByteView plain, std::span<std::byte> out) {
    return seal(nonce, associated, std::span(&plain, 1), out);
  }

  /// Fills `out` (sealed.size() - kTagBytes) with the record; it may be the begin of `sealed` itself. Corrupt if it is not
  /// what was sealed with this key, nonce and associated data; then `out` is zeros, never unproven bytes.
  [[nodiscard]] Status open(RecordNonce nonce, ByteView associated, ByteView sealed, std::span<std::byte> out);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const noexcept;
  };
  using Context = std::unique_ptr<evp_cipher_ctx_st, FreeContext>;

  RecordCipher(Context sealing, Context opening) noexcept : sealing_(std::move(sealing)), opening_(std::move(opening)) {}

  Context sealing_;
  Context opening_;
  std::optional<RecordNonce> last_sealed_;
  std::uint64_t sealed_ = 0;
};

}  // namespace flume::crypto
