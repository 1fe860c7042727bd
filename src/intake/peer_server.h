// PeerServer: what every source on TCP has around its protocol: a loop in a thread of its own, ports that are open, an Intake,
// and the peers that are connected. The protocol is a Peer. Owned by its source; start() and stop() come from the agent's thread,
// everything else happens in the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flume/services.h"
#include "flume/source.h"
#include "flume/tls_options.h"
#include "intake/intake.h"
#include "net/host_names.h"
#include "net/loop_caller.h"
#include "net/wrap_stream.h"

namespace flume {

/// One connection of a source, spoken to by its protocol.
class Peer {
 public:
  virtual ~Peer() = default;
  /// The source stops: read nothing more, and end when what was submitted has been answered.
  virtual void finish() = 0;
};

/// What a peer works with. All of it outlives the peer, but for the stream, which is its own.
struct PeerPlace {
  EventLoop& loop;
  Intake& intake;
  SourceContext& context;
  const Log& log;
  std::unique_ptr<Stream> stream;
  std::uint16_t port;                 ///< on which it came
  std::vector<char>& receive_buffer;  ///< of the loop, shared by its peers; may be made larger
  HostNames& names;                   ///< of those who connect
  std::function<void()> end;          ///< destroys the peer, also from inside its own callbacks
};

struct PeerServerSettings {
  std::string host = "0.0.0.0";
  std::vector<std::uint16_t> ports;
  IntakeSettings intake;
  std::size_t most_peers = 100'000;    ///< one more is closed at once
  TlsServerOptions tls{};              ///< ssl = true: connections speak TLS
  std::optional<int> deflate_level{};  ///< set: both ends compress; ours at this level, 0 to 9
};

class PeerServer {
 public:
  using MakePeer = std::function<std::unique_ptr<Peer>(PeerPlace)>;
  static constexpr std::size_t kReceiveBytes = std::size_t{256} << 10U;

  PeerServer(const Services& services, PeerServerSettings settings, MakePeer make_peer);
  PeerServer(const PeerServer&) = delete;
  PeerServer& operator=(const PeerServer&) = delete;
  ~PeerServer();

  /// Opens all ports or none; the error names the one.
  Status start(ChannelWriter& writer, SourceContext& context);
  /// Closes the ports; peers finish what they have submitted, until the deadline.
  void stop(Deadline deadline);

  /// The ports that are open, in the order of the settings. Not before start(), not after stop().
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
  /// All that lives in the loop, from start() to stop().
  struct Running;
  Status open(Running& running);
  void accept(Running& running, std::unique_ptr<Stream> stream, std::uint16_t port);
  static Task<Status> finish(Running& running, Deadline deadline);

  const Services services_;
  const Log& log_;
  const PeerServerSettings settings_;
  const MakePeer make_peer_;
  WrapStream wrap_;
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<Running> running_;
};

}  // namespace flume
