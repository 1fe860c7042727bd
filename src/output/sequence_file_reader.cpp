#include "output/sequence_file_reader.h"

#include <algorithm>
#include <cstring>

namespace flume::output {
namespace {

constexpr std::size_t kStep = 64 * 1024;
constexpr std::size_t kMarkerBytes = 16;
constexpr std::uint32_t kLongestName = 4096;
constexpr std::uint32_t kMostMetadata = 1024;
constexpr std::uint32_t kSyncEscape = 0xFFFFFFFF;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

/// Bytes that a vint of this first byte takes; 0 when it would be negative.
std::size_t vint_size(char first_byte) {
  const auto first = static_cast<signed char>(first_byte);
  if (first >= 0) return 1;
  if (first > -113 || first < -120) return 0;
  return static_cast<std::size_t>(-111 - first);
}

std::uint64_t vint_value(std::string_view bytes) {
  return bytes.size() == 1 ? static_cast<unsigned char>(bytes[0]) : big_endian(bytes.substr(1));
}

}  // namespace

SequenceFileReader::SequenceFileReader(std::string_view bytes)
    : read_at_([bytes](std::uint64_t offset, std::span<std::byte> into) -> Result<std::size_t> {
        if (offset >= bytes.size()) return std::size_t{0};
        const std::string_view part = bytes.substr(offset, into.size());
        std::memcpy(into.data(), part.data(), part.size());
        return part.size();
      }) {}

Result<bool> SequenceFileReader::load(std::size_t size) {
  const std::uint64_t have_until = buffer_start_ + buffer_.size();
  if (at_ + size <= have_until) return true;
  buffer_.erase(0, at_ - buffer_start_);
  buffer_start_ = at_;
  // In steps, so that a length that is a lie costs no more memory than the file has bytes.
  while (buffer_.size() < size) {
    const std::size_t old_size = buffer_.size();
    buffer_.resize(old_size + kStep);
    auto got = read_at_(buffer_start_ + old_size, std::as_writable_bytes(std::span(buffer_).subspan(old_size)));
    if (!got) return std::move(got).status();
    buffer_.resize(old_size + *got);
    if (*got == 0) return false;
  }
  return true;
}

Status SequenceFileReader::read_int(std::uint32_t& value) {
  auto has = load(4);
  if (!has) return std::move(has).status();
  if (!*has) return corrupt("the file ends at byte " + std::to_string(buffer_start_ + buffer_.size()) + ", inside a number");
  value = static_cast<std::uint32_t>(big_endian(loaded(4)));
  at_ += 4;
  return {};
}

Status SequenceFileReader::read_text(std::string& text) {
  const auto cut = [&] { return corrupt("no text at byte " + std::to_string(at_) + " of the header"); };
  auto has = load(1);
  if (!has) return std::move(has).status();
  if (!*has) return cut();
  const std::size_t head = vint_size(loaded(1)[0]);
  if (head == 0 || head > 5) return cut();
  has = load(head);
  if (!has) return std::move(has).status();
  if (!*has) return cut();
  const std::uint64_t length = vint_value(loaded(head));
  if (length > kLongestName) return cut();
  has = load(head + length);
  if (!has) return std::move(has).status();
  if (!*has) return cut();
  text = loaded(head + length).substr(head);
  at_ += head + length;
  return {};
}

Status SequenceFileReader::open() {
  const auto no_file = [](std::string_view why) { return corrupt("no SequenceFile that can be read: " + std::string(why)); };
  auto has = load(4);
  if (!has) return std::move(has).status();
  if (!*has || loaded(3) != "SEQ") return no_file("it does not begin with SEQ");
  if (loaded(4)[3] != 6) return no_file("version " + std::to_string(static_cast<unsigned char>(loaded(4)[3])) + " is not 6");
  at_ += 4;
  FLUME_TRY(read_text(key_class_));
  FLUME_TRY(read_text(value_class_));
  has = load(2);
  if (!has) return std::move(has).status();
  if (!*has) return no_file("its header is cut");
  if (loaded(2) != std::string_view("\0\0", 2)) return no_file("it is compressed");
  at_ += 2;
  std::uint32_t pairs = 0;
  FLUME_TRY(read_int(pairs));
  if (pairs > kMostMetadata) return no_file(std::to_string(pairs) + " pairs of metadata");
  std::string text;
  for (std::uint32_t i = 0; i < 2 * pairs; ++i) FLUME_TRY(read_text(text));
  has = load(kMarkerBytes);
  if (!has) return std::move(has).status();
  if (!*has) return no_file("its header is cut");
  marker_ = loaded(kMarkerBytes);
  at_ += kMarkerBytes;
  record_end_ = at_;
  return {};
}

Status SequenceFileReader::skip_marker() {
  auto has = load(4 + kMarkerBytes);
  if (!has) return std::move(has).status();
  if (!*has || loaded(4 + kMarkerBytes).substr(4) != marker_) return corrupt("no sync marker of this file at byte " + std::to_string(at_));
  at_ += 4 + kMarkerBytes;
  ++markers_;
  return {};
}

Result<bool> SequenceFileReader::next() {
  for (;;) {
    auto has = load(1);
    if (!has) return std::move(has).status();
    if (!*has) return false;
    has = load(8);
    if (!has) return std::move(has).status();
    if (!*has) return corrupt("the file ends inside the record at byte " + std::to_string(at_));
    const auto length = static_cast<std::uint32_t>(big_endian(loaded(4)));
    if (length == kSyncEscape) {
      FLUME_TRY(skip_marker());
      record_end_ = at_;
      continue;
    }
    const auto key_length = static_cast<std::uint32_t>(big_endian(loaded(8).substr(4)));
    if (length > kLongestRecord || key_length > length || key_length == 0)
      return corrupt("no record at byte " + std::to_string(at_) + ": lengths " + std::to_string(length) + " and " +
                     std::to_string(key_length));
    has = load(8 + std::size_t{length});
    if (!has) return std::move(has).status();
    if (!*has) return corrupt("the file ends inside the record at byte " + std::to_string(at_));
    record_ = loaded(8 + std::size_t{length}).substr(8);
    key_length_ = key_length;
    at_ += 8 + std::uint64_t{length};
    record_end_ = at_;
    // The marker of a batch belongs to the record before it.
    has = load(4 + kMarkerBytes);
    if (!has) return std::move(has).status();
    if (*has && static_cast<std::uint32_t>(big_endian(loaded(4))) == kSyncEscape && loaded(4 + kMarkerBytes).substr(4) == marker_) {
      FLUME_TRY(skip_marker());
      record_end_ = at_;
    }
    return true;
  }
}

Result<std::int64_t> SequenceFileReader::long_key() const {
  if (key().size() != 8) return corrupt("a key of " + std::to_string(key().size()) + " bytes is no LongWritable");
  return static_cast<std::int64_t>(big_endian(key()));
}

Result<std::string_view> SequenceFileReader::body() const {
  const std::string_view bytes = value();
  if (value_class_ == "org.apache.hadoop.io.BytesWritable") {
    if (bytes.size() < 4 || big_endian(bytes.substr(0, 4)) != bytes.size() - 4) return corrupt("a BytesWritable whose length does not fit");
    return bytes.substr(4);
  }
  if (value_class_ != "org.apache.hadoop.io.Text") return corrupt("values of class '" + value_class_ + "' have no known body");
  const std::size_t head = bytes.empty() ? 0 : vint_size(bytes[0]);
  if (head == 0 || head > 5 || head > bytes.size() || vint_value(bytes.substr(0, head)) != bytes.size() - head)
    return corrupt("a Text whose length does not fit");
  return bytes.substr(head);
}

}  // namespace flume::output
