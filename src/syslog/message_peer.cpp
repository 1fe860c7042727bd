#include "syslog/message_peer.h"

#include <utility>

#include "net/host_of_peer.h"

namespace flume::syslog {

MessagePeer::MessagePeer(PeerPlace place, const Settings& settings, const Clock& clock, MessageCounters& counters, Append append)
    : BytePeer(std::move(place), Begin::Later, Talk::OneWay),
      framer_(static_cast<std::size_t>(settings.stream.event_size.count), settings.stream.framing),
      clock_(clock),
      counters_(counters),
      append_(std::move(append)) {
  texts_.reserve(6);  // they stay where they are: headers_ has views of them
  const std::string address(host_of_peer(this->place().stream->peer()));
  set_header(settings.port_header, std::to_string(this->place().port));
  set_header(settings.client.ip_header, address);
  const std::string& name_header = settings.client.host_header;
  if (name_header.empty()) {
    begin();
    return;
  }
  this->place().names.find(address, [this, name_header, alive = lifetime()](const std::string& name) {
    if (alive.expired()) return;
    set_header(name_header, name);
    begin();
  });
}

void MessagePeer::set_header(const std::string& key, std::string_view value) {
  if (key.empty()) return;
  const std::string& kept_key = texts_.emplace_back(key);
  headers_.push_back({kept_key, texts_.emplace_back(value)});
}

std::size_t MessagePeer::take(std::string_view bytes, bool is_end) {
  const std::int64_t now = clock_.wall().time_since_epoch().count();
  std::string_view rest = bytes;
  while (const auto frame = framer_.next(rest)) add(*frame, now);
  if (is_end) {
    if (const auto frame = framer_.finish(rest)) add(*frame, now);
  }
  place().intake.submit();
  return bytes.size() - rest.size();
}

void MessagePeer::add(const Frame& frame, std::int64_t now) {
  const auto state = append_(frame, now, headers_, place().intake.builder());
  if (state) return counters_.count(*state);
  place().context.counters().event_read_fail.increment();
  place().log.warn("a message cannot be an event", {{"peer", place().stream->peer()}, {"reason", state.status()}});
}

}  // namespace flume::syslog
