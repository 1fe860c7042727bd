#include "output/state_file_journal.h"

#include <charconv>

#include "codec/crc32c.h"

namespace flume::output {
namespace {

constexpr std::string_view kVersion = "1";

void add_line(std::string& out, std::string_view key, std::optional<std::string_view> value) {
  std::string rest(key);
  if (value) rest.append(" ").append(*value);
  char digits[8];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, codec::crc32c(0, rest), 16);
  out.append(kVersion).append(" ").append(digits, end).append(" ").append(rest).append("\n");
}

/// Applies one line; false when it is damaged.
Result<bool> apply(std::string_view line, const std::string& path, Bookmark& values) {
  const std::size_t blank = line.find(' ');
  const std::size_t second = blank == std::string_view::npos ? blank : line.find(' ', blank + 1);
  if (second == std::string_view::npos) return false;
  std::uint32_t crc = 0;
  const std::string_view digits = line.substr(blank + 1, second - blank - 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), crc, 16);
  const std::string_view rest = line.substr(second + 1);
  if (error != std::errc() || end != digits.data() + digits.size() || crc != codec::crc32c(0, rest)) return false;
  if (line.substr(0, blank) != kVersion)
    return fatal(path + ": state of version " + std::string(line.substr(0, blank)) +
                 ", which this program cannot read; it is left as it is");
  const std::size_t key_end = rest.find(' ');
  const std::string key(rest.substr(0, key_end));
  if (key_end == std::string_view::npos) {
    values.erase(key);
  } else {
    values.insert_or_assign(key, std::string(rest.substr(key_end + 1)));
  }
  return true;
}

}  // namespace

Result<Bookmark> StateFileJournal::read(Files& files, const std::string& path, const Log& log) {
  auto text = files.read_all(path, kLargestFile);
  if (!text) return std::move(text).status();
  Bookmark values;
  std::size_t damaged = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t newline = rest.find('\n');
    const std::string_view line = rest.substr(0, newline);
    rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
    auto applied = newline == std::string_view::npos ? Result<bool>(false) : apply(line, path, values);
    if (!applied) return std::move(applied).status();
    if (!*applied) ++damaged;
  }
  if (damaged != 0) log.warn("damaged lines in the list of unfinished files", {{"path", path}, {"lines", damaged}});
  return values;
}

Result<Bookmark> StateFileJournal::load(SinkContext&) {
  values_.clear();
  file_.reset();
  if (path_.empty()) return values_;
  auto values = read(files_, path_, log_);
  if (values.cause() == Cause::NotFound) return values_;
  if (!values) return values;
  values_ = *std::move(values);
  FLUME_TRY(rewrite());
  return values_;
}

Status StateFileJournal::rewrite() {
  std::string text;
  for (const auto& [key, value] : values_) add_line(text, key, value);
  file_.reset();
  FLUME_TRY(files_.replace(path_, text));
  return open();
}

Status StateFileJournal::open() {
  auto file = files_.open(path_, OpenMode::CreateOrOpen);
  if (!file && file.cause() == Cause::NotFound) {
    FLUME_TRY(files_.make_directories(parent_directory(path_)));
    file = files_.open(path_, OpenMode::CreateOrOpen);
  }
  if (!file) return std::move(file).status();
  auto size = (*file)->size();
  if (!size) return std::move(size).status();
  length_ = *size;
  file_ = *std::move(file);
  return {};
}

Status StateFileJournal::append(std::span<const KeyValue> set) {
  if (!file_) FLUME_TRY(open());
  std::string lines;
  for (const KeyValue& entry : set) add_line(lines, entry.key, entry.value);
  // After an error, whatever is there of the lines is overwritten by the next ones; if fewer bytes follow, the checksum tells.
  FLUME_TRY(file_->write_at(length_, as_bytes(lines)));
  length_ += lines.size();
  return {};
}

Status StateFileJournal::note(SinkContext&, std::span<const KeyValue> set, Durability durability) {
  if (!path_.empty()) FLUME_TRY(append(set));
  for (const KeyValue& entry : set) {
    if (entry.value) {
      values_.insert_or_assign(std::string(entry.key), std::string(*entry.value));
    } else if (const auto found = values_.find(entry.key); found != values_.end()) {
      values_.erase(found);
    }
  }
  if (path_.empty()) return {};
  if (durability == Durability::Synced) FLUME_TRY(file_->sync());
  std::uint64_t live = 0;
  if (length_ > kRewriteFrom) {
    for (const auto& [key, value] : values_) live += key.size() + value.size() + 16;
    if (length_ > 4 * live) return rewrite();
  }
  return {};
}

}  // namespace flume::output
