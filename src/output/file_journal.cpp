#include "output/file_journal.h"

#include <charconv>

namespace flume::output {
namespace {

constexpr std::string_view kVersion = "1";

void add_field(std::string& line, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  line.push_back(' ');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == '%' || byte == 0x7F) {
      line.push_back('%');
      line.push_back(kDigits[byte >> 4U]);
      line.push_back(kDigits[byte & 15U]);
    } else {
      line.push_back(c);
    }
  }
}

std::optional<std::string> decode_field(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
    if (error != std::errc() || end != text.data() + i + 3) return std::nullopt;
    out.push_back(static_cast<char>(value));
    i += 2;
  }
  return out;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t blank = line.find(' ');
    fields.push_back(line.substr(0, blank));
    if (blank == std::string_view::npos) return fields;
    line.remove_prefix(blank + 1);
  }
}

template <typename Number>
bool read_number(std::string_view text, Number& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

Status unreadable(std::string_view key, std::string_view value) {
  return fatal("state of an unfinished file, " + std::string(key) + " = '" + std::string(value.substr(0, 200)) +
               "', cannot be read by this version; it is left as it is: use the version that wrote it, or remove it with `flume-ng channel "
               "bookmarks`");
}

bool decode_names(const std::vector<std::string_view>& fields, JournalRecord& record) {
  if (fields.size() != 5 && fields.size() != 7) return false;  // 5: as this program wrote it first
  const auto folder = decode_field(fields[1]);
  const auto in_use = decode_field(fields[2]);
  const auto final_name = decode_field(fields[3]);
  const auto structure = decode_field(fields[4]);
  if (!folder || !in_use || !final_name || !structure || folder->empty() || in_use->empty() || final_name->empty()) return false;
  record.names = {*folder, *in_use, *final_name};
  record.structure = *structure;
  if (fields.size() == 5) return true;
  const auto mark = decode_field(fields[5]);
  const auto identity = decode_field(fields[6]);
  if (!mark || !identity) return false;
  record.origin = {*mark, *identity};
  return true;
}

bool decode_stage(const std::vector<std::string_view>& fields, JournalRecord& record) {
  if (fields.size() == 2 && fields[1] == "I") return true;
  if (fields.size() != 6 || (fields[1] != "O" && fields[1] != "S")) return false;
  record.stage = fields[1] == "O" ? FileStage::Open : FileStage::Sealed;
  const auto state = decode_field(fields[5]);
  if (!state || !read_number(fields[2], record.mark.length) || !read_number(fields[3], record.mark.events)) return false;
  if (fields[4] != "-") {
    std::uint32_t crc = 0;
    if (!read_number(fields[4], crc, 16)) return false;
    record.mark.crc = crc;
  }
  record.mark.format_state = *state;
  return true;
}

}  // namespace

std::string names_key(std::uint64_t id) { return "p" + std::to_string(id); }
std::string stage_key(std::uint64_t id) { return "s" + std::to_string(id); }

std::string encode_names(const FileNames& names, std::string_view structure, const FileOrigin& origin) {
  std::string line(kVersion);
  for (const std::string_view field : {std::string_view(names.folder), std::string_view(names.in_use), std::string_view(names.final_name),
                                       structure, std::string_view(origin.mark), std::string_view(origin.identity)})
    add_field(line, field);
  return line;
}

std::string encode_stage(FileStage stage, const FileMark& mark) {
  std::string line(kVersion);
  if (stage == FileStage::Intent) return line + " I";
  line += stage == FileStage::Open ? " O " : " S ";
  line += std::to_string(mark.length) + " " + std::to_string(mark.events) + " ";
  if (mark.crc) {
    char digits[8];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, *mark.crc, 16);
    line.append(digits, end);
  } else {
    line += "-";
  }
  add_field(line, mark.format_state);
  return line;
}

Result<std::map<std::uint64_t, JournalRecord>> decode_journal(const Bookmark& values) {
  struct Halves {
    bool has_names = false;
    bool has_stage = false;
  };
  std::map<std::uint64_t, JournalRecord> records;
  std::map<std::uint64_t, Halves> halves;
  for (const auto& [key, value] : values) {
    std::uint64_t id = 0;
    // Only as it is written: "s05" would never be erased with file 5.
    if (key.size() < 2 || !read_number(std::string_view(key).substr(1), id) || (key != names_key(id) && key != stage_key(id)))
      return unreadable(key, value);
    const std::vector<std::string_view> fields = fields_of(value);
    if (fields[0] != kVersion) return unreadable(key, value);
    JournalRecord& record = records[id];
    if (key[0] == 'p' ? !decode_names(fields, record) : !decode_stage(fields, record)) return unreadable(key, value);
    (key[0] == 'p' ? halves[id].has_names : halves[id].has_stage) = true;
  }
  for (const auto& [id, half] : halves) {
    if (!half.has_names) return unreadable(stage_key(id), values.find(stage_key(id))->second);
  }
  return records;
}

}  // namespace flume::output
