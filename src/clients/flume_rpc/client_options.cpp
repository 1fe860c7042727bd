#include "clients/flume_rpc/client_options.h"

namespace flume::rpc {

Result<HostAddress> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::int64_t port = 0;
  const bool has_port = colon != std::string::npos && colon != 0 &&
                        option_text::parse_integer(std::string_view(text).substr(colon + 1), 1, UINT16_MAX, port).ok();
  if (!has_port) return invalid_config("'" + text + "' is not host:port");
  std::string host = text.substr(0, colon);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (!is_bracketed && host.find(':') != std::string::npos) {
    return invalid_config("'" + text + "': an IPv6 address stands in brackets, [::1]:4141");
  }
  return HostAddress{host, static_cast<std::uint16_t>(port)};
}

Result<RpcClientSettings> client_settings(const ClientOptions& options, const std::optional<HostAddress>& only) {
  if (options.type == ClientType::Thrift) return invalid_config("client.type: THRIFT is a component of its own: type = thrift");
  RpcClientSettings settings;
  for (const std::string& name : options.hosts) {
    const auto found = options.addresses.find(name);
    if (found == options.addresses.end()) return invalid_config("hosts." + name + ": not set, but 'hosts' names it");
    auto address = parse_address(found->second);
    if (!address) return std::move(address).status().with_context("hosts." + name);
    settings.hosts.push_back(*std::move(address));
  }
  if (settings.hosts.empty() && only) settings.hosts.push_back(*only);
  if (settings.hosts.empty()) return invalid_config("hosts: names no host; as in: hosts = h1, hosts.h1 = localhost:4141");
  using Type = RpcClientSettings::Type;
  // Flume uses the first one, too.
  if (options.type == ClientType::Default) settings.hosts.resize(1);
  if (options.type == ClientType::Failover) settings.type = Type::Failover;
  if (options.type == ClientType::LoadBalance) settings.type = Type::LoadBalance;
  settings.host.connect_timeout = options.connect_timeout;
  settings.host.request_timeout = options.request_timeout;
  settings.most_attempts = static_cast<std::size_t>(options.most_attempts.value_or(0));
  settings.turns = {.kind = options.selector == HostSelector::Random ? TurnSettings::Kind::Random : TurnSettings::Kind::RoundRobin,
                    .has_bench = options.backoff,
                    .longest_bench = options.longest_backoff};
  return settings;
}

Result<WrapStream> client_wrapping(const ClientOptions& options, const TlsDefaults* defaults, const tls::TlsSeams& seams) {
  std::optional<int> level;
  if (options.compression == Compression::Deflate) level = static_cast<int>(options.compression_level);
  return tls::client_wrapping(options.tls, defaults, level, seams);
}

}  // namespace flume::rpc
