// One client of the thrift_legacy source. See Peer.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "intake/byte_peer.h"

namespace flume {

class ThriftLegacyPeer final : public BytePeer {
 public:
  explicit ThriftLegacyPeer(PeerPlace place) : BytePeer(std::move(place)) {}

 private:
  std::size_t take(std::string_view bytes, bool is_end) override;
  /// The messages at the start of `bytes`; how many bytes they have.
  Result<std::size_t> take_messages(std::string_view bytes);
  Status take_message(std::string_view message);

  std::size_t wanted_ = 0;  // bytes of an unfinished message before which it is not looked at again
};

}  // namespace flume
