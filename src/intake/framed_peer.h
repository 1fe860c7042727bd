// FramedPeer: a BytePeer whose peer sends frames: a length of four bytes, big endian, and so many bytes. What a frame may be, and
// what is in it, is the protocol's. Lives in its loop; see Peer.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "intake/byte_peer.h"

namespace flume {

class FramedPeer : public BytePeer {
 protected:
  static constexpr std::size_t kHeadBytes = 4;

  explicit FramedPeer(PeerPlace place) : BytePeer(std::move(place)) {}

  /// The length that the head of a frame tells; an error when it is none, or more than the protocol takes.
  virtual Result<std::uint32_t> length_of(std::string_view head) = 0;
  /// Builds the events of a frame, without its head, and submits them. An error ends the connection.
  virtual Status take_frame(std::string_view frame) = 0;

 private:
  std::size_t take(std::string_view bytes, bool is_end) final;
  void refuse(const Status& why);
};

}  // namespace flume
