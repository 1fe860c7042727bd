// syslogudp: syslog messages over UDP, each a datagram, RFC 5424 and RFC 3164.
// Differs from Flume: nothing is received while the channel is full, and what the system drops meanwhile is counted; the host name of a
// client is its address until it has been looked up.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "flume/component.h"
#include "intake/datagram_server.h"
#include "syslog/client_headers.h"
#include "syslog/message_parser.h"
#include "text/time_zone.h"

namespace flume {
namespace {

struct SyslogUdpOptions {
  std::string host;
  Port port;
  syslog::MessageOptions message;
  syslog::FormatOptions format;
  syslog::ClientOptions client;
};

constexpr auto kSyslogUdpOptions =
    options(option<&SyslogUdpOptions::host>("host", "Address or name to listen on; all addresses when unset.",
                                            {.role = OptionRole::ListenAddress}),
            option<&SyslogUdpOptions::port>("port", "UDP port to listen on.", {.required = true, .role = OptionRole::UdpPort})) +
    group<&SyslogUdpOptions::message, syslog::kMessageOptions>() + group<&SyslogUdpOptions::format, syslog::kFormatOptions>() +
    group<&SyslogUdpOptions::client, syslog::kClientOptions>();

OptionProblems check(const SyslogUdpOptions& options) { return syslog::check(options.format); }

class SyslogUdpSource final : public Source {
 public:
  SyslogUdpSource(const SyslogUdpOptions& options, const Services& services)
      : options_(options),
        services_(services),
        counters_(services.name),
        membership_(services.metrics.join(counters_)),
        server_(services, {.host = options.host, .port = options.port.number},
                [this](const Datagram& datagram, HostNames& names, BatchBuilder& events) { take(datagram, names, events); }) {}

  Status start(ChannelWriter& writer, SourceContext& context) override {
    auto parser = syslog::MessageParser::make(options_.message, options_.format, TimeZone::system(services_.time_zone).zone);
    if (!parser) return std::move(parser).status();
    parser_.emplace(*std::move(parser));
    return server_.start(writer, context);
  }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  void take(const Datagram& datagram, HostNames& names, BatchBuilder& events) {
    const std::string_view text(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
    const std::string_view message = syslog::message_of_datagram(text);
    if (message.empty()) return;
    const std::int64_t now = services_.clock.wall().time_since_epoch().count();
    const auto state = parser_->append({message, false}, now, headers_of(datagram.sender, names), events);
    if (state) counters_.count(*state);  // no datagram is too large
  }

  syslog::AddedHeaders headers_of(const DatagramSender& sender, HostNames& names) {
    const bool wants_ip = !options_.client.ip_header.empty();
    const bool wants_name = !options_.client.host_header.empty();
    if (!wants_ip && !wants_name) return {};
    if (sender != sender_ || address_.empty()) {
      sender_ = sender;
      address_ = sender.host();
    }
    std::size_t count = 0;
    if (wants_ip) headers_[count++] = {options_.client.ip_header, address_};
    if (wants_name) headers_[count++] = {options_.client.host_header, names.name_or_address(address_)};
    return syslog::AddedHeaders(headers_).first(count);
  }

  const SyslogUdpOptions options_;
  const Services services_;
  syslog::MessageCounters counters_;
  MetricsRegistry::Membership membership_;
  std::optional<syslog::MessageParser> parser_;  // of the loop, while it runs
  DatagramSender sender_;                        // of the last datagram
  std::string address_;                          // the same
  std::array<syslog::AddedHeader, 2> headers_;
  DatagramServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_syslogudp;
constinit const ComponentInfo source_syslogudp = describe<SyslogUdpSource, kSyslogUdpOptions, check>(
    "syslogudp", "Receives syslog messages over UDP.", {"org.apache.flume.source.SyslogUDPSource"});
}  // namespace components
}  // namespace flume
