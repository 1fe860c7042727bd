#include "clients/zookeeper/node_reader.h"

#include <charconv>
#include <cstdint>

#include "event/module_library.h"

namespace flume::zookeeper {
namespace {

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

/// One server; nothing when it is none.
std::string with_port(std::string_view server) {
  const auto colon = server.rfind(':');
  const bool has_port = colon != std::string_view::npos && !server.ends_with(']');  // "[::1]" has colons
  const std::string_view host = server.substr(0, has_port ? colon : server.size());
  if (host.empty() || host.find_first_of(" \t") != std::string_view::npos) return {};
  if (!has_port) return std::string(server) + ":2181";
  return is_port(server.substr(colon + 1)) ? std::string(server) : std::string();
}

}  // namespace

std::string root_of(const std::string& servers) {
  const auto slash = servers.find('/');
  return slash == std::string::npos ? std::string() : servers.substr(slash);
}

Result<std::string> with_ports(const std::string& servers) {
  const std::string root = root_of(servers);
  std::string_view left = std::string_view(servers).substr(0, servers.size() - root.size());
  std::string result;
  while (true) {
    const auto comma = left.find(',');
    const std::string server = with_port(left.substr(0, comma));
    if (server.empty())
      return invalid_config("'" + servers + "' is no list of servers: HOST[:PORT][,HOST[:PORT]...][/ROOT], ports from 1 to 65535");
    result += (result.empty() ? "" : ",") + server;
    if (comma == std::string_view::npos) return result + root;
    left.remove_prefix(comma + 1);
  }
}

Result<std::unique_ptr<NodeReader>> load_node_reader(Clock& clock) {
  const auto make = own_module_function_of<MakeNodeReader>("zookeeper", "flume_make_node_reader");
  if (!make) return make.status().with_context("ZooKeeper needs its C client (Debian: libzookeeper-mt2)");
  std::unique_ptr<NodeReader> reader;
  (*make)(clock, reader);
  return reader;
}

}  // namespace flume::zookeeper
