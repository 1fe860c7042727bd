#include "cli/fs_text.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "output/sequence_file_reader.h"

namespace flume::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

Status unsupported(std::string what) {
  return {ErrorKind::Rejected, std::move(what) + " in this version; -cat prints it as it is", Cause::Unsupported};
}

/// Why the file cannot be shown, by its first bytes and its name.
Status refusal(std::string_view head, std::string_view name) {
  if (head.starts_with("\x1f\x8b")) return unsupported("gzip is not decompressed");
  if (head.starts_with("Obj\x01")) return unsupported("an Avro file is not decoded");
  for (const std::string_view ending : {".gz", ".bz2", ".deflate", ".lz4", ".snappy", ".zst"}) {
    if (name.ends_with(ending)) return unsupported(std::string(ending) + " is not decompressed");
  }
  return {};
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i != 0) out += ' ';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
}

Status print_records(output::SequenceFileReader& reader, const PrintBytes& print) {
  FLUME_TRY(reader.open());
  if (reader.key_class() != "org.apache.hadoop.io.LongWritable")
    return unsupported("keys of class " + reader.key_class() + " are not shown");
  const bool is_binary = reader.value_class() == "org.apache.hadoop.io.BytesWritable";
  if (!is_binary && reader.value_class() != "org.apache.hadoop.io.Text")
    return unsupported("values of class " + reader.value_class() + " are not shown");
  std::string lines;
  const auto print_lines = [&]() -> Status {
    Status printed = print(lines);
    lines.clear();
    return printed;
  };
  for (;;) {
    const auto has_record = reader.next();
    if (!has_record || !*has_record) {
      FLUME_TRY(print_lines());
      return has_record.status();
    }
    const auto key = reader.long_key();
    if (!key) return key.status();
    const auto body = reader.body();
    if (!body) return body.status();
    lines += std::to_string(*key) + '\t';
    if (is_binary) {
      append_hex(lines, *body);
    } else {
      lines += *body;
    }
    lines += '\n';
    if (lines.size() >= kPieceBytes) FLUME_TRY(print_lines());
  }
}

}  // namespace

Status print_bytes(output::InputFile& file, const CallDeadline& deadline, const PrintBytes& print) {
  std::vector<std::byte> buffer(kPieceBytes);
  for (std::uint64_t at = 0;;) {
    auto got = file.read_at(at, buffer, deadline());
    if (!got) return std::move(got).status();
    if (*got == 0) return {};
    FLUME_TRY(print(as_text({buffer.data(), *got})));
    at += *got;
  }
}

Status print_text(output::InputFile& file, std::string_view name, const CallDeadline& deadline, const PrintBytes& print) {
  std::array<std::byte, 4> bytes{};
  const auto got = file.read_at(0, bytes, deadline());
  if (!got) return got.status();
  const std::string_view head = as_text({bytes.data(), *got});
  if (head.starts_with("SEQ")) {
    output::SequenceFileReader reader(
        [&](std::uint64_t offset, std::span<std::byte> into) { return file.read_at(offset, into, deadline()); });
    return print_records(reader, print);
  }
  FLUME_TRY(refusal(head, name));
  return print_bytes(file, deadline, print);
}

}  // namespace flume::cli
