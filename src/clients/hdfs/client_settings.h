// The settings of the client, as Hadoop's configuration files have them: where the NameNodes are, and how files are written.
// A value, made by one pure function; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "clients/hdfs/file_writer.h"
#include "clients/hdfs/namenode.h"
#include "clients/hdfs/rpc_client.h"
#include "flume/hadoop_environment.h"
#include "text/xml_configuration.h"

namespace flume::hdfs {

struct ClientSettings {
  RpcSettings rpc;
  FileWriterSettings file;  ///< `checksum` and `packet_bytes` are not filled in: see file_settings()
  std::optional<ChecksumType> checksum_type;
  std::optional<std::uint32_t> bytes_per_checksum;
  std::optional<std::size_t> packet_size;  ///< with checksums and header, as Hadoop counts it
  std::uint16_t umask = 022;
  std::string home;  ///< of the user: "/user/flume"

  [[nodiscard]] const TransferSettings& transfer() const { return file.transfer; }
  /// For NameNodeClient::create(): the permission of a file is 666 without the umask.
  [[nodiscard]] CreateOptions create_options() const;
  /// 777 without the umask.
  [[nodiscard]] std::uint16_t folder_permission() const { return static_cast<std::uint16_t>(0777 & ~umask); }
  /// `path`, with a leading slash; without one it is meant below home.
  [[nodiscard]] std::string absolute(std::string_view path) const;

  /// How files are written, with what is not configured as `defaults` has it. InvalidConfig: sizes that do not go together.
  [[nodiscard]] Result<FileWriterSettings> file_settings(const ServerDefaults& defaults) const;
};

/// The settings for hdfs://`authority`, which is "host:port", "host", or a nameservice. InvalidConfig tells all that is wrong:
/// file, key, value and what is expected; and what cannot be honoured here, such as Kerberos. `user` must not be empty.
[[nodiscard]] Result<ClientSettings> client_settings(const XmlConfiguration& configuration, std::string_view authority, std::string user);

/// As whom we speak to a cluster without Kerberos. InvalidConfig: a proxy user was asked for; the process's user has no name.
[[nodiscard]] Result<std::string> user_name(const HadoopEnvironment& environment);

/// "host:port", "host", "[::1]:8020". InvalidConfig: a user, an escape, no port number, ...
[[nodiscard]] Result<RpcServer> parse_server(std::string_view text);

}  // namespace flume::hdfs
