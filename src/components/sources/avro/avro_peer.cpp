#include "components/sources/avro/avro_peer.h"

#include <utility>

#include "clients/flume_rpc/wire_reader.h"
#include "net/host_of_peer.h"

namespace flume {
namespace {

constexpr std::size_t kMostKnownClients = 1000;
constexpr std::string_view kNoMetadata{"\0", 1};

std::string_view hint_of(std::string_view bytes) {
  if (bytes.size() > 2 && bytes[0] == '\x16' && bytes[1] == '\x03')
    return "; the peer speaks TLS: set ssl = true here, or ssl = false there";
  for (const std::string_view method : {"GET ", "POST", "PUT ", "HEAD"}) {
    if (bytes.starts_with(method)) return "; the peer speaks HTTP";
  }
  if (bytes.size() > 1 && bytes[0] == '\x78') return "; the peer may compress: set compression-type = deflate";
  return "";
}

}  // namespace

AvroPeer::AvroPeer(PeerPlace place, AvroPeers& peers) : BytePeer(std::move(place), Begin::Later), peers_(peers) {
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
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const std::string_view rest = bytes.substr(begin);
    const auto is_whole = scanner_.scan(rest);
    if (!is_whole) {
      refuse(rest, is_whole.status());
      return bytes.size();
    }
    if (!*is_whole) break;
    peers_.message.clear();
    scanner_.message(rest, peers_.message);
    if (const Status taken = take_message(scanner_.serial(), peers_.message); !taken.ok()) {
      refuse(rest, taken);
      return bytes.size();
    }
    begin += scanner_.size();
    scanner_.reset();
  }
  if (is_end && begin != bytes.size()) {
    place().log.debug("the peer went in the middle of a message", {{"peer", place().stream->peer()}, {"bytes", bytes.size() - begin}});
  }
  return begin;
}

Status AvroPeer::take_message(std::uint32_t serial, std::string_view message) {
  std::string handshake;
  if (!is_known_) {
    const auto may_go_on = take_handshake(serial, message, handshake);
    if (!may_go_on) return may_go_on.status();
    if (!*may_go_on) return {};
  }
  const auto call = rpc::read_call(message);
  if (!call) return call.status();
  take_call(serial, *call, std::move(handshake));
  return {};
}

Result<bool> AvroPeer::take_handshake(std::uint32_t serial, std::string_view& message, std::string& answer) {
  const auto request = rpc::read_handshake_request(message);
  if (!request) return request.status();
  auto& known = peers_.known_clients;
  const bool has_told = request->client_protocol.has_value();
  const bool knows_client = has_told || request->client_hash == rpc::kFlumeHash || request->client_hash == rpc::protocol_hash() ||
                            known.contains(request->client_hash);
  const bool knows_us = request->server_hash == rpc::kFlumeHash || request->server_hash == rpc::protocol_hash();
  if (has_told && known.size() < kMostKnownClients) known.insert(request->client_hash);
  rpc::HandshakeResponse response;
  if (!knows_client || !knows_us) {
    response = {knows_client ? rpc::Match::Client : rpc::Match::None, rpc::protocol_text(), rpc::protocol_hash()};
  }
  rpc::append_handshake_response(response, answer);
  is_known_ = knows_client;
  if (!knows_client) write(rpc::frame_of(serial, {answer}));
  return knows_client;
}

void AvroPeer::take_call(std::uint32_t serial, const rpc::Call& call, std::string handshake) {
  if (call.method == rpc::Method::Ping) return write(rpc::frame_of(serial, {handshake}));
  if (call.method == rpc::Method::Other) {
    return fail(serial, handshake, "org.apache.avro.AvroRuntimeException: No such remote message: " + std::string(call.name));
  }
  SourceCounters& counters = place().context.counters();
  (call.method == rpc::Method::Append ? counters.append_received : counters.append_batch_received).increment();
  if (const Status added = add_events(call); !added.ok()) {
    place().intake.discard();
    counters.event_read_fail.increment();
    place().log.warn("a message has no proper events", {{"peer", place().stream->peer()}, {"reason", added}});
    return fail(serial, handshake, added.message());
  }
  expect_answer();
  place().intake.submit([this, serial, handshake = std::move(handshake), method = call.method, alive = lifetime()](const Status& stored) {
    if (!alive.expired()) answer_stored(serial, handshake, method, stored);
  });
}

Status AvroPeer::add_events(const rpc::Call& call) {
  rpc::WireReader reader(call.parameters);
  BatchBuilder& builder = place().intake.builder();
  const auto add_one = [&]() -> Status {
    const auto taken = builder.adopt_avro(reader.rest());
    if (!taken) return taken.status();
    reader.skip(*taken);
    return {};
  };
  if (call.method == rpc::Method::Append) return add_one();
  for (;;) {
    const auto count = reader.block();
    if (!count) return rejected("no array of events");
    if (*count == 0) return {};
    for (std::uint64_t i = 0; i < *count; ++i) FLUME_TRY(add_one());
  }
}

void AvroPeer::answer_stored(std::uint32_t serial, const std::string& handshake, rpc::Method method, const Status& stored) {
  if (stored.ok()) {
    SourceCounters& counters = place().context.counters();
    (method == rpc::Method::Append ? counters.append_accepted : counters.append_batch_accepted).increment();
  } else {
    place().log.debug("events refused", {{"peer", place().stream->peer()}, {"reason", stored}});
  }
  std::string result;
  rpc::append_status(stored.ok() ? rpc::EventStatus::Ok : rpc::EventStatus::Failed, result);
  write(rpc::frame_of(serial, {handshake, kNoMetadata, result}));
  answered();
}

void AvroPeer::fail(std::uint32_t serial, const std::string& handshake, std::string_view error) {
  std::string result;
  rpc::append_error(error, result);
  write(rpc::frame_of(serial, {handshake, kNoMetadata, result}));
}

void AvroPeer::refuse(std::string_view bytes, const Status& why) {
  place().log.warn("connection closed: " + why.message() + std::string(hint_of(bytes)), {{"peer", place().stream->peer()}});
  place().context.counters().event_read_fail.increment();
  close_soon();
}

}  // namespace flume
