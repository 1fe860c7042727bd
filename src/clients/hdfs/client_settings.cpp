#include "clients/hdfs/client_settings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "clients/hdfs/client_options.h"
#include "text/ascii.h"
#include "text/did_you_mean.h"

namespace flume::hdfs {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr std::uint16_t kNameNodePort = RpcServer().port;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The names between commas, trimmed, without empty ones.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (const std::string_view name = trim(text.substr(at, end - at)); !name.empty()) names.emplace_back(name);
    at = end + 1;
  }
  return names;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

Result<HostAndPort> split_port(std::string_view text) {
  const std::string shown = "'" + std::string(text) + "'";
  if (text.empty()) return invalid_config("no host: expected host:port");
  if (text.find('@') != std::string_view::npos)
    return invalid_config(shown + ": a user has no place in an address; HADOOP_USER_NAME says who writes");
  HostAndPort parts;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return invalid_config(shown + ": no ] behind the address");
    parts.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    const bool is_address = std::all_of(parts.host.begin(), parts.host.end(), [](char c) { return is_host_character(c) || c == ':'; });
    if (parts.host.empty() || !is_address || (!rest.empty() && rest.front() != ':'))
      return invalid_config(shown + ": expected an address such as [::1]:8020");
  } else {
    parts.host = text.substr(0, text.find(':'));
    rest = text.substr(parts.host.size());
    if (parts.host.empty() || !std::all_of(parts.host.begin(), parts.host.end(), is_host_character))
      return invalid_config(shown + ": not a host; expected host:port, written out, without escapes");
    if (rest.find(':', 1) != std::string_view::npos)
      return invalid_config(shown + ": more than one colon; write an IPv6 address as [::1]:8020");
  }
  if (!rest.empty()) {
    std::int64_t port = 0;
    if (const Status parsed = option_text::parse_integer(rest.substr(1), 1, 65535, port); !parsed.ok())
      return invalid_config(shown + ": the port is " + parsed.message());
    parts.port = static_cast<std::uint16_t>(port);
  }
  return parts;
}

/// Reads one configuration for one address; gathers every problem.
class Reading {
 public:
  explicit Reading(const XmlConfiguration& configuration) : configuration_(configuration) {}

  ClientOptions read_options() {
    ClientOptions options;
    for (const OptionInfo& row : client_option_rows()) {
      if (!row.is_family()) {
        parse(row, row.key, {}, options);
        continue;
      }
      const std::string prefix(row.family_prefix());
      for (auto at = configuration_.properties().lower_bound(prefix);
           at != configuration_.properties().end() && at->first.starts_with(prefix); ++at)
        parse(row, at->first, std::string_view(at->first).substr(prefix.size()), options);
    }
    return options;
  }

  void check_restricted(std::string_view host) {
    for (const RestrictedKey& restricted : restricted_keys()) {
      std::string key(restricted.key);
      if (key.ends_with('*')) key.replace(key.size() - 1, 1, host);
      const std::optional<std::string> value = get(key);
      if (!value || value->empty()) continue;
      const bool is_permitted = std::any_of(restricted.permitted.begin(), restricted.permitted.end(),
                                            [&](std::string_view word) { return !word.empty() && to_lower(word) == to_lower(*value); });
      if (is_permitted) continue;
      const std::string_view usual = restricted.permitted.front();
      refuse(key, fmt::format("'{}': {} ({})", *value, restricted.reason,
                              usual.empty() ? std::string("remove the property") : fmt::format("here only {} works", usual)));
    }
  }

  std::vector<RpcServer> find_servers(const ClientOptions& options, std::string_view authority) {
    const auto parts = split_port(authority);
    if (!parts) {
      problems_.push_back(parts.status().message());
      return {};
    }
    const std::string& host = parts->host;
    check_restricted(host);
    if (const auto namenodes = options.namenodes.find(host); namenodes != options.namenodes.end()) {
      if (parts->port && *parts->port != kNameNodePort)
        problems_.push_back(fmt::format("{} is a nameservice (dfs.ha.namenodes.{} in {}): remove the port {}", host, host,
                                        configuration_.origin("dfs.ha.namenodes." + host), *parts->port));
      return servers_of_pair(options, host, namenodes->second);
    }
    if (const auto only = options.rpc_addresses.find(host); only != options.rpc_addresses.end() && !parts->port)
      return {server("dfs.namenode.rpc-address." + host, only->second)};
    if (!parts->port) tell_unknown_nameservice(options, host);
    return {RpcServer{host, parts->port.value_or(kNameNodePort)}};
  }

  [[nodiscard]] std::vector<std::string>& problems() { return problems_; }

