#include "components/sources/avro/avro_peer.h"

#include <utility>

#include "clients/flume_rpc/response.h"
#include "net/host_of_peer.h"

namespace flume {

AvroPeer::AvroPeer(PeerPlace place, AvroPeers& peers)
    : BytePeer(std::move(place), Begin::Later), peers_(peers), room_(peers.rooms), reader_(rpc::FrameLimits{}) {
  const std::string address(host_of_peer(this->place().stream->peer()));
  if (peers_.filter == nullptr) {
    begin();
    return;
  }
  if (!peers_.filter->needs_name()) {
    decide(address, address);
    return;
  }
  this->place().names.find(address, [this, address, alive = lifetime()](const std::string& name) {
    if (!alive.expired()) decide(address, name);
  });
}

void AvroPeer::decide(std::string_view address, std::string_view name) {
  if (peers_.filter->allows(address, name)) return begin();
  place().log.warn("connection refused by ipFilterRules", {{"peer", place().stream->peer()}, {"name", name}});
  close_later();
}

std::size_t AvroPeer::take(std::string_view bytes, bool is_end) {
  ByteView rest = as_bytes(bytes);
  while (!rest.empty()) {
    const auto is_whole = reader_.feed(rest, room_);
    const Status taken = !is_whole ? is_whole.status() : *is_whole ? take_request(reader_.request()) : Status();
    if (!taken.ok()) {
      refuse(taken);
      return bytes.size();
    }
    if (!*is_whole) break;
    reader_.next_request();
    room_.release();
  }
  if (is_end && !reader_.is_between()) {
    place().log.debug("the peer went in the middle of a message", {{"peer", place().stream->peer()}});
  }
  return bytes.size();
}

Status AvroPeer::take_request(const rpc::Request& request) {
  Handshake handshake;
  if (request.handshake) {
    auto answer = rpc::answer_handshake(*request.handshake, peers_.known_clients);
    if (!answer) return std::move(answer).status();
    const bool is_known = answer->match != rpc::Match::None;
    if (is_known) reader_.greeted();
    if (!is_known || request.method.empty()) {
      write(rpc::encode_handshake_response(request.serial, *answer));
      return {};
    }
    handshake = *std::move(answer);
  }
  take_call(request, std::move(handshake));
  return {};
}

void AvroPeer::take_call(const rpc::Request& request, Handshake handshake) {
  const bool is_batch = request.method == rpc::kAppendBatch;
  if (!is_batch && request.method != rpc::kAppend) {
    return fail(request.serial, std::move(handshake), rpc::no_such_message(request.method));
  }
  SourceCounters& counters = place().context.counters();
  (is_batch ? counters.append_batch_received : counters.append_received).increment();
  if (const auto added = rpc::adopt_events(request, place().intake.builder()); !added) {
    place().intake.discard();
    counters.event_read_fail.increment();
    place().log.warn("a message has no proper events", {{"peer", place().stream->peer()}, {"reason", added.status()}});
    return fail(request.serial, std::move(handshake), added.status().message());
  }
  expect_answer();
  place().intake.submit(
      [this, serial = request.serial, handshake = std::move(handshake), is_batch, alive = lifetime()](const Status& stored) mutable {
        if (!alive.expired()) answer_stored(serial, std::move(handshake), is_batch, stored);
      });
}

void AvroPeer::answer_stored(std::int32_t serial, Handshake handshake, bool is_batch, const Status& stored) {
  if (stored.ok()) {
    SourceCounters& counters = place().context.counters();
    (is_batch ? counters.append_batch_accepted : counters.append_accepted).increment();
  } else {
    place().log.debug("events refused", {{"peer", place().stream->peer()}, {"reason", stored}});
  }
  write(rpc::encode_response(
      {.serial = serial, .handshake = std::move(handshake), .status = stored.ok() ? rpc::AppendStatus::Ok : rpc::AppendStatus::Failed}));
  answered();
}

void AvroPeer::fail(std::int32_t serial, Handshake handshake, std::string error) {
  write(rpc::encode_response({.serial = serial, .handshake = std::move(handshake), .error = std::move(error)}));
}

void AvroPeer::refuse(const Status& why) {
  place().log.warn("connection closed", {{"peer", place().stream->peer()}, {"reason", why}});
  place().context.counters().event_read_fail.increment();
  close_soon();
}

}  // namespace flume
