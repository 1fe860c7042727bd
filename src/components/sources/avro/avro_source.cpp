// avro: events from Flume's Avro clients (another agent's avro sink, NettyAvroRpcClient), answered when they are stored.
// Differs from Flume: while a channel is full, requests wait for it side by side, three seconds each, before they are answered with
// FAILED; requests with more events than a transaction takes are stored in parts.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "components/sources/avro/avro_peer.h"
#include "flume/component.h"
#include "flume/tls_options.h"
#include "intake/peer_server.h"
#include "net/tls/tls_options.h"

namespace flume {

enum class AvroCompression : std::uint8_t { None, Deflate };
inline std::span<const EnumName<AvroCompression>> enum_names(AvroCompression) {
  static constexpr std::array kNames{EnumName<AvroCompression>{"none", AvroCompression::None},
                                     EnumName<AvroCompression>{"deflate", AvroCompression::Deflate}};
  return kNames;
}

namespace {

/// As long as Flume's channels wait for room (keep-alive).
constexpr std::chrono::seconds kPatience{3};
/// Of answers, as in Flume.
constexpr int kLevel = 6;

struct AvroOptions {
  std::string bind;
  Port port;
  std::int64_t threads = 0;
  AvroCompression compression = AvroCompression::None;
  bool filters = false;
  std::string filter_rules;
  TlsServerOptions tls;
};

constexpr auto kAvroOptions =
    options(option<&AvroOptions::bind>("bind", "Address or name to listen on; 0.0.0.0 for all.",
                                       {.required = true, .role = OptionRole::ListenAddress}),
            option<&AvroOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort}),
            option<&AvroOptions::threads>("threads", "Threads that serve clients.",
                                          {.no_effect = "one event loop serves all clients; Flume 1.11 does not look at it either"}),
            option<&AvroOptions::compression>("compression-type", "deflate: clients compress, as their compression-type says."),
            option<&AvroOptions::filters>("ipFilter", "Let only those connect whom ipFilterRules allow."),
            option<&AvroOptions::filter_rules>(
                "ipFilterRules", "allow|deny:ip|name:PATTERN, separated by commas; the first that fits decides, else allowed.",
                {.only_with = "ipFilter"})) +
    group<&AvroOptions::tls, kTlsServerOptions>();

OptionProblems check(const AvroOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.tls, context);
  if (!options.filters) return problems;
  if (const auto filter = IpFilter::parse(options.filter_rules); !filter) {
    problems.push_back({{"ipFilterRules", "ipFilter"}, filter.status().message()});
  }
  return problems;
}

class AvroSource final : public Source {
 public:
  AvroSource(const AvroOptions& options, const Services& services)
      : server_(services, settings(options), [this](PeerPlace place) { return std::make_unique<AvroPeer>(std::move(place), peers_); }) {
    if (!options.filters) return;
    if (auto filter = IpFilter::parse(options.filter_rules)) peers_.filter = &filter_.emplace(*std::move(filter));
  }

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  static PeerServerSettings settings(const AvroOptions& options) {
    PeerServerSettings settings{
        .host = options.bind, .ports = {options.port.number}, .intake = {.patience = kPatience}, .tls = options.tls};
    if (options.compression == AvroCompression::Deflate) settings.deflate_level = kLevel;
    return settings;
  }

  std::optional<IpFilter> filter_;
  AvroPeers peers_;
  PeerServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_avro;
constinit const ComponentInfo source_avro = describe<AvroSource, kAvroOptions, check>(
    "avro", "Receives events from Flume's Avro clients and answers when they are stored.", {"org.apache.flume.source.AvroSource"});
}  // namespace components
}  // namespace flume
