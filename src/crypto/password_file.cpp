#include "crypto/password_file.h"

#include <algorithm>

#include "text/utf8.h"

namespace flume::crypto {
namespace {

constexpr std::size_t kLongestFile = 64U << 10U;

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<SecretBytes> read_password_file(Files& files, const std::string& path) {
  auto file = files.open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  SecretBytes content(kLongestFile + 1);
  std::size_t size = 0;
  for (;;) {
    const auto got = (*file)->read_at(size, content.bytes().subspan(size));
    if (!got) return got.status();
    size += *got;
    if (*got == 0) break;
    if (size > kLongestFile) return invalid_config(path + ": a password file of more than " + std::to_string(kLongestFile) + " bytes");
  }
  content.shorten(size);
  const std::string_view password = trimmed(content.text());
  if (is_valid_utf8(password)) return SecretBytes::copy_of(password);
  std::string repaired;
  repaired.reserve(3 * password.size());  // the longest it can get: never moved, so wiped whole
  append_valid_utf8(password, Utf8End::Replace, repaired);
  SecretBytes copy = SecretBytes::copy_of(repaired);
  wipe(std::as_writable_bytes(std::span(repaired)));
  return copy;
}

}  // namespace flume::crypto
