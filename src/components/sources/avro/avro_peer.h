// One client of the avro source. See Peer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "clients/flume_rpc/handshake.h"
#include "clients/flume_rpc/request.h"
#include "components/sources/avro/ip_filter.h"
#include "components/sources/avro/request_room.h"
#include "intake/byte_peer.h"

namespace flume {

/// What the peers of a source have in common. Its loop's thread.
struct AvroPeers {
  const IpFilter* filter = nullptr;  ///< null: everybody may come
  rpc::KnownClients known_clients;
  RequestRooms rooms;
};

class AvroPeer final : public BytePeer {
 public:
  /// `peers` outlives the peer.
  AvroPeer(PeerPlace place, AvroPeers& peers);

 private:
  using Handshake = std::optional<rpc::HandshakeResponse>;

  void decide(std::string_view address, std::string_view name);
  std::size_t take(std::string_view bytes, bool is_end) override;
  Status take_request(const rpc::Request& request);
  void take_call(const rpc::Request& request, Handshake handshake);
  void answer_stored(std::int32_t serial, Handshake handshake, bool is_batch, const Status& stored);
  void fail(std::int32_t serial, Handshake handshake, std::string error);
  void refuse(const Status& why);

  AvroPeers& peers_;
  RequestRoom room_;
  rpc::RequestReader reader_;
};

}  // namespace flume
