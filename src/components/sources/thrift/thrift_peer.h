// One client of the thrift source. See Peer.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "intake/thrift_service_peer.h"

namespace flume {

class ThriftPeer final : public ThriftServicePeer {
 public:
  ThriftPeer(PeerPlace place, thrift::Encoding encoding) : ThriftServicePeer(std::move(place), encoding, thrift::kLongestMessage) {}

 private:
  Result<thrift::Request> read_request(std::string_view message, BatchBuilder& into) override;
  void received(const thrift::Request& request) override;
  std::int32_t result_of(const thrift::Request& request, const Status& stored) override;
};

}  // namespace flume
