// thrift: events from Flume's Thrift clients (thrift sinks, ThriftRpcClient of the SDK), framed, one answer for each request when
// its events are stored. Owned by the agent; lives in the loop of its PeerServer.
// Differs from Flume: one loop serves all clients, so `threads` does nothing; a full channel also stops the reading.
#pragma once

#include <cstdint>
#include <string>

#include "clients/thrift/message.h"
#include "flume/component.h"
#include "flume/tls_options.h"
#include "intake/peer_server.h"

namespace flume {

struct ThriftSourceOptions {
  std::string bind;
  Port port;
  std::int64_t threads = 0;
  thrift::Encoding protocol = thrift::Encoding::Compact;
  TlsServerOptions tls;
  bool kerberos = false;
  std::string agent_principal;
  std::string agent_keytab;
};

class ThriftSource final : public Source {
 public:
  ThriftSource(const ThriftSourceOptions& options, const Services& services);

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  PeerServer server_;
};

}  // namespace flume
