// netcat: lines over TCP, each an event, each answered with OK once it is stored. What Flume's guide begins with: `nc host port`.
// Owned by the agent; lives in the loop of its PeerServer.
// Differs from Flume: a full channel is waited for and stops the reading, instead of FAILED for each line; the OKs of lines that came
// together come together; a last line without a line end is an event, too.
#pragma once

#include <cstdint>
#include <string>

#include "flume/component.h"
#include "intake/peer_server.h"

namespace flume {

struct NetcatOptions {
  std::string bind;
  Port port;
  std::int64_t max_line_length = 512;
  bool ack_every_event = true;
  std::string encoding = "utf-8";
};

class NetcatSource final : public Source {
 public:
  NetcatSource(const NetcatOptions& options, const Services& services);

  Status start(ChannelWriter& writer, SourceContext& context) override { return server_.start(writer, context); }
  void stop(Deadline deadline) override { server_.stop(deadline); }

 private:
  const NetcatOptions options_;
  PeerServer server_;
};

}  // namespace flume
