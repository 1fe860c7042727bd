// thrift_legacy: events from agents of Flume before 1.0 ("OG") and their clients, over Thrift without frames. Nothing is answered,
// so a full channel stops the reading until there is room. Owned by the agent; lives in the loop of its PeerServer.
// Differs from Flume: events wait for a full channel instead of being lost.
#pragma once

#include <string>

#include "flume/component.h"
#include "intake/peer_server.h"

namespace flume {

struct ThriftLegacyOptions {
  std::string host;
  Port port;
};

class ThriftLegacySource final : public Source {
 public:
  ThriftLegacySource(const ThriftLegacyOptions& options, const Services& services);

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  PeerServer server_;
};

}  // namespace flume
