#include "clients/hdfs/client_settings.h"

#include <initializer_list>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/client_options.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Properties = std::initializer_list<std::pair<std::string_view, std::string_view>>;

XmlConfiguration configured(const Properties& properties) {
  std::string text = "<configuration>";
  for (const auto& [name, value] : properties)
    text += "<property><name>" + std::string(name) + "</name><value>" + std::string(value) + "</value></property>";
  XmlConfiguration configuration;
  EXPECT_TRUE(configuration.add("/conf/hdfs-site.xml", text + "</configuration>").ok());
  return configuration;
}

ClientSettings settings_of(const Properties& properties, std::string_view authority = "nn:9000") {
  auto settings = client_settings(configured(properties), authority, "flume");
  EXPECT_TRUE(settings.ok()) << settings.status().message();
  return settings ? *std::move(settings) : ClientSettings();
}

std::string problem(const Properties& properties, std::string_view authority = "nn:9000") {
  const auto settings = client_settings(configured(properties), authority, "flume");
  if (settings) return "accepted";
  EXPECT_EQ(settings.status().kind(), ErrorKind::InvalidConfig);
  return settings.status().message();
}

std::vector<std::string> servers(const Properties& properties, std::string_view authority) {
  std::vector<std::string> all;
  for (const RpcServer& server : settings_of(properties, authority).rpc.servers) all.push_back(host_and_port(server.host, server.port));
  return all;
}

const Properties kPair = {
    {"dfs.nameservices", "flume, other"},
    {"dfs.ha.namenodes.flume", "nn1, nn2"},
    {"dfs.namenode.rpc-address.flume.nn1", " one.example:8020 "},
    {"dfs.namenode.rpc-address.flume.nn2", "two.example:8021"},
    {"dfs.client.failover.proxy.provider.flume", "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider"}};

TEST(ClientSettings, has_the_clients_own_defaults) {
  const ClientSettings settings = settings_of({});
  EXPECT_EQ(settings.rpc.user, "flume");
  EXPECT_EQ(settings.rpc.times.connect, RpcTimes().connect);
  EXPECT_EQ(settings.rpc.times.silence, RpcTimes().silence);
  EXPECT_EQ(settings.rpc.times.ping, RpcTimes().ping);
  EXPECT_EQ(settings.rpc.first_pause, RpcSettings().first_pause);
  EXPECT_EQ(settings.file.replication, 3);
  EXPECT_EQ(settings.file.block_size, std::uint64_t{128} << 20);
  EXPECT_EQ(settings.file.packet_bytes, FileWriterSettings().packet_bytes);
  EXPECT_EQ(settings.file.block_attempts, FileWriterSettings().block_attempts);
  EXPECT_EQ(settings.file.recovery_attempts, FileWriterSettings().recovery_attempts);
  EXPECT_EQ(settings.file.replacement.when, ReplacementPolicy::When::Default);
  EXPECT_FALSE(settings.checksum_type);
  EXPECT_FALSE(settings.bytes_per_checksum);
  EXPECT_EQ(settings.umask, 022);
  EXPECT_EQ(settings.home, "/user/flume");
}

