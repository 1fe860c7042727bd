#include "output/file_format.h"

#include <algorithm>
#include <vector>

#include "codec/avro_container.h"
#include "output/sequence_file_reader.h"

namespace flume::output {
namespace {

Result<std::uint64_t> last_newline(InputFile& file, std::uint64_t limit, Deadline deadline) {
  std::vector<std::byte> buffer(64 * 1024);
  for (std::uint64_t end = limit; end != 0;) {
    const std::uint64_t begin = end - std::min<std::uint64_t>(end, buffer.size());
    auto got = file.read_at(begin, std::span(buffer).first(end - begin), deadline);
    if (!got) return std::move(got).status();
    const std::size_t newline = as_text({buffer.data(), *got}).rfind('\n');
    if (newline != std::string_view::npos) return begin + newline + 1;
    end = begin;
  }
  return std::uint64_t{0};
}

SequenceFileReader::ReadAt reader_of(InputFile& file, std::uint64_t limit, Deadline deadline) {
  return [&file, limit, deadline](std::uint64_t offset, std::span<std::byte> into) -> Result<std::size_t> {
    if (offset >= limit) return std::size_t{0};
    return file.read_at(offset, into.first(std::min<std::uint64_t>(into.size(), limit - offset)), deadline);
  };
}

Result<std::uint64_t> last_sequence_record(InputFile& file, std::uint64_t limit, Deadline deadline) {
  SequenceFileReader reader(reader_of(file, limit, deadline));
  if (Status opened = reader.open(); !opened.ok()) {
    if (opened.kind() == ErrorKind::Corrupt) return std::uint64_t{0};
    return opened;
  }
  std::uint64_t end = 0;
  for (;;) {
    auto has_record = reader.next();
    if (!has_record && has_record.status().kind() != ErrorKind::Corrupt) return std::move(has_record).status();
    if (!has_record || !*has_record) return end;
    end = reader.record_end();
  }
}

/// What there is of `buffer.size()` bytes at `offset` below `limit`.
Result<std::string_view> read_up_to(InputFile& file, std::uint64_t offset, std::uint64_t limit, std::vector<std::byte>& buffer,
                                    Deadline deadline) {
  const std::uint64_t size = std::min<std::uint64_t>(buffer.size(), limit - offset);
  auto got = file.read_at(offset, std::span(buffer).first(size), deadline);
  if (!got) return std::move(got).status();
  return as_text({buffer.data(), *got});
}

/// Behind the last block that has its marker. Nothing is decompressed: whoever asks has compared checksums, or cannot.
Result<std::uint64_t> last_avro_block(InputFile& file, std::uint64_t limit, Deadline deadline) {
  std::vector<std::byte> buffer;
  Result<codec::AvroHeader> header = corrupt("not read yet");
  for (std::size_t size = 16 * 1024; !header; size *= 4) {
    buffer.resize(std::min<std::uint64_t>(size, limit));
    auto bytes = read_up_to(file, 0, limit, buffer, deadline);
    if (!bytes) return std::move(bytes).status();
    header = codec::read_avro_header(*bytes);
    if (!header && (bytes->size() == limit || size >= codec::kLongestAvroHeader)) return std::uint64_t{0};
  }
  const std::string_view marker(header->marker.data(), header->marker.size());
  std::uint64_t end = 0;
  std::uint64_t at = header->size;
  buffer.resize(codec::kAvroMarkerBytes + codec::kLongestAvroBlockHead);
  // One read for the marker of a block and the head of the next.
  auto bytes = read_up_to(file, at, limit, buffer, deadline);
  for (;;) {
    if (!bytes) return std::move(bytes).status();
    const auto head = codec::read_avro_block_head(*bytes);
    if (!head || head->bytes > limit - at) return end;
    at += head->size + head->bytes;
    if (at > limit) return end;
    bytes = read_up_to(file, at, limit, buffer, deadline);
    if (!bytes) return std::move(bytes).status();
    if (!bytes->starts_with(marker)) return end;
    at += marker.size();
    end = at;
    bytes = bytes->substr(marker.size());
  }
}

/// Text has no NUL; compressed streams that could be taken for text begin in a way of their own.
bool is_text(std::string_view head) {
  for (const std::string_view magic : {std::string_view("\x1f\x8b"), std::string_view("BZh"), std::string_view("Obj\x01"),
                                       std::string_view("\x28\xb5\x2f\xfd"), std::string_view("\xff\x06")}) {
    if (head.starts_with(magic)) return false;
  }
  const bool is_deflated = head.size() > 1 && head[0] == 'x' && (0x7800U + static_cast<unsigned char>(head[1])) % 31 == 0;
  return !is_deflated && head.find('\0') == std::string_view::npos;
}

Result<std::string_view> structure_of(InputFile& file, std::uint64_t limit, Deadline deadline) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(limit, 4096));
  auto got = file.read_at(0, buffer, deadline);
  if (!got) return std::move(got).status();
  const std::string_view head = as_text({buffer.data(), *got});
  if (head.starts_with("SEQ")) {
    const Status opened = SequenceFileReader(reader_of(file, limit, deadline)).open();
    if (opened.ok()) return kSequence;
    if (opened.kind() != ErrorKind::Corrupt) return opened;
    return kStream;  // compressed, of another version, or it ends in its header
  }
  return is_text(head) ? kLines : kStream;
}

}  // namespace

Result<std::uint64_t> find_last_whole_record(std::string_view structure, InputFile& file, std::uint64_t limit, Deadline deadline) {
  limit = std::min(limit, file.length());
  if (structure == kLines) return last_newline(file, limit, deadline);
  if (structure == kStream) return limit;
  if (structure == kSequence) return last_sequence_record(file, limit, deadline);
  if (structure == kAvro) return last_avro_block(file, limit, deadline);
  if (structure == kByBytes) {
    const auto told = structure_of(file, limit, deadline);
    if (!told) return told.status();
    auto end = find_last_whole_record(*told, file, limit, deadline);
    // One line without an end: more likely no lines at all.
    return *told == kLines && end && *end == 0 ? limit : std::move(end);
  }
  return corrupt("the record structure '" + std::string(structure) + "' is none that this version knows");
}

}  // namespace flume::output
