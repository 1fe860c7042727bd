#include "flume/files.h"

#include <algorithm>

namespace flume {

std::string parent_directory(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

Result<std::string> Files::read_all(const std::string& path, std::uint64_t limit) {
  auto file = open(path, OpenMode::Read);
  if (!file) return std::move(file).status();
  auto size = (*file)->size();
  if (!size) return std::move(size).status();
  const auto too_large = [&] { return retryable(path + ": larger than " + std::to_string(limit) + " bytes", Cause::TooLarge); };
  if (*size > limit) return too_large();
  // Some files (/proc, pipes) say 0 and have more: read to the end, within the limit.
  std::string content;
  constexpr std::size_t kStep = 64 * 1024;
  for (;;) {
    const std::size_t old_size = content.size();
    content.resize(old_size + std::max<std::size_t>(kStep, old_size == 0 ? *size : 0));
    auto got = (*file)->read_at(old_size, std::as_writable_bytes(std::span(content).subspan(old_size)));
    if (!got) return std::move(got).status();
    content.resize(old_size + *got);
    if (*got == 0) return content;
    if (content.size() > limit) return too_large();
  }
}

Status Files::replace(const std::string& path, std::string_view content) {
  const std::string next = path + ".new";
  if (const Status removed = remove(next); !removed.ok() && removed.cause() != Cause::NotFound) return removed;
  auto file = open(next, OpenMode::CreateNew);
  if (!file) return std::move(file).status();
  FLUME_TRY((*file)->write_at(0, as_bytes(content)));
  FLUME_TRY((*file)->sync());
  FLUME_TRY((*file)->close());
  FLUME_TRY(rename(next, path, true));
  return sync_directory(parent_directory(path));
}

}  // namespace flume
