// Components that only tests know, with one key of every sort: they are never made, only planned. With a function that plans
// a text and one that shows what was said about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/agent_plan.h"
#include "config/flume_types.h"
#include "config/substitution.h"
#include "support/sim_files.h"

namespace flume::config {

enum class Order : std::uint8_t { Oldest, Youngest, Random };
inline std::span<const EnumName<Order>> enum_names(Order) {
  static constexpr EnumName<Order> kNames[] = {{"oldest", Order::Oldest}, {"first", Order::Oldest}, {"youngest", Order::Youngest}};
  return kNames;
}

struct FakeTlsOptions {
  bool ssl = false;
  Secret keystore_password;
  std::int64_t burst = 5;
  Nested codec;
};
inline constexpr auto kFakeTlsOptions =
    options(option<&FakeTlsOptions::ssl>("ssl", "Encrypt."),
            option<&FakeTlsOptions::keystore_password>("keystore-password", "Opens the key store."),
            option<&FakeTlsOptions::burst>("burst", "In a group.", {.role = OptionRole::BatchSize}),
            component_option<&FakeTlsOptions::codec>("codec", Kind::Serializer, "codec.", "A component in a group.", {}));

struct FakeSourceOptions {
  std::string command;
  std::string file = "none";
  std::int32_t workers = 2;
  std::int64_t batch_size = 100;
  Bytes event_size{2500};
  Port port{4141};
  std::chrono::milliseconds timeout{3000};
  std::chrono::seconds interval{30};
  bool restart = false;
  Names hosts{"a", "b"};
  Order order = Order::Oldest;
  Secret password;
  std::optional<std::int32_t> limit;
  OptionFamily client;
  OptionFamily special_client;
  Nested serializer;
  std::string old_file;
  std::int32_t idle = 0;
  FakeTlsOptions tls;
};
inline constexpr auto kFakeSourceOptions =
    options(
        option<&FakeSourceOptions::command>("command", "What to run.", {.required = true}),
        option<&FakeSourceOptions::file>("file", "A file.", {.aliases = {"fileName", "path.name"}}),
        option<&FakeSourceOptions::workers>("workers", "Threads.", {.minimum = 1, .maximum = 8}),
        option<&FakeSourceOptions::batch_size>("batchSize", "Events.", {.minimum = 1, .role = OptionRole::BatchSize}),
        option<&FakeSourceOptions::event_size>("eventSize", "Longest event.", {.minimum = 1}),
        option<&FakeSourceOptions::port>("port", "Where it goes."), option<&FakeSourceOptions::timeout>("timeout", "Wait."),
        option<&FakeSourceOptions::interval>("interval", "Pause.", {.minimum = 0}),
        option<&FakeSourceOptions::restart>("restart", "Again."), option<&FakeSourceOptions::hosts>("hosts", "Whom to ask."),
        option<&FakeSourceOptions::order>("order", "Which first."), option<&FakeSourceOptions::password>("password", "Secret."),
        option<&FakeSourceOptions::limit>("limit", "None unless set.", {.minimum = 0}),
        option<&FakeSourceOptions::client>("client.*", "Passed on."),
        option<&FakeSourceOptions::special_client>("client.special.*", "Passed on elsewhere."),
        component_option<&FakeSourceOptions::serializer>("serializer", Kind::Serializer, "serializer.", "How.", {.default_text = "PLAIN"}),
        option<&FakeSourceOptions::old_file>("oldFile", "A file.", {.deprecated = "use file"}),
        option<&FakeSourceOptions::idle>("idle", "Nothing.", {.no_effect = "there are no threads to count"})) +
    group<&FakeSourceOptions::tls, kFakeTlsOptions>();

inline OptionProblems check_fake_source(const FakeSourceOptions& options) {
  OptionProblems problems;
  if (options.limit != 7) return problems;
  if (options.workers > 7) problems.push_back({{"workers", "limit"}, "too many for this limit"});
  problems.push_back({{"timeout", "limit"}, "does not go with this limit"});
  return problems;
}

/// A source that listens, as those of Flume do with a single port, several, or one for datagrams.
struct FakeServerOptions {
  std::string bind = "0.0.0.0";
  Port port{};
};
struct FakeServersOptions {
  std::string host;
  Names ports;
};
inline constexpr auto kFakeServerOptions =
    options(option<&FakeServerOptions::bind>("bind", "Address.", {.role = OptionRole::ListenAddress}),
            option<&FakeServerOptions::port>("port", "Where to listen.", {.required = true, .role = OptionRole::TcpPort}));
inline constexpr auto kFakeDatagramOptions =
    options(option<&FakeServerOptions::bind>("host", "Address.", {.role = OptionRole::ListenAddress}),
            option<&FakeServerOptions::port>("port", "Where to listen.", {.required = true, .role = OptionRole::UdpPort}));
inline constexpr auto kFakeServersOptions =
    options(option<&FakeServersOptions::host>("host", "Address.", {.role = OptionRole::ListenAddress}),
            option<&FakeServersOptions::ports>("ports", "Where to listen.", {.required = true, .role = OptionRole::TcpPort}));

struct FakeChannelOptions {
  std::int64_t capacity = 100;
  std::int64_t transaction_capacity = 100;
};
inline constexpr auto kFakeChannelOptions =
    options(option<&FakeChannelOptions::capacity>("capacity", "Events.", {.minimum = 1, .role = OptionRole::Capacity}),
            option<&FakeChannelOptions::transaction_capacity>("transactionCapacity", "Events at once.",
                                                              {.minimum = 1, .role = OptionRole::TransactionCapacity}));
inline Status check_fake_channel(const FakeChannelOptions& options) {
  if (options.capacity == 666) return invalid_config("is not to be had");
  if (options.capacity == 13) return invalid_config("capacity: brings bad luck");
  if (options.transaction_capacity > options.capacity) return invalid_config("transactionCapacity is larger than capacity");
  return {};
}

struct FakeFolderOptions {
  std::string folders;
  std::int64_t folder_capacity = 10;
};
inline constexpr auto kFakeFolderOptions =
    options(option<&FakeFolderOptions::folders>("dataDirs", "Where.", {.default_text = "~/data", .role = OptionRole::ExclusiveFolders}),
            option<&FakeFolderOptions::folder_capacity>("overflowCapacity", "Events there.", {.role = OptionRole::FolderCapacity}));

struct FakeSinkOptions {
  std::string path;
  std::int64_t batch_size = 100;
};
inline constexpr auto kFakeSinkOptions =
    options(option<&FakeSinkOptions::path>("hdfs.path", "Where to.", {.required = true}),
            option<&FakeSinkOptions::batch_size>("hdfs.batchSize", "Events.", {.role = OptionRole::BatchSize}));

struct FakePlainOptions {
  bool append_newline = true;
};
inline constexpr auto kFakePlainOptions = options(option<&FakePlainOptions::append_newline>("appendNewline", "A line each."));

struct FakeStampOptions {
  std::string header_name = "timestamp";
};
inline constexpr auto kFakeStampOptions = options(option<&FakeStampOptions::header_name>("headerName", "Which header."));

struct FakeReplicatingOptions {
  Names optional;
  OptionFamily mapping;
};
inline constexpr auto kFakeReplicatingOptions =
    options(option<&FakeReplicatingOptions::optional>("optional", "May fail.", {.role = OptionRole::ChannelNames}),
            option<&FakeReplicatingOptions::mapping>("mapping.*", "By value.", {.role = OptionRole::ChannelNames}));

struct FakeProcessorOptions {
  OptionFamily priorities;
  std::int64_t limit = 30;
};
inline constexpr auto kFakeProcessorOptions =
    options(option<&FakeProcessorOptions::priorities>("priority.*", "Of a sink.", {.role = OptionRole::SinkName}),
            option<&FakeProcessorOptions::limit>("maxpenalty", "At most."));

inline OptionProblems check_fake_processor(const FakeProcessorOptions& options) {
  OptionProblems problems;
  for (const auto& [sink, text] : options.priorities) {
    if (text == "13") problems.push_back({{}, "priority." + sink + ": brings bad luck", true});
  }
  return problems;
}

template <const auto& Table, auto Check = nullptr>
constexpr ComponentInfo fake_component(Kind kind, std::string_view type, WordList class_names = {}) {
  using Options = typename std::remove_cvref_t<decltype(Table)>::Options;
  return {.kind = kind,
          .type = type,
          .doc = "A fake.",
          .class_names = class_names,
          .options = Table.rows,
          .make_options = []() -> OptionsPtr { return std::make_shared<Options>(); },
          .check = component_detail::check_of<Options, Check>(),
          .factory = {},
          .traits = {}};
}

inline constexpr ComponentInfo kFakeComponents[] = {
    fake_component<kFakeSourceOptions, check_fake_source>(Kind::Source, "exec", {"org.apache.flume.source.ExecSource"}),
    fake_component<kFakeServerOptions>(Kind::Source, "one_port"),
    fake_component<kFakeDatagramOptions>(Kind::Source, "one_udp_port"),
    fake_component<kFakeServersOptions>(Kind::Source, "ports"),
    fake_component<kFakeChannelOptions, check_fake_channel>(Kind::Channel, "memory"),
    fake_component<kFakeFolderOptions>(Kind::Channel, "file"),
    fake_component<kFakeSinkOptions>(Kind::Sink, "hdfs", {"org.apache.flume.sink.hdfs.HDFSEventSink"}),
    fake_component<kFakePlainOptions>(Kind::Serializer, "plain"),
    fake_component<kFakeStampOptions>(Kind::Interceptor, "timestamp"),
    fake_component<kFakeReplicatingOptions>(Kind::Selector, "replicating"),
    fake_component<kFakeProcessorOptions>(Kind::SinkProcessor, "default", {"org.apache.flume.sink.DefaultSinkProcessor"}),
    fake_component<kFakeProcessorOptions, check_fake_processor>(Kind::SinkProcessor, "failover"),
    fake_component<kFakeProcessorOptions>(Kind::SinkProcessor, "load_balance"),
};

struct Planned {
  AgentPlan plan;
  Diagnostics diagnostics;

