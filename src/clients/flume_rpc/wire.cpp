#include "clients/flume_rpc/wire.h"

#include "flume/avro.h"

namespace flume::rpc {

void put_long(std::string& out, std::int64_t value) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}

void put_bytes(std::string& out, std::string_view bytes) {
  put_long(out, static_cast<std::int64_t>(bytes.size()));
  out += bytes;
}

void put_metadata(std::string& out, const Metadata& metadata) {
  if (!metadata.empty()) put_long(out, static_cast<std::int64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    put_bytes(out, key);
    put_bytes(out, value);
  }
  put_long(out, 0);
}

bool WireReader::is_short(std::size_t needed) {
  if (!has_failed_) needed_ = needed;
  has_failed_ = true;
  return false;
}

bool WireReader::refuse(std::string_view what) {
  if (!has_failed_) wrong_ = what;
  has_failed_ = true;
  return false;
}

Status WireReader::problem() const {
  if (needed_ != 0) return breach("it ends too early, at byte " + std::to_string(bytes_.size()));
  return breach(std::string(wrong_) + ", at byte " + std::to_string(at_));
}

bool WireReader::read_long(std::int64_t& value) {
  if (has_failed_) return false;
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes_.data());
  bool minimal = true;
  const std::uint8_t* next = avro::read_foreign_long(begin + at_, begin + bytes_.size(), value, minimal);
  if (next == nullptr) {
    return bytes_.size() - at_ < avro::kMaxVarint ? is_short(bytes_.size() + 1) : refuse("a number of more than 64 bits");
  }
  at_ = static_cast<std::size_t>(next - begin);
  return true;
}

bool WireReader::read_fixed(std::size_t size, std::string_view& bytes) {
  if (has_failed_) return false;
  if (size > bytes_.size() - at_) return is_short(at_ + size);
  bytes = bytes_.substr(at_, size);
  at_ += size;
  return true;
}

bool WireReader::read_bytes(std::string_view& bytes) {
  std::int64_t size = 0;
  if (!read_long(size)) return false;
  if (size < 0) return refuse("a negative length");
  if (static_cast<std::uint64_t>(size) > kLongestHead) return refuse("a length above the bound");
  return read_fixed(static_cast<std::size_t>(size), bytes);
}

bool WireReader::read_metadata(Metadata& metadata) {
  std::size_t entries = 0;
  for (;;) {
    std::int64_t count = 0;
    if (!read_long(count)) return false;
    if (count == 0) return true;
    if (count < 0) {  // a block with its size in bytes, which we need not believe
      std::int64_t block_bytes = 0;
      if (!read_long(block_bytes)) return false;
      if (count == INT64_MIN || block_bytes < 0) return refuse("a map's block of no possible size");
      count = -count;
    }
    if (static_cast<std::uint64_t>(count) > kMostMetadata - entries) return refuse("too many entries of metadata");
    entries += static_cast<std::size_t>(count);
    for (; count != 0; --count) {
      std::string_view key;
      std::string_view value;
      if (!read_bytes(key) || !read_bytes(value)) return false;
      metadata.insert_or_assign(std::string(key), std::string(value));
    }
  }
}

Status breach(std::string_view what) { return retryable("no Avro RPC of Flume: " + std::string(what), Cause::Unsupported); }

}  // namespace flume::rpc
