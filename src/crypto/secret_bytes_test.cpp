// That secrets are gone from memory before it is given back: operator delete[] looks.
#include "crypto/secret_bytes.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include <gtest/gtest.h>

namespace {

constexpr std::size_t kSecretSize = 48;
const void* watched = nullptr;
bool was_wiped = false;

void give_back(void* memory) {
  if (memory != nullptr && memory == watched) {
    const auto* bytes = static_cast<const unsigned char*>(memory);
    was_wiped = std::all_of(bytes, bytes + kSecretSize, [](unsigned char byte) { return byte == 0; });
    watched = nullptr;
  }
  std::free(memory);
}

}  // namespace

void* operator new[](std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

namespace flume::crypto {
namespace {

SecretBytes watched_secret() {
  SecretBytes secret(kSecretSize);
  std::ranges::fill(secret.bytes(), std::byte{0xA5});
  watched = secret.view().data();
  was_wiped = false;
  return secret;
}

TEST(SecretBytes, are_wiped_when_freed) {
  {
    const SecretBytes secret = watched_secret();
  }
  EXPECT_TRUE(was_wiped);
}

TEST(SecretBytes, are_wiped_when_replaced) {
  SecretBytes secret = watched_secret();
  secret = SecretBytes::copy_of("next");
  EXPECT_TRUE(was_wiped);
  EXPECT_EQ(secret.text(), "next");
}

TEST(SecretBytes, are_wiped_whole_after_being_shortened) {
  {
    SecretBytes secret = watched_secret();
    const std::byte* memory = secret.view().data();
    secret.shorten(3);
    EXPECT_EQ(secret.size(), 3U);
    EXPECT_TRUE(std::all_of(memory + 3, memory + kSecretSize, [](std::byte byte) { return byte == std::byte{0}; }));
  }
  EXPECT_TRUE(was_wiped);
}

TEST(SecretBytes, move_without_a_copy) {
  SecretBytes secret = watched_secret();
  const std::byte* memory = secret.view().data();
  const SecretBytes moved = std::move(secret);
  EXPECT_EQ(moved.view().data(), memory);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): what is left is what is tested
}

TEST(SecretBytes, are_equal_only_as_a_whole) {
  EXPECT_TRUE(same_secret(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(same_secret(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(same_secret(as_bytes("abc"), as_bytes("ab")));
  EXPECT_TRUE(same_secret({}, {}));
}

}  // namespace
}  // namespace flume::crypto