 private:
  void refuse(std::string_view key, const std::string& problem) {
    const std::string_view origin = configuration_.origin(key);
    problems_.push_back(origin.empty() ? fmt::format("{}: {}", key, problem) : fmt::format("{}: {}: {}", origin, key, problem));
  }

  /// Trimmed; nothing when it is not set.
  std::optional<std::string> get(std::string_view key) {
    const auto value = configuration_.get(key);
    if (!value) problems_.push_back(value.status().message());
    if (!value || !*value) return std::nullopt;
    return std::string(trim(**value));
  }

  void parse(const OptionInfo& row, std::string_view key, std::string_view suffix, ClientOptions& options) {
    const std::optional<std::string> value = get(key);
    if (!value) return;
    OptionInput input{*value, suffix, {}};
    if (const Status parsed = row.parse(row, &options, input); !parsed.ok()) refuse(key, parsed.message());
  }

  /// The value may be an address with a scheme, as Hadoop takes it: hdfs://host:port/.
  RpcServer server(const std::string& key, std::string_view address) {
    if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
    address = address.substr(0, address.find('/'));
    auto parsed = parse_server(address);
    if (parsed) return *std::move(parsed);
    refuse(key, parsed.status().message());
    return {};
  }

  std::vector<RpcServer> servers_of_pair(const ClientOptions& options, const std::string& nameservice, std::string_view names) {
    const std::string pair_key = "dfs.ha.namenodes." + nameservice;
    std::vector<RpcServer> servers;
    for (const std::string& name : split(names)) {
      const std::string address = nameservice + "." + name;
      const auto found = options.rpc_addresses.find(address);
      if (found == options.rpc_addresses.end()) {
        refuse(pair_key, fmt::format("'{}': dfs.namenode.rpc-address.{} is missing: set it to host:port", names, address));
      } else {
        servers.push_back(server("dfs.namenode.rpc-address." + address, found->second));
      }
    }
    if (split(names).empty()) refuse(pair_key, "is empty: expected the names of the NameNodes, separated by commas");
    return servers;
  }

  /// A host is taken for a host, unless there is half of a nameservice of this name, or one with nearly this name.
  void tell_unknown_nameservice(const ClientOptions& options, const std::string& host) {
    const auto half = options.rpc_addresses.lower_bound(host + ".");
    const std::string provider = "dfs.client.failover.proxy.provider." + host;
    if (half != options.rpc_addresses.end() && half->first.starts_with(host + ".")) {
      refuse("dfs.namenode.rpc-address." + half->first,
             fmt::format("dfs.ha.namenodes.{} is missing: set it to the names of the NameNodes, separated by commas", host));
    } else if (configuration_.properties().contains(provider)) {
      refuse(provider, fmt::format("dfs.ha.namenodes.{} is missing: set it to the names of the NameNodes, separated by commas", host));
    } else if (host.find('.') == std::string::npos) {
      const std::vector<std::string> known = split(options.nameservices);
      if (std::find(known.begin(), known.end(), host) != known.end()) return;  // a nameservice that is called like its host
      if (const std::string hint = did_you_mean(nearest_name(host, std::span<const std::string>(known))); !hint.empty())
        refuse("dfs.nameservices",
               fmt::format("has no '{}' ({}); if it is a host, write its port: {}:{}", host, hint, host, kNameNodePort));
    }
  }

  const XmlConfiguration& configuration_;
  std::vector<std::string> problems_;
};

Instant::duration limit_of(Milliseconds configured) { return configured.time == Instant::duration::zero() ? kForever : configured.time; }

RpcSettings rpc_settings(const ClientOptions& options, std::vector<RpcServer> servers, std::string user) {
  RpcSettings rpc;
  rpc.servers = std::move(servers);
  rpc.user = std::move(user);
  rpc.times.connect = limit_of(options.connect_timeout);
  rpc.times.silence = limit_of(options.rpc_timeout);
  rpc.times.ping = options.ping_interval.time;
  if (!options.pings.is_set) {
    // As in Hadoop: without pings and without a limit the ping's interval is the limit.
    rpc.times.silence = std::min(rpc.times.silence, options.rpc_timeout.time == Instant::duration::zero() ? rpc.times.ping : kForever);
    rpc.times.ping = kForever;
  }
  rpc.first_pause = options.first_pause.time;
  rpc.longest_pause = std::max(options.first_pause.time, options.longest_pause.time);
  return rpc;
}

