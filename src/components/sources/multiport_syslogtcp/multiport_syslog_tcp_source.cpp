// multiport_syslogtcp: syslog messages over TCP on many ports, each with its charset. Its headers are not those of syslogtcp.
// Differs from Flume: a full channel stops the reading, where Flume drops messages; what has been buffered is never dropped.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flume/common_options.h"
#include "flume/component.h"
#include "flume/tls_options.h"
#include "intake/peer_server.h"
#include "net/tls/tls_options.h"
#include "syslog/message_peer.h"
#include "syslog/multiport_parser.h"

namespace flume {
namespace {

struct MultiportSyslogTcpOptions {
  std::string host;
  Names ports;
  std::int64_t batch_size = 100;
  Bytes read_buffer{1024};
  std::int64_t processors = 0;
  Bytes read_buffer_of_the_guide{1024};
  std::string port_header;
  syslog::StreamOptions stream;
  syslog::MessageOptions message;
  syslog::CharsetOptions charset;
  syslog::ClientOptions client;
  TlsServerOptions tls;
};

constexpr auto kMultiportOptions =
    options(option<&MultiportSyslogTcpOptions::host>("host", "Address or name to listen on; all addresses when unset.",
                                                     {.role = OptionRole::ListenAddress}),
            option<&MultiportSyslogTcpOptions::ports>("ports", "TCP ports to listen on.", {.required = true, .role = OptionRole::TcpPort}),
            option<&MultiportSyslogTcpOptions::batch_size>("batchSize", "Events per transaction.",
                                                           {.no_effect = "a transaction has what has come: one event, or thousands"}),
            option<&MultiportSyslogTcpOptions::read_buffer>("readBufferBytes", "Size of the buffer that is read into.",
                                                            {.no_effect = "all connections share a large one"}),
            option<&MultiportSyslogTcpOptions::read_buffer_of_the_guide>("readBufferSize", "Named so in Flume's guide.",
                                                                         {.no_effect = "Flume reads readBufferBytes"}),
            option<&MultiportSyslogTcpOptions::processors>("numProcessors", "Threads that read.",
                                                           {.no_effect = "one event loop serves all connections"}),
            option<&MultiportSyslogTcpOptions::port_header>("portHeader", "Header for the port on which a message came.")) +
    group<&MultiportSyslogTcpOptions::stream, syslog::kStreamOptions>() +
    group<&MultiportSyslogTcpOptions::message, syslog::kMessageOptions>() +
    group<&MultiportSyslogTcpOptions::charset, syslog::kCharsetOptions>() +
    group<&MultiportSyslogTcpOptions::client, syslog::kClientOptions>() + group<&MultiportSyslogTcpOptions::tls, kTlsServerOptions>();

/// 0: it is none.
std::uint16_t port_of(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? port : std::uint16_t{0};
}

OptionProblems check(const MultiportSyslogTcpOptions& options, const CheckContext& context) {
  OptionProblems problems = syslog::check(options.charset);
  for (OptionProblem& each : tls::check_tls(options.tls, context)) problems.push_back(std::move(each));
  for (const std::string& text : options.ports) {
    if (port_of(text) == 0) problems.push_back({{"ports"}, "'" + text + "' is no port: a number from 1 to 65535"});
  }
  return problems;
}

std::vector<std::uint16_t> ports_of(const MultiportSyslogTcpOptions& options) {
  std::vector<std::uint16_t> ports;
  for (const std::string& text : options.ports) {
    const std::uint16_t port = port_of(text);
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }
  return ports;
}

class MultiportSyslogTcpSource final : public Source {
 public:
  MultiportSyslogTcpSource(const MultiportSyslogTcpOptions& options, const Services& services)
      : options_(options),
        clock_(services.clock),
        counters_(services.name),
        membership_(services.metrics.join(counters_)),
        server_(services, {.host = options.host, .ports = ports_of(options), .intake = {}, .tls = options.tls},
                [this](PeerPlace place) { return make_peer(std::move(place)); }) {}

  Status start(ChannelWriter& writer, SourceContext& context) override {
    parsers_.clear();
    for (const std::uint16_t port : ports_of(options_)) {
      const std::string& charset = options_.charset.of_port(port);
      if (parsers_.contains(charset)) continue;
      auto parser = syslog::MultiportParser::make(options_.message, charset);
      if (!parser) return std::move(parser).status();
      parsers_.emplace(charset, *std::move(parser));
    }
    return server_.start(writer, context);
  }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  std::unique_ptr<Peer> make_peer(PeerPlace place) {
    syslog::MultiportParser& parser = parsers_.at(options_.charset.of_port(place.port));
    const auto append = [&parser](const syslog::Frame& frame, std::int64_t now, syslog::AddedHeaders added, BatchBuilder& events) {
      return parser.append(frame, now, added, events);
    };
    return std::make_unique<syslog::MessagePeer>(
        std::move(place), syslog::MessagePeer::Settings{options_.stream, options_.client, options_.port_header}, clock_, counters_, append);
  }

  const MultiportSyslogTcpOptions options_;
  const Clock& clock_;
  syslog::MessageCounters counters_;
  MetricsRegistry::Membership membership_;
  std::map<std::string, syslog::MultiportParser> parsers_;  // by charset; of the loop, while it runs
  PeerServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_multiport_syslogtcp;
constinit const ComponentInfo source_multiport_syslogtcp = describe<MultiportSyslogTcpSource, kMultiportOptions, check>(
    "multiport_syslogtcp", "Receives syslog messages over TCP on many ports.", {"org.apache.flume.source.MultiportSyslogTCPSource"});
}  // namespace components
}  // namespace flume
