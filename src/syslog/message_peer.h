// One client that sends syslog over a connection. It gets no answers: what its system has sent is ours, so nothing is read while the
// channel is full. See Peer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "intake/byte_peer.h"
#include "syslog/client_headers.h"
#include "syslog/framer.h"
#include "syslog/message_event.h"
#include "syslog/parser_options.h"

namespace flume::syslog {

class MessagePeer final : public BytePeer {
 public:
  /// Of the source's parser, for this connection: see MessageParser::append().
  using Append = std::function<Result<MessageState>(const Frame&, std::int64_t now, AddedHeaders, BatchBuilder&)>;
  struct Settings {
    StreamOptions stream;
    ClientOptions client;
    std::string port_header;  ///< empty: none
  };

  /// All but the settings outlive the peer.
  MessagePeer(PeerPlace place, const Settings& settings, const Clock& clock, MessageCounters& counters, Append append);

 private:
  std::size_t take(std::string_view bytes, bool is_end) override;
  void add(const Frame& frame, std::int64_t now);
  void set_header(const std::string& key, std::string_view value);

  Framer framer_;
  const Clock& clock_;
  MessageCounters& counters_;
  const Append append_;
  std::vector<std::string> texts_;  // of the headers
  std::vector<AddedHeader> headers_;
};

}  // namespace flume::syslog
