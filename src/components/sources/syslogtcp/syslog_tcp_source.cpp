// syslogtcp: syslog messages over TCP, RFC 5424 and RFC 3164, as lines or with their length in front (RFC 6587).
// Differs from Flume: a full channel stops the reading, where Flume drops the message.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "flume/component.h"
#include "flume/tls_options.h"
#include "intake/peer_server.h"
#include "net/tls/tls_options.h"
#include "syslog/message_parser.h"
#include "syslog/message_peer.h"
#include "text/time_zone.h"

namespace flume {
namespace {

struct SyslogTcpOptions {
  std::string host;
  Port port;
  syslog::StreamOptions stream;
  syslog::MessageOptions message;
  syslog::FormatOptions format;
  syslog::ClientOptions client;
  TlsServerOptions tls;
};

constexpr auto kSyslogTcpOptions =
    options(option<&SyslogTcpOptions::host>("host", "Address or name to listen on; 0.0.0.0 for all.",
                                            {.required = true, .role = OptionRole::ListenAddress}),
            option<&SyslogTcpOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort})) +
    group<&SyslogTcpOptions::stream, syslog::kStreamOptions>() + group<&SyslogTcpOptions::message, syslog::kMessageOptions>() +
    group<&SyslogTcpOptions::format, syslog::kFormatOptions>() + group<&SyslogTcpOptions::client, syslog::kClientOptions>() +
    group<&SyslogTcpOptions::tls, kTlsServerOptions>();

OptionProblems check(const SyslogTcpOptions& options, const CheckContext& context) {
  OptionProblems problems = syslog::check(options.format);
  for (OptionProblem& each : tls::check_tls(options.tls, context)) problems.push_back(std::move(each));
  return problems;
}

class SyslogTcpSource final : public Source {
 public:
  SyslogTcpSource(const SyslogTcpOptions& options, const Services& services)
      : options_(options),
        services_(services),
        counters_(services.name),
        membership_(services.metrics.join(counters_)),
        server_(services, {.host = options.host, .ports = {options.port.number}, .intake = {}, .tls = options.tls},
                [this](PeerPlace place) { return make_peer(std::move(place)); }) {}

  Status start(ChannelWriter& writer, SourceContext& context) override {
    auto parser = syslog::MessageParser::make(options_.message, options_.format, TimeZone::system(services_.time_zone).zone);
    if (!parser) return std::move(parser).status();
    parser_.emplace(*std::move(parser));
    return server_.start(writer, context);
  }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  std::unique_ptr<Peer> make_peer(PeerPlace place) {
    const auto append = [this](const syslog::Frame& frame, std::int64_t now, syslog::AddedHeaders added, BatchBuilder& events) {
      return parser_->append(frame, now, added, events);
    };
    return std::make_unique<syslog::MessagePeer>(std::move(place), syslog::MessagePeer::Settings{options_.stream, options_.client, {}},
                                                 services_.clock, counters_, append);
  }

  const SyslogTcpOptions options_;
  const Services services_;
  syslog::MessageCounters counters_;
  MetricsRegistry::Membership membership_;
  std::optional<syslog::MessageParser> parser_;  // of the loop, while it runs
  PeerServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_syslogtcp;
constinit const ComponentInfo source_syslogtcp = describe<SyslogTcpSource, kSyslogTcpOptions, check>(
    "syslogtcp", "Receives syslog messages over TCP.", {"org.apache.flume.source.SyslogTcpSource"});
}  // namespace components
}  // namespace flume
