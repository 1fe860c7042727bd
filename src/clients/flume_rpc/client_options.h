// The keys of Flume's RPC clients, as the avro sink and the properties file of `avro-client` have them, and the settings that they
// mean. Source: org.apache.flume.api.RpcClientConfigurationConstants. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "clients/flume_rpc/rpc_client.h"
#include "flume/options.h"
#include "flume/tls_options.h"
#include "net/tls/wrapping.h"

namespace flume::rpc {

enum class ClientType : std::uint8_t { Default, Failover, LoadBalance, Thrift };
inline constexpr EnumName<ClientType> kClientTypes[] = {{"DEFAULT", ClientType::Default},
                                                        {"DEFAULT_FAILOVER", ClientType::Failover},
                                                        {"DEFAULT_LOADBALANCE", ClientType::LoadBalance},
                                                        {"org.apache.flume.api.NettyAvroRpcClient", ClientType::Default},
                                                        {"org.apache.flume.api.FailoverRpcClient", ClientType::Failover},
                                                        {"org.apache.flume.api.LoadBalancingRpcClient", ClientType::LoadBalance},
                                                        {"THRIFT", ClientType::Thrift},
                                                        {"org.apache.flume.api.ThriftRpcClient", ClientType::Thrift}};
constexpr std::span<const EnumName<ClientType>> enum_names(ClientType) { return kClientTypes; }

enum class HostSelector : std::uint8_t { RoundRobin, Random };
inline constexpr EnumName<HostSelector> kHostSelectors[] = {{"ROUND_ROBIN", HostSelector::RoundRobin}, {"RANDOM", HostSelector::Random}};
constexpr std::span<const EnumName<HostSelector>> enum_names(HostSelector) { return kHostSelectors; }

enum class Compression : std::uint8_t { None, Deflate };
inline constexpr EnumName<Compression> kCompressions[] = {{"none", Compression::None}, {"deflate", Compression::Deflate}};
constexpr std::span<const EnumName<Compression>> enum_names(Compression) { return kCompressions; }

struct ClientOptions {
  ClientType type = ClientType::Default;
  Names hosts;
  OptionFamily addresses;
  std::chrono::milliseconds connect_timeout{20'000};
  std::chrono::milliseconds request_timeout{20'000};
  std::optional<std::int32_t> most_attempts;
  HostSelector selector = HostSelector::RoundRobin;
  bool backoff = false;
  std::chrono::milliseconds longest_backoff{30'000};
  Compression compression = Compression::None;
  std::int64_t compression_level = 6;
  TlsClientOptions tls;
  std::int64_t io_workers = 0;
};

inline constexpr auto kClientOptions =
    options(
        option<&ClientOptions::type>("client.type", "One host, hosts to fall back on, or turns among hosts."),
        option<&ClientOptions::hosts>("hosts", "Names of the hosts of client.type, each with its key hosts.NAME.", {.default_text = "h1"}),
        option<&ClientOptions::addresses>("hosts.*", "host:port of the host of that name."),
        option<&ClientOptions::connect_timeout>("connect-timeout", "Longest wait for a connection, and again for its handshake.",
                                                {.minimum = 1000, .if_bad = kDefaultIfBad}),
        option<&ClientOptions::request_timeout>("request-timeout", "Longest wait for the answer to a batch.",
                                                {.minimum = 1000, .if_bad = kDefaultIfBad}),
        option<&ClientOptions::most_attempts>("max-attempts",
                                              "DEFAULT_FAILOVER: hosts that are tried with a batch; without it each host once.",
                                              {.minimum = 1, .if_bad = "each host is tried once"}),
        option<&ClientOptions::selector>("host-selector",
                                         "DEFAULT_LOADBALANCE: the hosts in turn, or any of them. Other classes cannot be loaded."),
        option<&ClientOptions::backoff>("backoff",
                                        "DEFAULT_LOADBALANCE: leave a host that fails alone for 2 s, doubled with every failure."),
        option<&ClientOptions::longest_backoff>("maxBackoff", "Longest time for which it is left alone; 0: the default.",
                                                {.minimum = 0, .if_bad = kDefaultIfBad}),
        option<&ClientOptions::compression>("compression-type", "deflate: compress the connection, as the source's compression-type says."),
        option<&ClientOptions::compression_level>("compression-level", "zlib's level: 0, none, to 9, most.",
                                                  {.minimum = 0, .maximum = 9, .if_bad = kDefaultIfBad}),
        option<&ClientOptions::io_workers>("maxIoWorkers", "Threads of the connections.",
                                           {.no_effect = "one thread serves all connections of a client"})) +
    group<&ClientOptions::tls, kTlsClientOptions>();

/// "host:port", "[::1]:port".
[[nodiscard]] Result<HostAddress> parse_address(const std::string& text);

/// `only`: the host where `hosts` names none; nothing: it must. The error names the key.
[[nodiscard]] Result<RpcClientSettings> client_settings(const ClientOptions& options, const std::optional<HostAddress>& only);

/// What goes around the connections; see tls::client_wrapping().
[[nodiscard]] Result<WrapStream> client_wrapping(const ClientOptions& options, const TlsDefaults* defaults, const tls::TlsSeams& seams);

}  // namespace flume::rpc
