#include "clients/hdfs/client_options.h"

namespace flume::hdfs {
namespace {

constexpr OptionTraits at_least_one{.minimum = 1};

constexpr OptionTraits also(std::string_view old_name, std::int64_t minimum, std::int64_t maximum) {
  OptionTraits traits{.minimum = minimum, .maximum = maximum};
  traits.aliases[0] = old_name;
  return traits;
}

constexpr OptionTraits no_effect(std::string_view why) {
  OptionTraits traits;
  traits.no_effect = why;
  return traits;
}

constexpr std::int64_t kLargestChunk = kLargestPacket / 2;  // a packet has at least one
constexpr std::int64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

constexpr auto kClientOptions = options(
    option<&ClientOptions::nameservices>("dfs.nameservices", "Names, separated by commas, that stand for clusters in hdfs:// addresses.",
                                         {.aliases = {"dfs.federation.nameservices"}}),
    option<&ClientOptions::namenodes>("dfs.ha.namenodes.*", "The NameNodes of a nameservice, separated by commas."),
    option<&ClientOptions::rpc_addresses>("dfs.namenode.rpc-address.*",
                                          "host:port of a NameNode: NAMESERVICE.NAMENODE, or NAMESERVICE when it has only one."),
    option<&ClientOptions::connect_timeout>("ipc.client.connect.timeout", "Longest wait for a connection to a NameNode; 0: no limit."),
    option<&ClientOptions::rpc_timeout>("ipc.client.rpc-timeout.ms",
                                        "A NameNode from which nothing came for so long, while a call waits, is given up; 0: never."),
    option<&ClientOptions::pings>("ipc.client.ping", "Send pings to a NameNode that does not answer."),
    option<&ClientOptions::ping_interval>("ipc.ping.interval", "Time between such pings.", at_least_one),
    option<&ClientOptions::first_pause>("dfs.client.failover.sleep.base.millis", "First pause before a NameNode is asked again; doubles.",
                                        at_least_one),
    option<&ClientOptions::longest_pause>("dfs.client.failover.sleep.max.millis", "Longest pause before a NameNode is asked again.",
                                          at_least_one),
    option<&ClientOptions::rpc_protection>("hadoop.rpc.protection", "Protection of calls to NameNodes.",
                                           no_effect("it is a part of Kerberos' protocol; without Kerberos Hadoop does not look at it")),
    option<&ClientOptions::replication>("dfs.replication", "Replicas of each block.", {.minimum = 1, .maximum = 32767}),
    option<&ClientOptions::block_size>("dfs.blocksize", "Bytes of a block: a multiple of dfs.bytes-per-checksum.",
                                       also("dfs.block.size", 1, kMostBytes)),
    option<&ClientOptions::packet_size>("dfs.client-write-packet-size", "Bytes of a packet with its checksums.",
                                        [] {
                                          OptionTraits traits = also("dfs.write.packet.size", 1, static_cast<std::int64_t>(kLargestPacket));
                                          traits.default_text = "64 KiB of data";
                                          return traits;
                                        }()),
    option<&ClientOptions::checksum_type>("dfs.checksum.type", "Checksums of the data.", {.default_text = "as the NameNode says"}),
    option<&ClientOptions::bytes_per_checksum>("dfs.bytes-per-checksum", "Bytes of data for each checksum.",
                                               [] {
                                                 OptionTraits traits = also("io.bytes.per.checksum", 1, kLargestChunk);
                                                 traits.unit = "bytes";
                                                 traits.default_text = "as the NameNode says";
                                                 return traits;
                                               }()),
    option<&ClientOptions::umask>("fs.permissions.umask-mode",
                                  "Permissions that new files (666) and folders (777) do not get: octal, or symbols for those they keep.",
                                  {.aliases = {"dfs.umaskmode"}}),
    option<&ClientOptions::decimal_umask>("dfs.umask", "The same as a decimal number, as Hadoop 2 reads it; wins.",
                                          {.minimum = 0, .maximum = 0777, .deprecated = "use fs.permissions.umask-mode"}),
    option<&ClientOptions::home_prefix>("dfs.user.home.dir.prefix", "Where the users' folders are: paths without a slash begin there."),
    option<&ClientOptions::replaces_datanodes>("dfs.client.block.write.replace-datanode-on-failure.enable",
                                               "Replace DataNodes that fail in the middle of a block."),
    option<&ClientOptions::replacement>(
        "dfs.client.block.write.replace-datanode-on-failure.policy",
        "DEFAULT replaces them at replication 3 and more, when half of them or fewer are left, or after a flush or an append."),
    option<&ClientOptions::replacement_is_best_effort>("dfs.client.block.write.replace-datanode-on-failure.best-effort",
                                                       "Go on with those that are left when there is no other."),
    option<&ClientOptions::replacement_minimum>("dfs.client.block.write.replace-datanode-on-failure.min-replication",
                                                "Go on when there is no other, and so many are left; 0: do not.",
                                                {.minimum = 0, .maximum = 32767}),
    option<&ClientOptions::block_retries>("dfs.client.block.write.retries", "Further tries to begin a block, each with other DataNodes.",
                                          {.minimum = 0, .maximum = 1000}),
    option<&ClientOptions::recovery_retries>("dfs.client.pipeline.recovery.max-retries",
                                             "Recoveries of a block's pipeline without any progress between them.",
                                             {.minimum = 0, .maximum = 1000}),
    option<&ClientOptions::next_block_retries>("dfs.client.block.write.locateFollowingBlock.retries",
                                               "Further tries to get a block or to complete a file.",
                                               no_effect("the NameNode is asked until the call's time is over")),
    option<&ClientOptions::next_block_delay>("dfs.client.block.write.locateFollowingBlock.initial.delay.ms",
                                             "First pause before the next try to get a block or to complete a file; doubles.",
                                             at_least_one),
    option<&ClientOptions::longest_next_block_delay>("dfs.client.block.write.locateFollowingBlock.max.delay.ms", "Longest such pause.",
                                                     at_least_one),
    option<&ClientOptions::restart_timeout>("dfs.client.datanode-restart.timeout",
                                            "So long a DataNode is waited for that says that it will be back soon."),
    option<&ClientOptions::excluded_for>("dfs.client.write.exclude.nodes.cache.expiry.interval.millis",
                                         "So long a DataNode that failed gets no new block of the same file."),
    option<&ClientOptions::socket_timeout>("dfs.client.socket-timeout", "A DataNode that is silent for so long has failed; 0: no limit.",
                                           {.aliases = {"dfs.socket.timeout"}}),
    option<&ClientOptions::write_timeout>("dfs.datanode.socket.write.timeout",
                                          "A DataNode that takes no byte for so long has failed; 0: no limit."),
    option<&ClientOptions::uses_hostname>("dfs.client.use.datanode.hostname",
                                          "Connect to the names of DataNodes, not to the addresses that the NameNode knows."));

constexpr std::array kRestrictedKeys{
    RestrictedKey{"hadoop.security.authentication",
                  {"simple"},
                  "How users prove who they are.",
                  "Kerberos comes in a later version, and nothing is sent to a secure cluster without it"},
    RestrictedKey{"dfs.encrypt.data.transfer",
                  {"false"},
                  "Encryption between client and DataNodes.",
                  "encrypted transfer comes with Kerberos in a later version; data is not sent in the clear where it was asked for"},
    RestrictedKey{"dfs.data.transfer.protection",
                  {},
                  "SASL between client and DataNodes.",
                  "protected transfer comes with Kerberos in a later version; data is not sent in the clear where it was asked for"},
    RestrictedKey{"dfs.client.failover.proxy.provider.*",
                  {"org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider",
                   "org.apache.hadoop.hdfs.server.namenode.ha.RequestHedgingProxyProvider",
                   "org.apache.hadoop.hdfs.server.namenode.ha.ObserverReadProxyProvider"},
                  "How the active NameNode of a nameservice is found; here all are asked one after the other.",
                  "a class of one's own cannot be loaded"},
    RestrictedKey{"dfs.client.failover.resolve-needed.*",
                  {"false"},
                  "Whether the address of a nameservice's NameNode is a name that stands for several of them.",
                  "one name for several NameNodes is not supported: list them in dfs.ha.namenodes"},
    RestrictedKey{"hadoop.rpc.socket.factory.class.default",
                  {"org.apache.hadoop.net.StandardSocketFactory"},
                  "How connections are made.",
                  "connections are made directly only, not by a proxy"},
    RestrictedKey{"hadoop.rpc.socket.factory.class.ClientProtocol",
                  {"org.apache.hadoop.net.StandardSocketFactory"},
                  "How connections to NameNodes are made.",
                  "connections are made directly only, not by a proxy"},
    RestrictedKey{"dfs.client.local.interfaces",
                  {},
                  "Network interfaces that the client must use.",
                  "the system chooses the interface: leave that to its routes"},
    RestrictedKey{"fs.hdfs.impl",
                  {"org.apache.hadoop.hdfs.DistributedFileSystem"},
                  "What hdfs:// is.",
                  "another file system behind hdfs:// cannot be loaded"},
};

}  // namespace

std::span<const EnumName<ChecksumType>> enum_names(ChecksumType) {
  static constexpr std::array kNames{EnumName<ChecksumType>{"CRC32C", ChecksumType::Crc32c},
                                     EnumName<ChecksumType>{"CRC32", ChecksumType::Crc32},
                                     EnumName<ChecksumType>{"NULL", ChecksumType::None}};
  return kNames;
}

std::span<const EnumName<ReplacementPolicy::When>> enum_names(ReplacementPolicy::When) {
  using When = ReplacementPolicy::When;
  static constexpr std::array kNames{EnumName<When>{"DEFAULT", When::Default}, EnumName<When>{"ALWAYS", When::Always},
                                     EnumName<When>{"NEVER", When::Never}};
  return kNames;
}

std::span<const OptionInfo> client_option_rows() { return kClientOptions.rows; }
std::span<const RestrictedKey> restricted_keys() { return kRestrictedKeys; }

}  // namespace flume::hdfs
