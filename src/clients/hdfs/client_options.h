// The keys of core-site.xml and hdfs-site.xml that the client reads: one table, from which come parsing, defaults, and
// docs/reference/hdfs-client.md. And the keys of which only some values can be honoured: others are refused, never ignored.
// Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clients/hdfs/client_values.h"
#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/rpc_client.h"
#include "flume/options.h"

namespace flume::hdfs {

std::span<const EnumName<ChecksumType>> enum_names(ChecksumType);
std::span<const EnumName<ReplacementPolicy::When>> enum_names(ReplacementPolicy::When);

/// Defaults are those of the settings that the values go into; an optional that is not set leaves the choice to the server.
struct ClientOptions {
  std::string nameservices;
  OptionFamily namenodes;
  OptionFamily rpc_addresses;

  Milliseconds connect_timeout{RpcTimes().connect};
  Milliseconds rpc_timeout{RpcTimes().silence};
  Flag pings{true};
  Milliseconds ping_interval{RpcTimes().ping};
  Milliseconds first_pause{RpcSettings().first_pause};
  Milliseconds longest_pause{RpcSettings().longest_pause};
  std::string rpc_protection;

  std::int32_t replication = FileWriterSettings().replication;
  Size block_size{FileWriterSettings().block_size};
  std::optional<Size> packet_size;
  std::optional<ChecksumType> checksum_type;
  std::optional<std::int32_t> bytes_per_checksum;
  Umask umask;
  std::optional<std::int32_t> decimal_umask;
  std::string home_prefix = "/user";

  Flag replaces_datanodes{true};
  ReplacementPolicy::When replacement = ReplacementPolicy().when;
  Flag replacement_is_best_effort{ReplacementPolicy().is_best_effort};
  std::int32_t replacement_minimum = 0;

  std::int32_t block_retries = static_cast<std::int32_t>(FileWriterSettings().block_attempts) - 1;
  std::int32_t recovery_retries = static_cast<std::int32_t>(FileWriterSettings().recovery_attempts);
  std::string next_block_retries;
  Milliseconds next_block_delay{FileWriterSettings().first_pause};
  Milliseconds longest_next_block_delay{FileWriterSettings().longest_pause};
  Seconds restart_timeout{FileWriterSettings().restart_timeout};
  Milliseconds excluded_for{FileWriterSettings().excluded_for};

  Milliseconds socket_timeout{TransferSettings().socket_timeout};
  Milliseconds write_timeout{TransferSettings().write_timeout};
  Flag uses_hostname{TransferSettings().uses_hostname};
};

/// The rows of ClientOptions.
[[nodiscard]] std::span<const OptionInfo> client_option_rows();

/// A key whose value must be one of `permitted`, or empty, or not set. One that ends in `.*` is meant for the host of the URI:
/// `dfs.client.failover.proxy.provider.flume`.
struct RestrictedKey {
  std::string_view key;
  std::array<std::string_view, 3> permitted;  ///< the first one is what Hadoop takes by default; those not used are empty
  std::string_view doc;
  std::string_view reason;  ///< why others are refused, and what to do
};
[[nodiscard]] std::span<const RestrictedKey> restricted_keys();

}  // namespace flume::hdfs
