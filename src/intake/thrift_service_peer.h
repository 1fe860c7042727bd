// ThriftServicePeer: a peer that makes framed Thrift calls which bring events and have an enum for an answer. What it does not
// understand is refused as Thrift's own servers do, and the connection kept. Lives in its loop; see Peer.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "clients/thrift/message.h"
#include "intake/framed_peer.h"

namespace flume {

class ThriftServicePeer : public FramedPeer {
 protected:
  /// `longest`: a longer message ends the connection.
  ThriftServicePeer(PeerPlace place, thrift::Encoding encoding, std::uint32_t longest)
      : FramedPeer(std::move(place)), encoding_(encoding), longest_(longest) {}

  /// Builds the events of a message. What is built of one that is not understood is discarded.
  virtual Result<thrift::Request> read_request(std::string_view message, BatchBuilder& into) = 0;
  /// A request was understood.
  virtual void received(const thrift::Request& request) { static_cast<void>(request); }
  /// The answer to it.
  virtual std::int32_t result_of(const thrift::Request& request, const Status& stored) = 0;

  [[nodiscard]] thrift::Encoding encoding() const noexcept { return encoding_; }

 private:
  Result<std::uint32_t> length_of(std::string_view head) final { return thrift::message_length(head, longest_); }
  Status take_frame(std::string_view frame) final;
  void answer(const thrift::Request& request, const Status& stored);

  const thrift::Encoding encoding_;
  const std::uint32_t longest_;
};

}  // namespace flume
