#include "components/sources/thrift_legacy/thrift_legacy_peer.h"

#include "clients/thrift/binary_scan.h"
#include "clients/thrift/legacy_protocol.h"

namespace flume {

using thrift::Request;

std::size_t ThriftLegacyPeer::take(std::string_view bytes, bool is_end) {
  auto taken = take_messages(bytes);
  // Those before a damaged one count.
  if (!place().intake.builder().empty()) place().intake.submit();
  if (taken && is_end && *taken != bytes.size()) taken = rejected("the connection ended in the middle of a message");
  if (taken) return *taken;
  place().log.warn("connection closed", {{"peer", place().stream->peer()}, {"reason", taken.status()}});
  place().context.counters().event_read_fail.increment();
  close_soon();
  return 0;
}

Result<std::size_t> ThriftLegacyPeer::take_messages(std::string_view bytes) {
  std::size_t begin = 0;
  while (begin < bytes.size() && bytes.size() - begin >= wanted_) {
    const auto scan = thrift::scan_binary_message(bytes.substr(begin));
    if (!scan) return scan.status();
    wanted_ = scan->is_whole ? 0 : scan->bytes;
    if (!scan->is_whole) break;
    FLUME_TRY(take_message(bytes.substr(begin, scan->bytes)));
    begin += scan->bytes;
  }
  return begin;
}

Status ThriftLegacyPeer::take_message(std::string_view message) {
  const auto request = thrift::read_legacy_request(message, place().intake.builder());
  if (!request) return request.status();
  if (request->state == Request::State::BadArguments) return rejected(request->problem);
  if (request->state == Request::State::UnknownMethod) {
    write(std::string_view(thrift::refusal(thrift::kLegacyEncoding, *request)).substr(thrift::kFrameHead));
  } else if (request->call.method == thrift::kLegacyClose) {
    write(std::string_view(thrift::void_reply(thrift::kLegacyEncoding, request->call)).substr(thrift::kFrameHead));
  }
  return {};
}

}  // namespace flume
