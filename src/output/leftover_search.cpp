#include "output/leftover_search.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace flume::output {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

bool remove_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_any = std::string_view::npos;  // in the pattern, behind the last kAny
  std::size_t taken = 0;                           // up to there that one took of the name
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == LeftoverPattern::kAny) {
      after_any = ++p;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (after_any != std::string_view::npos) {
      p = after_any;
      n = ++taken;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == LeftoverPattern::kAny; });
}

LeftoverSearch::LeftoverSearch(LeftoverPattern pattern, std::string root, std::int64_t newest)
    : pattern_(std::move(pattern)), root_(std::move(root)), newest_(newest) {
  if (!pattern_.tells_files_in_use()) return;
  parts_ = split(pattern_.folder);
  folder_parts_ = parts_.size();
  for (std::string& part : split(pattern_.in_use_prefix + pattern_.prefix)) parts_.push_back(std::move(part));
  folders_.push_back(past_literals({}));
}

std::string LeftoverSearch::join(const Folder& folder, const std::string& name) {
  return folder.part == 0 ? name : folder.path + "/" + name;
}

LeftoverSearch::Folder LeftoverSearch::past_literals(Folder folder) const {
  while (folder.part + 1 < parts_.size() && parts_[folder.part].find(LeftoverPattern::kAny) == std::string::npos) {
    folder.path = join(folder, parts_[folder.part]);
    ++folder.part;
  }
  return folder;
}

bool LeftoverSearch::is_in_use(const std::string& name) const {
  std::string_view stem = name;
  if (!remove_end(stem, pattern_.in_use_suffix) || !remove_end(stem, pattern_.suffix)) return false;
  const std::size_t dot = stem.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view digits = stem.substr(dot + 1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0 || number > newest_) return false;
  return matches(parts_.back(), stem.substr(0, dot));
}

FileNames LeftoverSearch::names_of(const std::string& path) const {
  std::size_t end = std::string::npos;
  for (std::size_t part = 0; part < folder_parts_; ++part) end = path.find('/', end + 1);
  const std::string in_use = path.substr(end + 1);
  std::string final_name = in_use.substr(pattern_.in_use_prefix.size());
  final_name.resize(final_name.size() - pattern_.in_use_suffix.size());
  const std::string folder = root_ + path.substr(0, end);
  const std::size_t slash = in_use.rfind('/');
  // As BucketNames has them.
  if (slash == std::string::npos || !pattern_.in_use_prefix.empty()) return {folder, in_use, std::move(final_name)};
  return {folder + "/" + in_use.substr(0, slash), in_use.substr(slash + 1), final_name.substr(slash + 1)};
}

void LeftoverSearch::give_up() {
  was_cut_short_ = true;
  folders_.clear();
}

Result<std::vector<FileNames>> LeftoverSearch::step(FileSystem& file_system, Deadline deadline) {
  const Folder folder = std::move(folders_.back());
  folders_.pop_back();
  ++entries_;  // of folders without entries, too, there are only so many
  const std::size_t room = kMostEntries > entries_ ? kMostEntries - entries_ : 0;
  if (room == 0) {
    give_up();
    return std::vector<FileNames>();
  }
  const std::string listed = folder.part == 0 ? "." : folder.path.empty() ? "/" : folder.path;
  auto entries = file_system.entries(root_ + listed, room, deadline);
  std::vector<FileNames> found;
  if (!entries) {
    if (entries.cause() == Cause::NotFound) return found;
    return std::move(entries).status();
  }
  entries_ += entries->size();
  // The greatest name is looked into first: with dates that is the newest one.
  std::sort(entries->begin(), entries->end(), [](const FileEntry& a, const FileEntry& b) { return a.name < b.name; });
  const bool is_last = folder.part + 1 == parts_.size();
  for (const FileEntry& entry : *entries) {
    if (entry.name.empty()) continue;  // HDFS: it is no folder, but a file
    if (is_last && !entry.is_folder && is_in_use(entry.name)) found.push_back(names_of(join(folder, entry.name)));
    if (!is_last && entry.is_folder && matches(parts_[folder.part], entry.name))
      folders_.push_back(past_literals({join(folder, entry.name), folder.part + 1}));
  }
  return found;
}

}  // namespace flume::output
