#include "storage/segment.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/crc32c.h"

namespace flume::storage {
namespace {

constexpr std::uint64_t kReadAhead = std::uint64_t{256} << 10;

std::optional<RecordHead> head_in(std::string_view bytes, std::uint64_t salt) {
  if (bytes.size() < kRecordHeadBytes) return std::nullopt;
  return RecordHead::decode(as_bytes(bytes).first<kRecordHeadBytes>(), salt);
}

}  // namespace

Result<std::string_view> RecordReader::bytes(std::uint64_t offset, std::uint64_t count) {
  if (offset >= limit_) return std::string_view();
  count = std::min(count, limit_ - offset);
  if (count > kReadAhead) {  // not more memory than there is file, whatever a head says
    const auto size = file_.size();
    if (!size) return size.status();
    count = std::min(count, *size - std::min(*size, offset));
  }
  const bool is_there = offset >= buffer_at_ && offset + count <= buffer_at_ + buffer_bytes_;
  if (!is_there) FLUME_TRY(fill(offset, std::min(std::max(count, kReadAhead), limit_ - offset)));
  const std::uint64_t skip = std::min<std::uint64_t>(offset - buffer_at_, buffer_bytes_);
  return std::string_view(buffer_.get() + skip, std::min(count, buffer_bytes_ - skip));
}

Status RecordReader::fill(std::uint64_t offset, std::uint64_t count) {
  // A record's begin is often there already.
  const bool is_begun = offset >= buffer_at_ && offset < buffer_at_ + buffer_bytes_;
  const std::uint64_t kept = is_begun ? buffer_at_ + buffer_bytes_ - offset : 0;
  const char* const from = buffer_.get() + (is_begun ? offset - buffer_at_ : 0);
  std::unique_ptr<char[]> larger;
  if (count > buffer_capacity_) {
    larger = std::make_unique_for_overwrite<char[]>(count);
    buffer_capacity_ = count;
  }
  if (kept != 0) std::memmove(larger ? larger.get() : buffer_.get(), from, kept);
  if (larger) buffer_ = std::move(larger);
  buffer_at_ = offset;
  buffer_bytes_ = kept;
  const auto got = file_.read_at(offset + kept, std::as_writable_bytes(std::span(buffer_.get() + kept, count - kept)));
  if (!got) return got.status();
  buffer_bytes_ += *got;
  return {};
}

Result<std::optional<FoundRecord>> RecordReader::next_head() {
  const auto head_bytes = bytes(at_, kRecordHeadBytes);
  if (!head_bytes) return head_bytes.status();
  const auto head = head_in(*head_bytes, salt_);
  if (!head || record_bytes(head->payload_bytes) > limit_ - at_) return std::optional<FoundRecord>();
  const FoundRecord found{*head, at_, {}};
  at_ = found.end();
  return std::optional(found);
}

Result<std::optional<FoundRecord>> RecordReader::next() {
  const std::uint64_t start = at_;
  auto found = next_head();
  if (!found || !*found) return found;
  const auto payload = bytes(start + kRecordHeadBytes, (*found)->head.payload_bytes);
  if (!payload) {
    at_ = start;
    return payload.status();
  }
  if (payload->size() != (*found)->head.payload_bytes || codec::crc32c(0, *payload) != (*found)->head.payload_crc) {
    at_ = start;
    return std::optional<FoundRecord>();
  }
  (*found)->payload = *payload;
  if (key_ == nullptr) return found;
  const auto plain = opened(**found, *payload);
  if (!plain) return plain.status();
  if (!*plain) {
    at_ = start;
    return std::optional<FoundRecord>();
  }
  (*found)->payload = **plain;
  return found;
}

Result<std::optional<std::string_view>> RecordReader::opened(const FoundRecord& found, std::string_view sealed) {
  if (!cipher_) {
    auto made = crypto::RecordCipher::make(key_->key());
    if (!made) return std::move(made).status();
    cipher_ = *std::move(made);
  }
  if (sealed.size() < crypto::RecordCipher::kTagBytes) return std::optional<std::string_view>();
  plain_.resize(sealed.size() - crypto::RecordCipher::kTagBytes);
  const Status proven = cipher_->open({found.head.attempt, found.at}, found.head.associated(), as_bytes(sealed),
                                      std::as_writable_bytes(std::span(plain_.data(), plain_.size())));
  if (!proven.ok()) return std::optional<std::string_view>();
  return std::optional(std::string_view(plain_));
}

Result<std::optional<FoundRecord>> RecordReader::find_head(std::uint64_t from) {
  for (std::uint64_t at = (from + 7) & ~std::uint64_t{7}; at + kRecordHeadBytes <= limit_; at += 8) {
    const auto window = bytes(at, kRecordHeadBytes);
    if (!window) return window.status();
    if (window->size() < kRecordHeadBytes) break;
    const auto head = head_in(*window, salt_);
    if (!head) continue;
    at_ = at;
    return std::optional(FoundRecord{*head, at, {}});
  }
  return std::optional<FoundRecord>();
}

Result<std::optional<SegmentHead>> read_segment_head(File& file) {
  for (const std::uint64_t at : {std::uint64_t{0}, kSecondHead}) {
    std::array<std::byte, kHeadBytes> bytes{};
    const auto got = file.read_at(at, bytes);
    if (!got) return got.status();
    if (*got < kHeadBytes) continue;
    if (auto head = SegmentHead::decode(bytes)) return std::optional(std::move(head));
  }
  return std::optional<SegmentHead>();
}

}  // namespace flume::storage
