// Key material and passwords in memory: the bytes are wiped before the memory is given back, also when a
// buffer is replaced or shortened. Never printed, never compared byte by byte (same_secret()).
// Owned by value; move-only, so that no copy is made by accident. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "flume/files.h"

namespace flume::crypto {

class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size);
  [[nodiscard]] static SecretBytes copy_of(ByteView bytes);
  [[nodiscard]] static SecretBytes copy_of(std::string_view text) { return copy_of(as_bytes(text)); }

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(); }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] ByteView view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] std::string_view text() const noexcept { return as_text(view()); }
  [[nodiscard]] std::span<std::byte> bytes() noexcept { return {data_.get(), size_}; }
  /// Keeps the first `size` bytes and wipes the others. Precondition: size <= size().
  void shorten(std::size_t size) noexcept;

 private:
  void wipe() noexcept;

  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
  std::size_t allocated_ = 0;
};

/// Takes the same time wherever the first difference is.
[[nodiscard]] bool same_secret(ByteView a, ByteView b) noexcept;

/// Wipes memory that is not a SecretBytes; the compiler cannot leave it out.
void wipe(std::span<std::byte> bytes) noexcept;

}  // namespace flume::crypto