TEST(ClientSettings, reads_what_users_set) {
  const ClientSettings settings = settings_of({{"ipc.client.connect.timeout", "5s"},
                                               {"ipc.client.rpc-timeout.ms", "30000"},
                                               {"ipc.ping.interval", "10000"},
                                               {"dfs.client.failover.sleep.base.millis", "500"},
                                               {"dfs.client.failover.sleep.max.millis", "15000"},
                                               {"dfs.replication", "2"},
                                               {"dfs.blocksize", "256m"},
                                               {"dfs.client.block.write.retries", "7"},
                                               {"dfs.client.pipeline.recovery.max-retries", "9"},
                                               {"dfs.client.block.write.locateFollowingBlock.retries", "1"},
                                               {"dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "200"},
                                               {"dfs.client.datanode-restart.timeout", "15"},
                                               {"dfs.client.write.exclude.nodes.cache.expiry.interval.millis", "1000"},
                                               {"dfs.client.socket-timeout", "20000"},
                                               {"dfs.datanode.socket.write.timeout", "90000"},
                                               {"dfs.client.use.datanode.hostname", "true"},
                                               {"fs.permissions.umask-mode", "077"}});
  EXPECT_EQ(settings.rpc.times.connect, 5s);
  EXPECT_EQ(settings.rpc.times.silence, 30s);
  EXPECT_EQ(settings.rpc.times.ping, 10s);
  EXPECT_EQ(settings.rpc.first_pause, 500ms);
  EXPECT_EQ(settings.rpc.longest_pause, 15s);
  EXPECT_EQ(settings.file.replication, 2);
  EXPECT_EQ(settings.file.block_size, std::uint64_t{256} << 20);
  EXPECT_EQ(settings.file.block_attempts, 8U);
  EXPECT_EQ(settings.file.recovery_attempts, 9U);
  EXPECT_EQ(settings.file.first_pause, 200ms);
  EXPECT_EQ(settings.file.restart_timeout, 15s);
  EXPECT_EQ(settings.file.excluded_for, 1s);
  EXPECT_EQ(settings.transfer().socket_timeout, 20s);
  EXPECT_EQ(settings.transfer().write_timeout, 90s);
  EXPECT_TRUE(settings.transfer().uses_hostname);
  EXPECT_EQ(settings.umask, 077);
}

TEST(ClientSettings, takes_zero_for_no_limit) {
  const ClientSettings settings = settings_of({{"ipc.client.connect.timeout", "0"},
                                               {"ipc.client.rpc-timeout.ms", "0"},
                                               {"dfs.client.socket-timeout", "0"},
                                               {"dfs.datanode.socket.write.timeout", "0"}});
  EXPECT_EQ(settings.rpc.times.connect, kForever);
  EXPECT_EQ(settings.rpc.times.silence, kForever);
  EXPECT_EQ(settings.transfer().socket_timeout, kForever);
  EXPECT_EQ(settings.transfer().write_timeout, kForever);
}

TEST(ClientSettings, limits_silence_also_without_pings) {
  const RpcTimes without_limit =
      settings_of({{"ipc.client.ping", "false"}, {"ipc.client.rpc-timeout.ms", "0"}, {"ipc.ping.interval", "7000"}}).rpc.times;
  EXPECT_EQ(without_limit.silence, 7s);
  EXPECT_EQ(without_limit.ping, kForever);
  EXPECT_EQ(settings_of({{"ipc.client.ping", "false"}, {"ipc.client.rpc-timeout.ms", "9000"}}).rpc.times.silence, 9s);
}

TEST(ClientSettings, never_has_a_longest_pause_below_the_first) {
  const ClientSettings settings = settings_of(
      {{"dfs.client.failover.sleep.base.millis", "60000"}, {"dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "60000"}});
  EXPECT_EQ(settings.rpc.longest_pause, 60s);
  EXPECT_EQ(settings.file.longest_pause, 60s);
}

TEST(ClientSettings, takes_names_of_old) {
  const ClientSettings settings = settings_of({{"dfs.block.size", "1m"},
                                               {"dfs.umaskmode", "027"},
                                               {"dfs.socket.timeout", "3000"},
                                               {"io.bytes.per.checksum", "1024"},
                                               {"dfs.write.packet.size", "8k"}});
  EXPECT_EQ(settings.file.block_size, 1U << 20);
  EXPECT_EQ(settings.umask, 027);
  EXPECT_EQ(settings.transfer().socket_timeout, 3s);
  EXPECT_EQ(settings.bytes_per_checksum, 1024U);
  EXPECT_EQ(settings.packet_size, 8192U);
}

TEST(ClientSettings, knows_every_old_name_that_it_documents) {
  std::size_t checked = 0;
  for (const OptionInfo& row : client_option_rows()) {
    for (const std::string_view alias : row.traits.aliases) {
      if (alias.empty()) continue;
      EXPECT_TRUE(configured({{alias, "1"}}).properties().contains(row.key)) << alias;
      ++checked;
    }
  }
  EXPECT_GE(checked, 6U);
}

TEST(ClientSettings, names_each_key_once) {
  std::set<std::string_view> keys;
  for (const OptionInfo& row : client_option_rows()) EXPECT_TRUE(keys.insert(row.key).second) << row.key;
  for (const RestrictedKey& row : restricted_keys()) EXPECT_TRUE(keys.insert(row.key).second) << row.key;
}

TEST(ClientSettings, reads_the_decimal_umask_of_hadoop_2) {
  EXPECT_EQ(settings_of({{"dfs.umask", "63"}}).umask, 077);
  EXPECT_EQ(settings_of({{"dfs.umask", "18"}, {"fs.permissions.umask-mode", "077"}}).umask, 022) << "it wins";
  EXPECT_THAT(problem({{"dfs.umask", "u=rwx"}}), HasSubstr("/conf/hdfs-site.xml: dfs.umask: not a whole number"));
}

TEST(ClientSettings, applies_the_umask) {
  const ClientSettings settings = settings_of({{"fs.permissions.umask-mode", "027"}, {"dfs.replication", "1"}, {"dfs.blocksize", "1m"}});
  EXPECT_EQ(settings.create_options().permission, 0640);
  EXPECT_EQ(settings.create_options().replication, 1);
  EXPECT_EQ(settings.create_options().block_size, 1U << 20);
  EXPECT_EQ(settings.folder_permission(), 0750);
}

TEST(ClientSettings, finds_relative_paths_in_the_users_folder) {
  const ClientSettings settings = settings_of({{"dfs.user.home.dir.prefix", "/home"}});
  EXPECT_EQ(settings.absolute("events/%Y"), "/home/flume/events/%Y");
  EXPECT_EQ(settings.absolute("/events"), "/events");
}

TEST(ClientSettings, reads_the_replacement_policy) {
  const std::string prefix = "dfs.client.block.write.replace-datanode-on-failure.";
  const auto policy = [&](std::string_view enable, std::string_view when, std::string_view best_effort, std::string_view minimum) {
    return settings_of({{prefix + "enable", enable},
                        {prefix + "policy", when},
                        {prefix + "best-effort", best_effort},
                        {prefix + "min-replication", minimum}})
        .file.replacement;
  };
  EXPECT_EQ(policy("true", "always", "false", "0").when, ReplacementPolicy::When::Always);
  EXPECT_FALSE(policy("true", "ALWAYS", "false", "0").is_best_effort);
  EXPECT_TRUE(policy("true", "DEFAULT", "true", "0").is_best_effort);
  EXPECT_EQ(policy("true", "DEFAULT", "true", "2").least_nodes, 0U) << "a best effort has no bound";
  EXPECT_EQ(policy("false", "ALWAYS", "false", "2").when, ReplacementPolicy::When::Never);
  EXPECT_EQ(policy("true", "NEVER", "false", "2").least_nodes, 0U) << "nobody looks for a replacement";
  const ReplacementPolicy with_minimum = policy("true", "DEFAULT", "false", "2");
  EXPECT_TRUE(with_minimum.is_best_effort);
  EXPECT_EQ(with_minimum.least_nodes, 2U);
  EXPECT_THAT(problem({{prefix + "policy", "sometimes"}}), HasSubstr("'sometimes' is not one of: DEFAULT, ALWAYS, NEVER"));
}

TEST(ClientSettings, writes_with_the_checksum_of_the_server_unless_it_is_configured) {
  const ServerDefaults defaults{.bytes_per_checksum = 512, .checksum_type = ChecksumType::Crc32};
  const auto file = settings_of({}).file_settings(defaults);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->checksum, (Checksum{ChecksumType::Crc32, 512}));
  EXPECT_EQ(file->packet_bytes, 65536U);
  const auto configured_file = settings_of({{"dfs.checksum.type", "CRC32C"}, {"dfs.bytes-per-checksum", "1024"}}).file_settings(defaults);
  ASSERT_TRUE(configured_file.ok());
  EXPECT_EQ(configured_file->checksum, (Checksum{ChecksumType::Crc32c, 1024}));
  EXPECT_THAT(problem({{"dfs.checksum.type", "MD5"}}), HasSubstr("'MD5' is not one of: CRC32C, CRC32, NULL"));
}

TEST(ClientSettings, counts_packets_as_hadoop_does) {
  const auto packet_bytes = [](std::string_view size) {
    return settings_of({{"dfs.client-write-packet-size", size}}).file_settings({.bytes_per_checksum = 512})->packet_bytes;
  };
  EXPECT_EQ(packet_bytes("65536"), 126U * 512);
  EXPECT_EQ(packet_bytes("10"), 512U) << "one chunk at least";
}

TEST(ClientSettings, refuses_sizes_that_do_not_go_together) {
  EXPECT_THAT(problem({{"dfs.blocksize", "1000000"}, {"dfs.bytes-per-checksum", "512"}}),
              HasSubstr("dfs.blocksize = 1000000: not a multiple of the 512 bytes of a checksum"));
  const ClientSettings settings = settings_of({{"dfs.blocksize", "1000000"}});
  EXPECT_EQ(settings.file_settings({.bytes_per_checksum = 512}).status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(settings.file_settings({.bytes_per_checksum = 0}).cause(), Cause::Unsupported) << "a server that asks for nonsense";
}

TEST(ClientSettings, tells_all_values_that_cannot_be_read) {
  const std::string problems = problem({{"dfs.replication", "three"}, {"dfs.blocksize", "128mb"}, {"dfs.client.socket-timeout", "soon"}});
  EXPECT_THAT(problems, AllOf(HasSubstr("/conf/hdfs-site.xml: dfs.replication: not a whole number: 'three'"),
                              HasSubstr("; /conf/hdfs-site.xml: dfs.blocksize: '128mb': expected a number of bytes"),
                              HasSubstr("; /conf/hdfs-site.xml: dfs.client.socket-timeout: 'soon': expected a time in milliseconds")));
  EXPECT_THAT(problem({{"dfs.replication", "0"}}), HasSubstr("out of range: '0', allowed is from 1 to 32767"));
  EXPECT_THAT(problem({{"ipc.ping.interval", "0"}}), HasSubstr("expected at least 1 ms"));
  EXPECT_THAT(problem({{"dfs.replication", "${a}"}, {"a", "${b}"}, {"b", "${a}"}}), HasSubstr("expansions"));
}

TEST(ClientSettings, takes_a_host_with_or_without_a_port) {
  EXPECT_THAT(servers({}, "nn.example:9000"), ElementsAre("nn.example:9000"));
  EXPECT_THAT(servers({}, "nn"), ElementsAre("nn:8020"));
  EXPECT_THAT(servers({}, "10.0.0.7"), ElementsAre("10.0.0.7:8020"));
  EXPECT_THAT(servers({}, "[::1]:9000"), ElementsAre("[::1]:9000"));
  EXPECT_THAT(servers({}, "[fe80::2]"), ElementsAre("[fe80::2]:8020"));
}

TEST(ClientSettings, refuses_what_is_no_host) {
  EXPECT_THAT(problem({}, ""), HasSubstr("no host: expected host:port"));
  EXPECT_THAT(problem({}, "me@nn"), HasSubstr("a user has no place in an address"));
  EXPECT_THAT(problem({}, "%{host}"), HasSubstr("without escapes"));
  EXPECT_THAT(problem({}, ":8020"), HasSubstr("not a host"));
  EXPECT_THAT(problem({}, "nn:"), HasSubstr("the port is not a whole number: ''"));
  EXPECT_THAT(problem({}, "nn:65536"), HasSubstr("the port is out of range"));
  EXPECT_THAT(problem({}, "::1"), HasSubstr("not a host"));
  EXPECT_THAT(problem({}, "fe80::2"), HasSubstr("write an IPv6 address as [::1]:8020"));
  EXPECT_THAT(problem({}, "[::1"), HasSubstr("no ] behind the address"));
  EXPECT_THAT(problem({}, "[::1]8020"), HasSubstr("expected an address such as [::1]:8020"));
}

TEST(ClientSettings, finds_both_namenodes_of_a_nameservice) {
  EXPECT_THAT(servers(kPair, "flume"), ElementsAre("one.example:8020", "two.example:8021"));
  EXPECT_THAT(servers(kPair, "flume:8020"), ElementsAre("one.example:8020", "two.example:8021")) << "the usual port says nothing";
  EXPECT_THAT(servers(kPair, "third.example:8020"), ElementsAre("third.example:8020"));
  EXPECT_THAT(servers(kPair, "other"), ElementsAre("other:8020")) << "called like its host";
  EXPECT_THAT(servers({{"dfs.nameservices", "ns"}, {"dfs.namenode.rpc-address.ns", "hdfs://nn.example:9000/"}}, "ns"),
              ElementsAre("nn.example:9000"));
}

TEST(ClientSettings, tells_what_a_nameservice_lacks) {
  EXPECT_THAT(problem(kPair, "flume:9000"),
              HasSubstr("flume is a nameservice (dfs.ha.namenodes.flume in /conf/hdfs-site.xml): remove the port 9000"));
  EXPECT_THAT(problem({{"dfs.ha.namenodes.ns", "a,b"}, {"dfs.namenode.rpc-address.ns.a", "h:1"}}, "ns"),
              HasSubstr("hdfs-site.xml: dfs.ha.namenodes.ns: 'a,b': dfs.namenode.rpc-address.ns.b is missing"));
  EXPECT_THAT(problem({{"dfs.ha.namenodes.ns", " , "}}, "ns"), HasSubstr("dfs.ha.namenodes.ns: is empty"));
  EXPECT_THAT(problem({{"dfs.ha.namenodes.ns", "a"}, {"dfs.namenode.rpc-address.ns.a", "h:port"}}, "ns"),
              HasSubstr("dfs.namenode.rpc-address.ns.a: 'h:port': the port is not a whole number"));
  EXPECT_THAT(problem({{"dfs.namenode.rpc-address.ns.a", "h:1"}}, "ns"), HasSubstr("dfs.ha.namenodes.ns is missing"));
  EXPECT_THAT(problem({{"dfs.client.failover.proxy.provider.ns", ""}}, "ns"), HasSubstr("dfs.ha.namenodes.ns is missing"));
  EXPECT_THAT(problem(kPair, "flmue"),
              HasSubstr("dfs.nameservices: has no 'flmue' (did you mean flume?); if it is a host, write its port: flmue:8020"));
}

TEST(ClientSettings, refuses_what_it_must_not_ignore) {
  EXPECT_THAT(problem({{"hadoop.security.authentication", "kerberos"}}),
              HasSubstr("/conf/hdfs-site.xml: hadoop.security.authentication: 'kerberos': Kerberos comes in a later version"));
  EXPECT_THAT(problem({{"dfs.encrypt.data.transfer", "true"}}), HasSubstr("encrypted transfer comes with Kerberos"));
  EXPECT_THAT(problem({{"dfs.data.transfer.protection", "privacy"}}), HasSubstr("(remove the property)"));
  EXPECT_THAT(problem({{"hadoop.rpc.socket.factory.class.default", "org.apache.hadoop.net.SocksSocketFactory"}}),
              HasSubstr("here only org.apache.hadoop.net.StandardSocketFactory works"));
  EXPECT_THAT(problem({{"fs.hdfs.impl", "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"}}),
              HasSubstr("fs.hdfs.impl: 'org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme': another file system"));
  EXPECT_THAT(problem({{"dfs.client.local.interfaces", "eth1"}}), HasSubstr("dfs.client.local.interfaces: 'eth1'"));
  const std::string provider = "dfs.client.failover.proxy.provider.";
  EXPECT_THAT(problem({{provider + "nn", "org.example.Mine"}}), HasSubstr("a class of one's own cannot be loaded"));
  EXPECT_THAT(problem({{"dfs.client.failover.resolve-needed.nn", "true"}}), HasSubstr("list them in dfs.ha.namenodes"));
}

TEST(ClientSettings, accepts_what_is_harmless) {
  EXPECT_EQ(problem({{"hadoop.security.authentication", "SIMPLE"},
                     {"dfs.encrypt.data.transfer", "False"},
                     {"dfs.data.transfer.protection", " "},
                     {"hadoop.rpc.protection", "privacy"},
                     {"dfs.client.read.shortcircuit", "true"},
                     {"dfs.domain.socket.path", "/run/dn"},
                     {"dfs.encryption.key.provider.uri", "kms://http@kms:9600/kms"},
                     {"dfs.client.failover.proxy.provider.another", "org.example.Mine"},
                     {"some.other.key", "x"}}),
            "accepted");
}

TEST(ClientSettings, knows_as_whom_to_write) {
  EXPECT_EQ(*user_name(HadoopEnvironment{.user_name = "alice"}), "alice");
  EXPECT_EQ(*user_name(HadoopEnvironment{}), *user_name(nullptr));
  const Status proxy = user_name(HadoopEnvironment{.user_name = "alice", .proxy_user = "bob"}).status();
  EXPECT_EQ(proxy.kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(proxy.message(), HasSubstr("HADOOP_PROXY_USER = bob"));
}

}  // namespace
}  // namespace flume::hdfs
