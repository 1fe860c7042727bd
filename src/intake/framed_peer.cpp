#include "intake/framed_peer.h"

namespace flume {

std::size_t FramedPeer::take(std::string_view bytes, bool is_end) {
  std::size_t begin = 0;
  while (bytes.size() - begin >= kHeadBytes) {
    const auto length = length_of(bytes.substr(begin, kHeadBytes));
    if (!length) {
      refuse(length.status());
      return begin;
    }
    if (bytes.size() - begin < kHeadBytes + *length) break;
    if (const Status taken = take_frame(bytes.substr(begin + kHeadBytes, *length)); !taken.ok()) {
      refuse(taken);
      return begin;
    }
    begin += kHeadBytes + *length;
  }
  if (is_end && begin != bytes.size()) refuse(rejected("the connection ended in the middle of a message"));
  return begin;
}

void FramedPeer::refuse(const Status& why) {
  place().log.warn("connection closed", {{"peer", place().stream->peer()}, {"reason", why}});
  place().context.counters().event_read_fail.increment();
  close_soon();
}

}  // namespace flume
