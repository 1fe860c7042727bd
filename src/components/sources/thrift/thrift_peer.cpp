#include "components/sources/thrift/thrift_peer.h"

#include "clients/thrift/event_protocol.h"

namespace flume {

Result<thrift::Request> ThriftPeer::read_request(std::string_view message, BatchBuilder& into) {
  return thrift::read_event_request(encoding(), message, into);
}

void ThriftPeer::received(const thrift::Request& request) {
  SourceCounters& counters = place().context.counters();
  (request.call.method == thrift::kAppend ? counters.append_received : counters.append_batch_received).increment();
}

std::int32_t ThriftPeer::result_of(const thrift::Request& request, const Status& stored) {
  if (!stored.ok()) return static_cast<std::int32_t>(thrift::EventStatus::Failed);
  SourceCounters& counters = place().context.counters();
  (request.call.method == thrift::kAppend ? counters.append_accepted : counters.append_batch_accepted).increment();
  return static_cast<std::int32_t>(thrift::EventStatus::Ok);
}

}  // namespace flume
