#include "components/sources/netcat/netcat_source.h"

#include <limits>
#include <utility>

#include "components/sources/netcat/netcat_peer.h"
#include "text/charset.h"

namespace flume {
namespace {

constexpr std::int64_t kMostLineLength = std::int64_t{128} << 20U;

constexpr auto kNetcatOptions = options(
    option<&NetcatOptions::bind>("bind", "Address or name to listen on; 0.0.0.0 for all.",
                                 {.required = true, .role = OptionRole::ListenAddress}),
    option<&NetcatOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort}),
    option<&NetcatOptions::max_line_length>("max-line-length", "Longest line, its end included; a longer one closes the connection.",
                                            {.minimum = 1, .maximum = kMostLineLength, .unit = "chars"}),
    option<&NetcatOptions::ack_every_event>("ack-every-event", "Answer each stored line with OK."),
    option<&NetcatOptions::encoding>("encoding", "Character set of the lines; bodies are UTF-8."));

Status check(const NetcatOptions& options) {
  const auto decoder = CharsetDecoder::open(options.encoding);
  return decoder ? Status() : std::move(decoder).status().with_context("encoding");
}

std::unique_ptr<Peer> make_peer(const NetcatOptions& options, PeerPlace place) {
  auto decoder = CharsetDecoder::open(options.encoding);  // has been checked
  return std::make_unique<NetcatPeer>(std::move(place),
                                      NetcatProtocol{static_cast<std::size_t>(options.max_line_length), options.ack_every_event},
                                      decoder && !decoder->is_utf8() ? std::optional<CharsetDecoder>(*std::move(decoder)) : std::nullopt);
}

}  // namespace

NetcatSource::NetcatSource(const NetcatOptions& options, const Services& services)
    : options_(options), server_(services, {.host = options.bind, .ports = {options.port.number}, .intake = {}}, [this](PeerPlace place) {
        return make_peer(options_, std::move(place));
      }) {}

namespace components {
extern const ComponentInfo source_netcat;
constinit const ComponentInfo source_netcat = describe<NetcatSource, kNetcatOptions, check>(
    "netcat", "Receives lines over TCP and answers each with OK.", {"org.apache.flume.source.NetcatSource"});
}  // namespace components
}  // namespace flume
