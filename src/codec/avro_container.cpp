#include "codec/avro_container.h"

#include <charconv>
#include <cstring>
#include <limits>

#include "flume/avro.h"

namespace flume::codec {
namespace {

constexpr std::string_view kMagic("Obj\x01", 4);
/// Memory that an idle file may keep for its next block: there may be thousands of files.
constexpr std::size_t kKeptBytes = 64 * 1024;
constexpr std::size_t kMostMetadata = 1000;  // entries

void put_long(std::string& out, std::uint64_t value) {
  std::uint8_t bytes[avro::kMaxVarint];
  const std::uint8_t* end = avro::write_length(bytes, value);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
}

void put_text(std::string& out, std::string_view text) {
  put_long(out, text.size());
  out.append(text);
}

/// Reads foreign bytes; after the first thing that does not fit, failed() and nothing more.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : begin_(reinterpret_cast<const std::uint8_t*>(bytes.data())), at_(begin_), end_(begin_ + bytes.size()) {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t position() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

  std::int64_t read_long() {
    std::int64_t value = 0;
    bool is_minimal = true;
    const std::uint8_t* next = failed_ ? nullptr : avro::read_foreign_long(at_, end_, value, is_minimal);
    if (next == nullptr) {
      failed_ = true;
      return 0;
    }
    at_ = next;
    return value;
  }
  std::string_view read_bytes(std::size_t size) {
    if (failed_ || size > static_cast<std::size_t>(end_ - at_)) {
      failed_ = true;
      return {};
    }
    const std::string_view bytes(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return bytes;
  }
  std::string_view read_text() {
    const std::int64_t size = read_long();
    if (size < 0) failed_ = true;
    return read_bytes(static_cast<std::size_t>(size));
  }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool failed_ = false;
};

}  // namespace

AvroContainerWriter::AvroContainerWriter(BlockCodec codec, std::uint64_t sync_interval) : codec_(codec), sync_interval_(sync_interval) {}

void AvroContainerWriter::begin(std::string_view schema, const AvroMarker& marker, std::string& out) {
  resume(marker);
  out.append(kMagic);
  put_long(out, 2);
  put_text(out, "avro.schema");
  put_text(out, schema);
  put_text(out, "avro.codec");
  put_text(out, to_string(codec_));
  put_long(out, 0);
  out.append(marker.data(), marker.size());
}

void AvroContainerWriter::resume(const AvroMarker& marker) {
  marker_ = marker;
  block_.clear();
  records_ = 0;
}

void AvroContainerWriter::end_block(std::string& out) {
  if (records_ == 0) return;
  put_long(out, records_);
  if (codec_ == BlockCodec::Null) {
    put_text(out, block_);
  } else {
    if (compressor_ == nullptr) compressor_ = make_block_compressor(codec_);
    std::string compressed;
    compressor_->compress(block_, compressed);
    put_text(out, compressed);
  }
  out.append(marker_.data(), marker_.size());
  block_.clear();
  if (block_.capacity() > kKeptBytes) std::string().swap(block_);
  records_ = 0;
}

Result<AvroHeader> read_avro_header(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return corrupt("not an Avro container file");
  Reader in(bytes.substr(0, kLongestAvroHeader));
  AvroHeader header;
  in.read_bytes(kMagic.size());
  for (std::int64_t count = in.read_long(); count != 0 && !in.failed(); count = in.read_long()) {
    if (count == std::numeric_limits<std::int64_t>::min()) return corrupt("the metadata of an Avro container file are damaged");
    if (count < 0) in.read_long();  // the block's length in bytes follows
    for (std::int64_t left = count < 0 ? -count : count; left != 0 && !in.failed(); --left) {
      const std::string_view key = in.read_text();
      header.metadata.insert_or_assign(std::string(key), std::string(in.read_text()));
      if (header.metadata.size() > kMostMetadata) return corrupt("an Avro container file with too many metadata");
    }
  }
  const std::string_view marker = in.read_bytes(kAvroMarkerBytes);
  if (in.failed()) return corrupt("the header of an Avro container file is damaged or cut short");
  std::memcpy(header.marker.data(), marker.data(), marker.size());
  header.size = in.position();
  return header;
}

std::optional<AvroBlockHead> read_avro_block_head(std::string_view bytes) {
  Reader in(bytes);
  const std::int64_t records = in.read_long();
  const std::int64_t size = in.read_long();
  if (in.failed() || records <= 0 || size < 0) return std::nullopt;
  return AvroBlockHead{static_cast<std::uint64_t>(records), static_cast<std::uint64_t>(size), in.position()};
}

std::string to_text(const AvroMarker& marker) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : marker) {
    const auto bits = static_cast<unsigned char>(byte);
    text.push_back(kDigits[bits >> 4U]);
    text.push_back(kDigits[bits & 15U]);
  }
  return text;
}

Result<AvroMarker> avro_marker_from(std::string_view text) {
  AvroMarker marker{};
  bool is_marker = text.size() == 2 * marker.size();
  for (std::size_t i = 0; is_marker && i < marker.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
    is_marker = error == std::errc() && end == digits + 2;
    marker[i] = static_cast<char>(value);
  }
  if (!is_marker) return corrupt("'" + std::string(text.substr(0, 64)) + "' is no sync marker of an Avro container file");
  return marker;
}

}  // namespace flume::codec
