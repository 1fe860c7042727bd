#include "output/file_format.h"

#include <algorithm>
#include <vector>

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

Result<std::uint64_t> last_sequence_record(InputFile& file, std::uint64_t limit, Deadline deadline) {
  SequenceFileReader reader([&](std::uint64_t offset, std::span<std::byte> into) -> Result<std::size_t> {
    if (offset >= limit) return std::size_t{0};
    return file.read_at(offset, into.first(std::min<std::uint64_t>(into.size(), limit - offset)), deadline);
  });
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

}  // namespace

Result<std::uint64_t> find_last_whole_record(std::string_view structure, InputFile& file, std::uint64_t limit, Deadline deadline) {
  limit = std::min(limit, file.length());
  if (structure == kLines) return last_newline(file, limit, deadline);
  if (structure == kStream) return limit;
  if (structure == kSequence) return last_sequence_record(file, limit, deadline);
  return corrupt("the record structure '" + std::string(structure) + "' is none that this version knows");
}

}  // namespace flume::output
