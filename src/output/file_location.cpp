#include "output/file_location.h"

#include "text/xml_configuration.h"

namespace flume::output {
namespace {

Status not_here(std::string_view scheme, std::string_view path) {
  const std::string name = std::string(scheme) + "://";
  if (scheme == "hdfs" || scheme == "webhdfs" || scheme == "swebhdfs" || scheme == "viewfs")
    return invalid_config(std::string(path) + ": " + name +
                          " comes with the native client in a later version; this one writes file:// only");
  return invalid_config(std::string(path) + ": " + name + " is not supported; this version writes file:// only");
}

}  // namespace

std::string_view scheme_of(std::string_view path) {
  const std::size_t colon = path.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  for (const char c : path.substr(0, colon)) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!is_word) return {};
  }
  return path.substr(0, colon);
}

Result<FileLocation> locate(std::string_view path, std::string_view default_file_system) {
  std::string_view scheme = scheme_of(path);
  std::string_view rest = path;
  if (scheme.empty()) {
    scheme = scheme_of(default_file_system);
    if (scheme.empty())
      return invalid_config("fs.defaultFS = " + std::string(default_file_system) + ": no scheme; Hadoop's default is file:///");
    if (scheme != "file") return not_here(scheme, "fs.defaultFS = " + std::string(default_file_system));
  } else {
    if (scheme != "file") return not_here(scheme, path);
    rest.remove_prefix(scheme.size() + 1);
    if (rest.starts_with("//")) {
      rest.remove_prefix(2);
      if (!rest.starts_with('/'))
        return invalid_config(std::string(path) + ": '" + std::string(rest.substr(0, rest.find('/'))) +
                              "' stands where a host does; write file:/// and the absolute path");
    }
  }
  if (rest.empty()) return invalid_config("'" + std::string(path) + "' names no folder");
  std::string plain(rest);
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return FileLocation{std::string(scheme), std::move(plain)};
}

Result<std::string> default_file_system(Files& files, const std::string& conf_folder) {
  XmlConfiguration configuration;
  if (!conf_folder.empty()) {
    const std::string file = conf_folder + "/core-site.xml";
    auto bytes = files.read_all(file, XmlConfiguration::kLargestFile);
    if (bytes) {
      FLUME_TRY(configuration.add(file, *bytes));
    } else if (bytes.cause() != Cause::NotFound) {
      return std::move(bytes).status();
    }
  }
  auto value = configuration.get("fs.defaultFS");
  if (!value) return std::move(value).status();
  return value->value_or("file:///");
}

}  // namespace flume::output
