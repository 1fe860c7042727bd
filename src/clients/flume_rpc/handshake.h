// The handshake of Avro RPC (Avro specification 1.11, "Handshake"): with the first message of a connection both sides say which
// protocol they speak, by its hash and, where the other does not know that, by its text. Pure, but for KnownClients: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "clients/flume_rpc/protocol.h"
#include "clients/flume_rpc/wire.h"

namespace flume::rpc {

struct HandshakeRequest {
  ProtocolHash client_hash{};
  std::optional<std::string> client_protocol{};
  ProtocolHash server_hash{};  ///< what the client believes
  Metadata metadata{};
};

/// Both: each knows the other. Client: the server knows the client, and tells its own protocol; the call is executed.
/// None: the server does not know the client; the call is not executed, and is to be repeated with the client's text.
enum class Match : std::uint8_t { Both, Client, None };

struct HandshakeResponse {
  Match match = Match::Both;
  std::optional<std::string> server_protocol{};
  std::optional<ProtocolHash> server_hash{};
  Metadata metadata{};
};

void put_handshake(std::string& out, const HandshakeRequest& request);
void put_handshake(std::string& out, const HandshakeResponse& response);
bool read_handshake(WireReader& reader, HandshakeRequest& request);
bool read_handshake(WireReader& reader, HandshakeResponse& response);

/// What a client says first: Flume's hash.
[[nodiscard]] HandshakeRequest first_greeting();
/// What a client says to a server that did not know that: its text.
[[nodiscard]] HandshakeRequest second_greeting(const HandshakeResponse& refused);

/// Hashes of the protocols that clients have told a server, the last kMost of them; those of every Flume are known. One thread.
class KnownClients {
 public:
  static constexpr std::size_t kMost = 64;

  [[nodiscard]] bool knows(const ProtocolHash& hash) const;
  void learn(const ProtocolHash& hash);

 private:
  std::set<ProtocolHash> hashes_;
};

/// A server's answer. The error: the client's protocol is another one; the connection is to be closed.
[[nodiscard]] Result<HandshakeResponse> answer_handshake(const HandshakeRequest& request, KnownClients& known);

}  // namespace flume::rpc
