#include "cli/configuration_places.h"

#include <filesystem>

#include "clients/zookeeper/node_reader.h"
#include "config/characters.h"
#include "config/shown_value.h"

namespace flume::cli {
namespace {

std::string path_identity(const std::string& path) {
  std::error_code error;
  // Not resolved: a link that is turned to the next release's file is the same configuration.
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

ConfigurationPlace file_place(const std::string& path) { return {TextPlace::File, path, path, path_identity(path)}; }

/// %20 and the like, as Java's file: URIs have them; what is no escape stays.
std::string without_escapes(const std::string& path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return at < path.size() ? std::string_view("0123456789abcdef").find(to_lower(path[at])) : std::string_view::npos;
    };
    const auto high = path[i] == '%' ? digit(i + 1) : std::string_view::npos;
    const auto low = high == std::string_view::npos ? high : digit(i + 2);
    if (low == std::string_view::npos) {
      plain += path[i];
    } else {
      plain += static_cast<char>(high << 4U | low);
      i += 2;
    }
  }
  return plain;
}

/// Without "user:password@".
std::string without_user(const std::string& url) {
  const auto start = url.find("//");
  if (start == std::string::npos) return url;
  const auto end = url.find_first_of("/?#", start + 2);
  const auto at = url.rfind('@', end);
  return at == std::string::npos || at < start ? url : url.substr(0, start + 2) + url.substr(at + 1);
}

/// file:/etc/f.conf and file:///etc/f.conf -> /etc/f.conf; what has no scheme is a path.
Result<ConfigurationPlace> place_of_uri(const std::string& uri) {
  const auto colon = uri.find(':');
  const auto slash = uri.find('/');
  if (colon == std::string::npos || (slash != std::string::npos && slash < colon)) return file_place(uri);
  const std::string scheme = to_lower(uri.substr(0, colon));
  const std::string shown = config::without_control_characters(config::without_secrets(uri));
  if (scheme == "file") {
    std::string path = uri.substr(colon + 1);
    if (path.starts_with("//")) {
      const auto start = path.find('/', 2);
      if (start == std::string::npos) return invalid_config("--conf-uri " + shown + ": names no file");
      path = path.substr(start);
    }
    return file_place(without_escapes(path));
  }
  if (scheme == "http" || scheme == "https") return ConfigurationPlace{TextPlace::Http, uri, shown, without_user(uri)};
  if (scheme == "classpath") {
    return invalid_config("--conf-uri " + shown + ": there is no class path, because there is no JVM; name the file by --conf-file");
  }
  return invalid_config("--conf-uri " + shown + ": " + scheme + " is none of file, http and https");
}

Result<ConfigurationPlace> node_place(const CommandLine& line) {
  const std::string servers = line.value("zkConnString");
  if (const auto checked = zookeeper::with_ports(servers); !checked) return checked.status().with_context("--zkConnString");
  const std::string agent = line.value("name");
  if (agent.empty()) return invalid_config("--name is required with --zkConnString: the node has the agent's name");
  std::string base = line.value("zkBasePath");
  if (base.empty()) base = "/flume";
  if (!base.starts_with('/'))
    return invalid_config("--zkBasePath " + config::shown_value("", base) + ": a path of ZooKeeper begins with /");
  while (base.ends_with('/')) base.pop_back();
  const std::string path = base + "/" + agent;
  return ConfigurationPlace{TextPlace::ZooKeeper, path, config::without_control_characters("zookeeper:" + path),
                            "zookeeper:" + zookeeper::root_of(servers) + path};
}

void take(Result<ConfigurationPlace> place, ConfigurationPlaces& places, config::Diagnostics& diagnostics) {
  if (place) {
    places.places.push_back(*std::move(place));
  } else {
    diagnostics.error({}, {}, place.status().message());
    places.are_complete = false;
  }
}

}  // namespace

ConfigurationPlaces find_configuration_places(const CommandLine& line, config::Diagnostics& diagnostics) {
  ConfigurationPlaces places;
  std::string_view winner;
  if (line.has("zkConnString")) {
    winner = "zkConnString";
    take(node_place(line), places, diagnostics);
  } else if (line.has("conf-uri")) {
    winner = "conf-uri";
    for (const std::string& uri : line.values("conf-uri")) take(place_of_uri(uri), places, diagnostics);
  } else {
    for (const std::string& path : line.values("conf-file")) places.places.push_back(file_place(path));
  }
  for (const std::string_view other : {"conf-uri", "conf-file"}) {
    if (!winner.empty() && other != winner && line.has(other))
      diagnostics.warning({}, "--" + std::string(other), "is not looked at: --" + std::string(winner) + " wins, as in Flume");
  }
  if (places.places.empty() && places.are_complete) {
    diagnostics.error({}, {}, "no configuration was given", "say which by --conf-file FILE");
    places.are_complete = false;
  }
  return places;
}

bool names_configuration(const CommandLine& line) { return line.has("conf-file") || line.has("conf-uri") || line.has("zkConnString"); }

}  // namespace flume::cli
