// One client of the thrift source. See Peer.
#pragma once

#include <string_view>
#include <utility>

#include "clients/thrift/message.h"
#include "intake/framed_peer.h"

namespace flume {

class ThriftPeer final : public FramedPeer {
 public:
  ThriftPeer(PeerPlace place, thrift::Encoding encoding) : FramedPeer(std::move(place)), encoding_(encoding) {}

 private:
  Result<std::uint32_t> length_of(std::string_view head) override { return thrift::message_length(head); }
  Status take_frame(std::string_view frame) override;
  void answer(const thrift::Request& request, const Status& stored);

  const thrift::Encoding encoding_;
};

}  // namespace flume
