// One client of the avro source. See Peer.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "clients/flume_rpc/frame.h"
#include "clients/flume_rpc/messages.h"
#include "components/sources/avro/ip_filter.h"
#include "intake/byte_peer.h"

namespace flume {

/// What the peers of a source have in common. Its loop's thread.
struct AvroPeers {
  const IpFilter* filter = nullptr;   ///< null: everybody may come
  std::set<rpc::Hash> known_clients;  ///< whose protocol's text was seen
  std::string message;                ///< scratch
};

class AvroPeer final : public BytePeer {
 public:
  /// `peers` outlives the peer.
  AvroPeer(PeerPlace place, AvroPeers& peers);

 private:
  void decide(std::string_view address, std::string_view name);
  std::size_t take(std::string_view bytes, bool is_end) override;
  Status take_message(std::uint32_t serial, std::string_view message);
  /// False: the client has to send its text first, and was told so.
  Result<bool> take_handshake(std::uint32_t serial, std::string_view& message, std::string& answer);
  void take_call(std::uint32_t serial, const rpc::Call& call, std::string handshake);
  Status add_events(const rpc::Call& call);
  void answer_stored(std::uint32_t serial, const std::string& handshake, rpc::Method method, const Status& stored);
  void fail(std::uint32_t serial, const std::string& handshake, std::string_view error);
  void refuse(std::string_view bytes, const Status& why);

  AvroPeers& peers_;
  rpc::FrameScanner scanner_;
  bool is_known_ = false;  // a handshake matched: what follows has none
};

}  // namespace flume
