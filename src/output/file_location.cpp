#include "output/file_location.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace flume::output {
namespace {

constexpr std::string_view kDefaultFileSystem = "fs.defaultFS";

Status not_here(std::string_view scheme, std::string_view where) {
  std::string_view reason = "is not supported; this version writes file:// and hdfs://";
  if (scheme == "webhdfs" || scheme == "swebhdfs" || scheme == "hftp" || scheme == "hsftp") {
    reason = "is not supported; write hdfs:// and the NameNode's RPC port, mostly 8020";
  } else if (scheme == "viewfs") {
    reason = "is not supported: mount tables are not read; write the hdfs:// address that it stands for";
  } else if (scheme == "har" || scheme == "http" || scheme == "https") {
    reason = "cannot be written to; this version writes file:// and hdfs://";
  }
  return invalid_config(fmt::format("{}: {}:// {}", where, scheme, reason));
}

/// fs.defaultFS as a URI, and where it comes from, for messages.
struct DefaultFileSystem {
  std::string uri;
  std::string shown;
};

Result<DefaultFileSystem> default_file_system(const XmlConfiguration& configuration) {
  auto value = configuration.get(kDefaultFileSystem);
  if (!value) return std::move(value).status();
  std::string uri = value->value_or("");
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  uri.erase(0, uri.find_first_not_of(kBlanks));
  uri.erase(uri.find_last_not_of(kBlanks) + 1);
  DefaultFileSystem found{uri, fmt::format("fs.defaultFS = {} ({})", uri, configuration.origin(kDefaultFileSystem))};
  // As Hadoop reads what was written for its first versions: "local", "namenode:8020".
  if (found.uri == "local") found.uri = "file:///";
  if (found.uri.find('/') == std::string::npos && !found.uri.empty()) found.uri.insert(0, "hdfs://");
  return found;
}

std::string_view authority_of(std::string_view uri) {
  const std::size_t at = uri.find("://");
  if (at == std::string_view::npos) return {};
  uri.remove_prefix(at + 3);
  return uri.substr(0, uri.find('/'));
}

/// A colon that stands in the text itself, not in the name of a header: "%{a:b}".
bool has_colon(std::string_view path) {
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path.substr(at).starts_with("%{")) at = std::min(path.find('}', at), path.size());
    if (at < path.size() && path[at] == ':') return true;
  }
  return false;
}

std::string without_slashes_behind(std::string_view path) {
  std::string plain(path);
  while (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

/// `rest` is the path without scheme; `authority` is its own, or that of fs.defaultFS.
Result<FileLocation> locate_in_hdfs(std::string_view path, std::string_view authority, std::string_view rest) {
  if (authority.find('%') != std::string_view::npos)
    return invalid_config(fmt::format("{}: '{}': the host must be written out, without escapes", path, authority));
  if (has_colon(rest)) return invalid_config(fmt::format("{}: HDFS allows no colon in names", path));
  return FileLocation{"hdfs", std::string(authority), without_slashes_behind(rest)};
}

Result<FileLocation> locate_without_scheme(std::string_view path, const DefaultFileSystem& by_default) {
  if (path.empty()) return invalid_config("'' names no folder");
  const std::string_view scheme = scheme_of(by_default.uri);
  if (scheme.empty()) return invalid_config(by_default.shown + ": no scheme; Hadoop's default is file:///");
  if (scheme == "file") return FileLocation{.scheme = "file", .path = without_slashes_behind(path)};
  if (scheme != "hdfs") return not_here(scheme, by_default.shown);
  const std::string_view authority = authority_of(by_default.uri);
  if (authority.empty()) return invalid_config(by_default.shown + ": names no host; write hdfs://namenode:8020");
  return locate_in_hdfs(path, authority, path);
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

Result<FileLocation> locate(std::string_view path, const XmlConfiguration& configuration) {
  const std::string_view scheme = scheme_of(path);
  if (!scheme.empty() && scheme != "file" && scheme != "hdfs") return not_here(scheme, path);
  auto by_default = default_file_system(configuration);
  if (!by_default) return std::move(by_default).status();
  if (scheme.empty()) return locate_without_scheme(path, *by_default);

  std::string_view rest = path.substr(scheme.size() + 1);
  std::string_view authority;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    authority = rest.substr(0, rest.find('/'));
    rest.remove_prefix(authority.size());
  }
  if (scheme == "file") {
    if (!authority.empty())
      return invalid_config(fmt::format("{}: '{}' stands where a host does; write file:/// and the absolute path", path, authority));
    if (rest.empty()) return invalid_config(fmt::format("'{}' names no folder", path));
    return FileLocation{.scheme = "file", .path = without_slashes_behind(rest)};
  }
  if (!rest.starts_with('/') && authority.empty())
    return invalid_config(fmt::format("{}: expected hdfs://host:port/path, or hdfs:///path for the host of fs.defaultFS", path));
  if (authority.empty()) {
    authority = scheme_of(by_default->uri) == "hdfs" ? authority_of(by_default->uri) : std::string_view();
    if (authority.empty())
      return invalid_config(
          fmt::format("{}: names no host, and {} does not, either; write hdfs://namenode:8020/path", path, by_default->shown));
  }
  return locate_in_hdfs(path, authority, rest.empty() ? "/" : rest);
}

Result<XmlConfiguration> hadoop_configuration(Files& files, const std::string& conf_folder, const HadoopEnvironment& environment) {
  XmlConfiguration configuration(environment.variables);
  for (const std::string_view name : {"core-site.xml", "hdfs-site.xml"}) {
    for (const std::string& folder : {conf_folder, environment.conf_folder}) {
      if (folder.empty()) continue;
      const std::string file = fmt::format("{}/{}", folder, name);
      auto bytes = files.read_all(file, XmlConfiguration::kLargestFile);
      if (bytes) {
        FLUME_TRY(configuration.add(file, *bytes));
        break;
      }
      if (bytes.cause() != Cause::NotFound) return std::move(bytes).status();
    }
  }
  return configuration;
}

Result<hdfs::ClientSettings> hdfs_settings(const FileLocation& location, const XmlConfiguration& configuration,
                                           const HadoopEnvironment& environment) {
  auto user = hdfs::user_name(environment);
  if (!user) return std::move(user).status();
  auto settings = hdfs::client_settings(configuration, location.authority, *std::move(user));
  if (!settings) return std::move(settings).status().with_context("hdfs://" + location.authority);
  return settings;
}

}  // namespace flume::output
