// netcatudp: each datagram is an event, up to its first line end. For `nc -u`; nothing is answered.
// Differs from Flume: what is dropped is counted; without remoteAddress there is no header (there its name is null).
#include <cstdint>
#include <string>
#include <string_view>

#include "flume/component.h"
#include "intake/datagram_server.h"

namespace flume {
namespace {

struct NetcatUdpOptions {
  std::string bind;
  Port port;
  std::string remote_address;
  std::string remote_address_header;
};

constexpr auto kNetcatUdpOptions = options(
    option<&NetcatUdpOptions::bind>("bind", "Address or name to listen on; all addresses when unset.", {.role = OptionRole::ListenAddress}),
    option<&NetcatUdpOptions::port>("port", "UDP port to listen on.", {.required = true, .role = OptionRole::UdpPort}),
    option<&NetcatUdpOptions::remote_address>("remoteAddress", "Header for the sender: /address:port."),
    option<&NetcatUdpOptions::remote_address_header>("remoteAddressHeader", "Named so in Flume's guide.",
                                                     {.no_effect = "Flume reads remoteAddress, and so do we"}));

class NetcatUdpSource final : public Source {
 public:
  NetcatUdpSource(const NetcatUdpOptions& options, const Services& services)
      : header_(options.remote_address),
        server_(services, {.host = options.bind, .port = options.port.number},
                [this](const Datagram& datagram, HostNames&, BatchBuilder& builder) { take(datagram, builder); }) {}

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  void take(const Datagram& datagram, BatchBuilder& builder) {
    if (!header_.empty()) {
      if (sender_ != datagram.sender || sender_text_.empty()) {
        sender_ = datagram.sender;
        sender_text_ = "/" + host_and_port(sender_.host(), sender_.port);
      }
      builder.header(header_, sender_text_);
    }
    const std::string_view text(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
    builder.body(text.substr(0, text.find('\n'))).ignore();  // no datagram is too large
  }

  const std::string header_;
  DatagramSender sender_;    // of the last one
  std::string sender_text_;  // the same
  DatagramServer server_;
};

}  // namespace

namespace components {
extern const ComponentInfo source_netcatudp;
constinit const ComponentInfo source_netcatudp = describe<NetcatUdpSource, kNetcatUdpOptions>(
    "netcatudp", "Receives datagrams, each an event up to its first line end.", {"org.apache.flume.source.NetcatUdpSource"});
}  // namespace components
}  // namespace flume
