// One client of the HTTP source: an HttpConnection whose requests go to the intake. See Peer.
#pragma once

#include <string>
#include <vector>

#include "components/sources/http/request_events.h"
#include "intake/peer_server.h"
#include "net/http_connection.h"

namespace flume {

/// What all clients of a source share; the source's.
struct HttpSourceProtocol {
  HttpConnectionSettings connection;
  std::string health_path;                 ///< GET of it tells that the source is there; empty: no such path
  std::vector<std::string> authorization;  ///< values of the header Authorization, one of which a client must send; none: all may
  std::vector<std::string> origins;        ///< of pages whose scripts may send events (CORS), "*" for all; none: no word of it
  RequestEvents& events;
};

class HttpPeer final : public Peer {
 public:
  HttpPeer(PeerPlace place, const HttpSourceProtocol& protocol);

  void finish() override { connection_.finish(); }

 private:
  HttpConnection::Callbacks callbacks();
  void take(HttpRequest request, HttpConnection::Answer answer);
  void take_allowed(HttpRequest request, HttpConnection::Answer answer);
  /// What a browser is told that asks for a page of an allowed origin; none otherwise.
  [[nodiscard]] HttpHeaders cross_origin_headers(const HttpRequest& request) const;
  [[nodiscard]] bool is_allowed(const HttpRequest& request) const;
  void refuse(const RequestRefusal& refusal, const HttpConnection::Answer& answer);

  PeerPlace place_;
  const HttpSourceProtocol& protocol_;
  HttpConnection connection_;
};

}  // namespace flume
