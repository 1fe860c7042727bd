// scribe: log entries from Scribe's clients over Thrift: the message is the body, its category header `category`. OK when they are
// stored, TRY_LATER when not. Owned by the agent; lives in the loop of its PeerServer.
// Differs from Flume: one loop serves all clients, so `workerThreads` does nothing; an entry without a message is an event without
// a body, not one that is tried for ever.
#pragma once

#include <cstdint>
#include <string>

#include "flume/component.h"
#include "intake/peer_server.h"

namespace flume {

struct ScribeSourceOptions {
  std::string bind = "0.0.0.0";
  Port port{1499};
  Bytes max_read_buffer{16'384'000};
  std::int64_t worker_threads = 5;
};

class ScribeSource final : public Source {
 public:
  ScribeSource(const ScribeSourceOptions& options, const Services& services);

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  PeerServer server_;
};

}  // namespace flume
