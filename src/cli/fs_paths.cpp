#include "cli/fs_paths.h"

#include <algorithm>
#include <fnmatch.h>

#include "cli/fs_listing.h"
#include "output/file_location.h"

namespace flume::cli {
namespace {

constexpr std::size_t kMostPatterns = 1024;

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[\\") != std::string_view::npos; }

/// "hdfs://nn/x" -> "hdfs://nn" and "/x"; "x" -> "" and "x".
std::pair<std::string, std::string> split_scheme(const std::string& argument) {
  const std::string_view scheme = output::scheme_of(argument);
  if (scheme.empty()) return {"", argument};
  std::size_t end = scheme.size() + 1;
  if (argument.compare(end, 2, "//") == 0) end = std::min(argument.find('/', end + 2), argument.size());
  std::string path = argument.substr(end);
  return {argument.substr(0, end), path.empty() ? "/" : std::move(path)};
}

/// As Hadoop's Path: no empty parts, no "." in front, no slash behind.
std::string normalized(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    if (c != '/' || !plain.ends_with('/')) plain += c;
  }
  while (plain.starts_with("./")) plain.erase(0, 2);
  if (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain.empty() ? "." : plain;
}

/// `name` in the folder `path`.
std::string joined(const std::string& path, const std::string& name) {
  if (path == ".") return name;
  return path.ends_with('/') ? path + name : path + "/" + name;
}

/// For the calls: `path` is absolute, or below the user's folder.
std::string inside(const output::OpenedFileSystem& opened, const std::string& path) {
  if (path.starts_with('/') || opened.home.empty()) return opened.root + path;
  return opened.root + (path == "." ? opened.home : opened.home + "/" + path);
}

}  // namespace

Result<std::vector<std::string>> expand_braces(std::string_view pattern) {
  std::vector<std::string> done;
  std::vector<std::string> open{std::string(pattern)};
  while (!open.empty()) {
    std::string text = std::move(open.back());
    open.pop_back();
    // The first pair without one inside it.
    const std::size_t close = text.find('}');
    const std::size_t begin = close == std::string::npos ? close : text.rfind('{', close);
    if (begin == std::string::npos) {
      done.push_back(std::move(text));
      continue;
    }
    const std::string rest = text.substr(close + 1);
    const std::string choices = text.substr(begin + 1, close - begin - 1);
    for (std::size_t from = 0; from <= choices.size();) {
      const std::size_t comma = std::min(choices.find(',', from), choices.size());
      open.push_back(text.substr(0, begin) + choices.substr(from, comma - from) + rest);
      from = comma + 1;
    }
    if (open.size() + done.size() > kMostPatterns)
      return invalid_config("{} stands for more than " + std::to_string(kMostPatterns) + " paths");
  }
  std::sort(done.begin(), done.end());
  done.erase(std::unique(done.begin(), done.end()), done.end());
  return done;
}

Result<output::OpenedFileSystem*> FsPaths::open(const std::string& argument) {
  auto location = output::locate(argument, configuration_);
  if (!location) return std::move(location).status();
  const std::pair key(location->scheme, location->authority);
  auto found = opened_.find(key);
  if (found == opened_.end()) {
    auto opened = output::open_file_system(*location, configuration_, services_, Durability::Written, deadline());
    if (!opened) return std::move(opened).status();
    found = opened_.emplace(key, *std::move(opened)).first;
  }
  return &found->second;
}

Result<FsPath> FsPaths::locate(const std::string& argument) {
  const auto opened = open(argument);
  if (!opened) return opened.status();
  const auto [prefix, text] = split_scheme(argument);
  const std::string path = normalized(text);
  return FsPath{(*opened)->file_system.get(), inside(**opened, path), prefix + path};
}

FsEntry FsPaths::entry_at(FsPath at, output::FileEntry entry) const {
  if (at.path.find("://") == std::string::npos) name_owner(entry);
  return {std::move(at), std::move(entry)};
}

Result<std::vector<FsEntry>> FsPaths::list(const FsPath& folder) {
  auto entries = folder.file_system->entries(folder.path, SIZE_MAX, deadline());
  if (!entries) return std::move(entries).status();
  std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::vector<FsEntry> found;
  found.reserve(entries->size());
  for (output::FileEntry& entry : *entries) {
    if (entry.name.empty()) continue;  // HDFS: it is no folder, but a file
    FsPath at{folder.file_system, joined(folder.path, entry.name), joined(folder.shown, entry.name)};
    found.push_back(entry_at(std::move(at), std::move(entry)));
  }
  return found;
}

Status FsPaths::find_pattern(const std::string& pattern, std::vector<FsEntry>& found) {
  const auto [prefix, text] = split_scheme(pattern);
  const std::string path = normalized(text);
  const std::size_t wildcard = std::min(path.find_first_of("*?[\\"), path.size());
  const std::size_t slash = path.rfind('/', wildcard);
  const bool has_pattern = wildcard != path.size();
  // The part of the path that stands as it is.
  std::string base = path;
  if (has_pattern) base = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  auto start = locate(prefix + base);
  if (!start) return std::move(start).status();
  std::vector<FsEntry> here;
  auto entry = start->file_system->look_at(start->path, deadline());
  if (!entry) return entry.cause() == Cause::NotFound ? Status() : std::move(entry).status();
  here.push_back(entry_at(*std::move(start), *std::move(entry)));
  for (std::size_t from = has_pattern ? (slash == std::string::npos ? 0 : slash + 1) : path.size(); from < path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string part = path.substr(from, end - from);
    std::vector<FsEntry> next;
    for (const FsEntry& folder : here) {
      if (!folder.entry.is_folder) continue;
      if (has_wildcard(part)) {
        auto entries = list(folder.at);
        if (!entries && entries.cause() != Cause::NotFound) return std::move(entries).status();
        if (!entries) continue;  // removed meanwhile
        for (FsEntry& below : *entries) {
          if (fnmatch(part.c_str(), below.entry.name.c_str(), 0) == 0) next.push_back(std::move(below));
        }
      } else {
        FsPath at{folder.at.file_system, joined(folder.at.path, part), joined(folder.at.shown, part)};
        auto below = at.file_system->look_at(at.path, deadline());
        if (below) {
          next.push_back(entry_at(std::move(at), *std::move(below)));
        } else if (below.cause() != Cause::NotFound) {
          return std::move(below).status();
        }
      }
    }
    here = std::move(next);
    from = end + 1;
  }
  std::move(here.begin(), here.end(), std::back_inserter(found));
  return {};
}

Result<std::vector<FsEntry>> FsPaths::find(const std::string& argument) {
  auto patterns = expand_braces(argument);
  if (!patterns) return std::move(patterns).status();
  std::vector<FsEntry> found;
  for (const std::string& pattern : *patterns) FLUME_TRY(find_pattern(pattern, found));
  if (found.empty()) return retryable("no such file or folder", Cause::NotFound);
  const auto path_of = [](const FsEntry& entry) -> const std::string& { return entry.at.path; };
  std::sort(found.begin(), found.end(), [&](const FsEntry& a, const FsEntry& b) { return path_of(a) < path_of(b); });
  found.erase(std::unique(found.begin(), found.end(), [&](const FsEntry& a, const FsEntry& b) { return path_of(a) == path_of(b); }),
              found.end());
  return found;
}

}  // namespace flume::cli
