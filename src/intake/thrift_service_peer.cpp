#include "intake/thrift_service_peer.h"

namespace flume {

using thrift::Request;

Status ThriftServicePeer::take_frame(std::string_view frame) {
  auto read = read_request(frame, place().intake.builder());
  if (!read || read->state != Request::State::Understood) place().intake.discard();
  if (!read) return std::move(read).status();
  if (read->state == Request::State::Understood) received(*read);
  if (read->state == Request::State::BadArguments) {
    place().log.warn("request refused", {{"peer", place().stream->peer()}, {"method", read->call.method}, {"reason", read->problem}});
    place().context.counters().event_read_fail.increment();
  }
  // What is refused has no events and waits for its turn all the same: answers come in the order of the requests.
  expect_answer();
  place().intake.submit([this, request = *std::move(read), alive = lifetime()](const Status& stored) {
    if (!alive.expired()) answer(request, stored);
  });
  return {};
}

void ThriftServicePeer::answer(const Request& request, const Status& stored) {
  if (request.state != Request::State::Understood) {
    write(thrift::refusal(encoding_, request));
    return answered();
  }
  if (!stored.ok()) {
    place().log.warn("events could not be stored; the client is told", {{"peer", place().stream->peer()}, {"reason", stored}});
  }
  write(thrift::enum_reply(encoding_, request.call, result_of(request, stored)));
  answered();
}

}  // namespace flume
