#include "support/file_tree.h"

namespace flume {

std::map<std::string, std::string> file_tree(Files& files, const std::string& folder) {
  std::map<std::string, std::string> found;
  auto names = files.list(folder);
  if (!names) return found;
  for (const std::string& name : *names) {
    const std::string path = folder + "/" + name;
    auto info = files.info(path);
    if (!info) continue;
    if (info->is_directory) {
      found.merge(file_tree(files, path));
    } else if (auto content = files.read_all(path, 1U << 30U); content) {
      found.emplace(path, *std::move(content));
    }
  }
  return found;
}

}  // namespace flume
