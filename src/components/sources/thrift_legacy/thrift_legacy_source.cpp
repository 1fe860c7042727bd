#include "components/sources/thrift_legacy/thrift_legacy_source.h"

#include <memory>
#include <utility>

#include "components/sources/thrift_legacy/thrift_legacy_peer.h"

namespace flume {
namespace {

constexpr auto kThriftLegacyOptions =
    options(option<&ThriftLegacyOptions::host>("host", "Address or name to listen on; 0.0.0.0 for all.",
                                               {.required = true, .role = OptionRole::ListenAddress}),
            option<&ThriftLegacyOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort}));

}  // namespace

ThriftLegacySource::ThriftLegacySource(const ThriftLegacyOptions& options, const Services& services)
    : server_(services, {.host = options.host, .ports = {options.port.number}, .intake = {}},
              [](PeerPlace place) { return std::make_unique<ThriftLegacyPeer>(std::move(place)); }) {}

namespace components {
extern const ComponentInfo source_thrift_legacy;
constinit const ComponentInfo source_thrift_legacy = describe<ThriftLegacySource, kThriftLegacyOptions>(
    "thrift_legacy", "Receives events from agents of Flume before 1.0.", {"org.apache.flume.source.thriftLegacy.ThriftLegacySource"},
    {.has_counters = false});
}  // namespace components
}  // namespace flume
