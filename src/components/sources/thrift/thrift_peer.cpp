#include "components/sources/thrift/thrift_peer.h"

#include "clients/thrift/event_protocol.h"

namespace flume {

Status ThriftPeer::take_frame(std::string_view frame) {
  auto read = thrift::read_event_request(encoding_, frame, place().intake.builder());
  if (!read || read->state != thrift::Request::State::Understood) place().intake.discard();
  if (!read) return std::move(read).status();
  if (read->state == thrift::Request::State::BadArguments) {
    place().log.warn("request refused", {{"peer", place().stream->peer()}, {"method", read->call.method}, {"reason", read->problem}});
    place().context.counters().event_read_fail.increment();
  } else if (read->state == thrift::Request::State::Understood) {
    SourceCounters& counters = place().context.counters();
    (read->call.method == thrift::kAppend ? counters.append_received : counters.append_batch_received).increment();
  }
  // What is refused has no events and waits for its turn all the same: answers come in the order of the requests.
  expect_answer();
  place().intake.submit([this, request = *std::move(read), alive = lifetime()](const Status& stored) {
    if (!alive.expired()) answer(request, stored);
  });
  return {};
}

void ThriftPeer::answer(const thrift::Request& request, const Status& stored) {
  if (request.state != thrift::Request::State::Understood) {
    write(thrift::refusal(encoding_, request));
    return answered();
  }
  if (stored.ok()) {
    SourceCounters& counters = place().context.counters();
    (request.call.method == thrift::kAppend ? counters.append_accepted : counters.append_batch_accepted).increment();
  } else {
    place().log.warn("events could not be stored; the client is told", {{"peer", place().stream->peer()}, {"reason", stored}});
  }
  const auto status = stored.ok() ? thrift::EventStatus::Ok : thrift::EventStatus::Failed;
  write(thrift::enum_reply(encoding_, request.call, static_cast<std::int32_t>(status)));
  answered();
}

}  // namespace flume
