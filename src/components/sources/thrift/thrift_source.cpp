#include "components/sources/thrift/thrift_source.h"

#include <memory>
#include <utility>

#include "components/sources/thrift/thrift_peer.h"
#include "net/tls/tls_options.h"

namespace flume {
namespace {

/// As long as Flume's channels wait for room (keep-alive) before a request is answered with FAILED.
constexpr std::chrono::seconds kPatience{3};

constexpr auto kThriftOptions =
    options(option<&ThriftSourceOptions::bind>("bind", "Address or name to listen on; 0.0.0.0 for all.",
                                               {.required = true, .role = OptionRole::ListenAddress}),
            option<&ThriftSourceOptions::port>("port", "TCP port to listen on.", {.required = true, .role = OptionRole::TcpPort}),
            option<&ThriftSourceOptions::threads>("threads", "Threads that serve clients; 0: any number.",
                                                  {.no_effect = "one event loop serves all clients"}),
            option<&ThriftSourceOptions::protocol>("protocol", "How clients write Thrift."),
            option<&ThriftSourceOptions::kerberos>("kerberos", "Clients log in by Kerberos; comes in a later version."),
            option<&ThriftSourceOptions::agent_principal>("agent-principal", "Principal of the agent; comes in a later version."),
            option<&ThriftSourceOptions::agent_keytab>("agent-keytab", "Keytab of the agent; comes in a later version.")) +
    group<&ThriftSourceOptions::tls, kTlsServerOptions>();

OptionProblems check(const ThriftSourceOptions& options, const CheckContext& context) {
  OptionProblems problems = tls::check_tls(options.tls, context);
  if (options.kerberos) {
    problems.push_back({{"kerberos"}, "comes later; without it anybody could send events here who should have logged in"});
  }
  return problems;
}

}  // namespace

ThriftSource::ThriftSource(const ThriftSourceOptions& options, const Services& services)
    : server_(services, {.host = options.bind, .ports = {options.port.number}, .intake = {.patience = kPatience}, .tls = options.tls},
              [encoding = options.protocol](PeerPlace place) { return std::make_unique<ThriftPeer>(std::move(place), encoding); }) {}

namespace components {
extern const ComponentInfo source_thrift;
constinit const ComponentInfo source_thrift = describe<ThriftSource, kThriftOptions, check>(
    "thrift", "Receives events from Flume's Thrift clients and answers when they are stored.", {"org.apache.flume.source.ThriftSource"});
}  // namespace components
}  // namespace flume