  /// "error 3:14 a1.sinks.k1.channel: message (hint)", in the order of the text.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const Diagnostic& each : diagnostics.all()) {
      lines.push_back(std::string(to_string(each.severity)) + ' ' + std::to_string(each.at.line) + ':' + std::to_string(each.at.column) +
                      ' ' + each.key + ": " + each.message + (each.hint.empty() ? "" : " (" + each.hint + ")"));
    }
    return lines;
  }
  [[nodiscard]] std::vector<std::string> left_out() const {
    std::vector<std::string> lines;
    for (const LeftOut& each : plan.left_out) lines.push_back(std::string(to_string(each.group)) + '.' + each.name + ": " + each.reason);
    return lines;
  }
};

/// The plan of agent a1 of a configuration with the fake components.
inline Planned plan_text(std::string_view text) {
  Planned planned;
  PropertySet set;
  set.merge(parse_properties(location_of_file("flume.conf"), text, planned.diagnostics).entries, planned.diagnostics);
  const SubstitutedProperties substituted = substitute(std::move(set), {}, planned.diagnostics);
  const AgentTrees trees = build_agent_trees(substituted.properties, substituted.referenced, planned.diagnostics);
  ComponentRegistry registry;
  for (const ComponentInfo& info : kFakeComponents) registry.add(info).ignore();  // they differ
  SimFiles files;
  AgentTree none;
  none.name = "a1";
  const auto found = trees.find("a1");
  planned.plan =
      plan_agent(found == trees.end() ? none : found->second, registry, FlumeTypes(), {files, "", {}, "/home/f"}, planned.diagnostics);
  planned.diagnostics.sort_by_place();
  return planned;
}

/// A configuration that is right: lines of a test go behind it. Six lines.
inline constexpr std::string_view kGoodText =
    "a1.sources = r1\n"
    "a1.channels = c1\n"
    "a1.channels.c1.type = memory\n"
    "a1.sources.r1.type = exec\n"
    "a1.sources.r1.command = date\n"
    "a1.sources.r1.channels = c1\n";

}  // namespace flume::config
