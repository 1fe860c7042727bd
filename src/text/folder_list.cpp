#include "text/folder_list.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace flume {
namespace {

void drop_slashes_behind(std::string& folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
}

}  // namespace

std::vector<std::string> folder_list(std::string_view text, const std::string& home) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string> folders;
  while (!text.empty()) {
    std::string_view piece = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    piece.remove_prefix(std::min(piece.find_first_not_of(kBlanks), piece.size()));
    std::string folder(piece.substr(0, piece.find_last_not_of(kBlanks) + 1));
    drop_slashes_behind(folder);
    if (folder == "~" || folder.starts_with("~/")) folder.replace(0, 1, home);
    if (!folder.empty()) folders.push_back(std::move(folder));
  }
  return folders;
}

std::string normal_folder(const std::string& folder) {
  std::string normal = std::filesystem::path(folder).lexically_normal().string();
  drop_slashes_behind(normal);
  return normal;
}

}  // namespace flume