ReplacementPolicy replacement_policy(const ClientOptions& options) {
  ReplacementPolicy policy;
  policy.when = options.replaces_datanodes.is_set ? options.replacement : ReplacementPolicy::When::Never;
  if (policy.when == ReplacementPolicy::When::Never) return policy;
  // A minimum is a best effort that ends there.
  policy.is_best_effort = options.replacement_is_best_effort.is_set || options.replacement_minimum > 0;
  if (!options.replacement_is_best_effort.is_set) policy.least_nodes = static_cast<std::size_t>(options.replacement_minimum);
  return policy;
}

FileWriterSettings writer_settings(const ClientOptions& options) {
  FileWriterSettings file;
  file.transfer.uses_hostname = options.uses_hostname.is_set;
  file.transfer.socket_timeout = limit_of(options.socket_timeout);
  file.transfer.write_timeout = limit_of(options.write_timeout);
  file.block_size = options.block_size.bytes;
  file.replication = static_cast<std::uint16_t>(options.replication);
  file.replacement = replacement_policy(options);
  file.block_attempts = static_cast<std::size_t>(options.block_retries) + 1;
  file.recovery_attempts = static_cast<std::size_t>(options.recovery_retries);
  file.restart_timeout = options.restart_timeout.time;
  file.excluded_for = options.excluded_for.time;
  file.first_pause = options.next_block_delay.time;
  file.longest_pause = std::max(options.next_block_delay.time, options.longest_next_block_delay.time);
  return file;
}

}  // namespace

Result<RpcServer> parse_server(std::string_view text) {
  auto parts = split_port(text);
  if (!parts) return std::move(parts).status();
  return RpcServer{std::move(parts->host), parts->port.value_or(kNameNodePort)};
}

Result<std::string> user_name(const HadoopEnvironment& environment) {
  if (!environment.proxy_user.empty())
    return invalid_config("HADOOP_PROXY_USER = " + environment.proxy_user +
                          ": comes with Kerberos, later; without it files would belong to another user");
  return user_name(environment.user_name.c_str());
}

Result<ClientSettings> client_settings(const XmlConfiguration& configuration, std::string_view authority, std::string user) {
  Reading reading(configuration);
  const ClientOptions options = reading.read_options();
  std::vector<RpcServer> servers = reading.find_servers(options, authority);
  if (!reading.problems().empty()) return invalid_config(fmt::format("{}", fmt::join(reading.problems(), "; ")));

  ClientSettings settings;
  settings.home = options.home_prefix + "/" + user;
  settings.rpc = rpc_settings(options, std::move(servers), std::move(user));
  settings.file = writer_settings(options);
  settings.checksum_type = options.checksum_type;
  if (options.bytes_per_checksum) settings.bytes_per_checksum = static_cast<std::uint32_t>(*options.bytes_per_checksum);
  if (options.packet_size) settings.packet_size = options.packet_size->bytes;
  settings.umask = options.decimal_umask ? static_cast<std::uint16_t>(*options.decimal_umask) : options.umask.bits;
  // What the configuration alone decides is told now, and not by the first file.
  if (settings.bytes_per_checksum) {
    if (auto file = settings.file_settings({.bytes_per_checksum = *settings.bytes_per_checksum}); !file) return std::move(file).status();
  }
  return settings;
}

CreateOptions ClientSettings::create_options() const {
  CreateOptions options;
  options.permission = static_cast<std::uint16_t>(0666 & ~umask);
  options.replication = file.replication;
  options.block_size = file.block_size;
  return options;
}

std::string ClientSettings::absolute(std::string_view path) const {
  return path.starts_with('/') ? std::string(path) : home + "/" + std::string(path);
}

Result<FileWriterSettings> ClientSettings::file_settings(const ServerDefaults& defaults) const {
  FileWriterSettings settings = file;
  settings.checksum = {checksum_type.value_or(defaults.checksum_type), bytes_per_checksum.value_or(defaults.bytes_per_checksum)};
  if (!is_sane(settings.checksum))
    return Status(ErrorKind::Retryable,
                  fmt::format("the NameNode asks for a checksum for each {} bytes", settings.checksum.bytes_per_chunk), Cause::Unsupported);
  const std::size_t chunk = settings.checksum.bytes_per_chunk;
  if (settings.block_size % chunk != 0)
    return invalid_config(fmt::format("dfs.blocksize = {}: not a multiple of the {} bytes of a checksum (dfs.bytes-per-checksum)",
                                      settings.block_size, chunk));
  if (packet_size) {
    const std::size_t chunk_with_checksum = chunk + checksum_bytes(settings.checksum, chunk);
    const std::size_t room = *packet_size - std::min(*packet_size, kLongestPacketLead);
    settings.packet_bytes = std::max<std::size_t>(room / chunk_with_checksum, 1) * chunk;
  }
  return settings;
}

}  // namespace flume::hdfs
