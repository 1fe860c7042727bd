#include "clients/flume_rpc/handshake.h"

#include <algorithm>

namespace flume::rpc {
namespace {

void put_hash(std::string& out, const ProtocolHash& hash) {
  for (const std::uint8_t byte : hash) out += static_cast<char>(byte);
}

bool read_hash(WireReader& reader, ProtocolHash& hash) {
  std::string_view bytes;
  if (!reader.read_fixed(hash.size(), bytes)) return false;
  std::ranges::copy(bytes, hash.begin());
  return true;
}

/// Of a union of null and something.
bool read_is_there(WireReader& reader, bool& is_there) {
  std::int64_t branch = 0;
  if (!reader.read_long(branch)) return false;
  if (branch != 0 && branch != 1) return reader.refuse("a branch that its union has not");
  is_there = branch == 1;
  return true;
}

bool read_text(WireReader& reader, std::optional<std::string>& text) {
  bool is_there = false;
  std::string_view bytes;
  if (!read_is_there(reader, is_there)) return false;
  if (is_there && !reader.read_bytes(bytes)) return false;
  if (is_there) text.emplace(bytes);
  return true;
}

bool read_optional_metadata(WireReader& reader, Metadata& metadata) {
  bool is_there = false;
  return read_is_there(reader, is_there) && (!is_there || reader.read_metadata(metadata));
}

void put_text(std::string& out, const std::optional<std::string>& text) {
  put_long(out, text ? 1 : 0);
  if (text) put_bytes(out, *text);
}

}  // namespace

void put_handshake(std::string& out, const HandshakeRequest& request) {
  put_hash(out, request.client_hash);
  put_text(out, request.client_protocol);
  put_hash(out, request.server_hash);
  // As Java's client: a map, even if it has no entry.
  put_long(out, 1);
  put_metadata(out, request.metadata);
}

void put_handshake(std::string& out, const HandshakeResponse& response) {
  put_long(out, static_cast<std::int64_t>(response.match));
  put_text(out, response.server_protocol);
  put_long(out, response.server_hash ? 1 : 0);
  if (response.server_hash) put_hash(out, *response.server_hash);
  put_long(out, response.metadata.empty() ? 0 : 1);
  if (!response.metadata.empty()) put_metadata(out, response.metadata);
}

bool read_handshake(WireReader& reader, HandshakeRequest& request) {
  return read_hash(reader, request.client_hash) && read_text(reader, request.client_protocol) && read_hash(reader, request.server_hash) &&
         read_optional_metadata(reader, request.metadata);
}

bool read_handshake(WireReader& reader, HandshakeResponse& response) {
  std::int64_t match = 0;
  if (!reader.read_long(match)) return false;
  if (match < 0 || match > 2) return reader.refuse("an unknown match");
  response.match = static_cast<Match>(match);
  bool has_hash = false;
  if (!read_text(reader, response.server_protocol) || !read_is_there(reader, has_hash)) return false;
  if (has_hash && !read_hash(reader, response.server_hash.emplace())) return false;
  return read_optional_metadata(reader, response.metadata);
}

HandshakeRequest first_greeting() { return {.client_hash = kFlumeHash, .server_hash = kFlumeHash}; }

HandshakeRequest second_greeting(const HandshakeResponse& refused) {
  return {
      .client_hash = own_hash(), .client_protocol = std::string(protocol_text()), .server_hash = refused.server_hash.value_or(kFlumeHash)};
}

bool KnownClients::knows(const ProtocolHash& hash) const { return hash == kFlumeHash || hash == own_hash() || hashes_.contains(hash); }

void KnownClients::learn(const ProtocolHash& hash) {
  if (knows(hash)) return;
  // Who is forgotten tells its text again.
  if (hashes_.size() >= kMost) hashes_.clear();
  hashes_.insert(hash);
}

Result<HandshakeResponse> answer_handshake(const HandshakeRequest& request, KnownClients& known) {
  if (request.client_protocol) {
    FLUME_TRY(check_client_protocol(*request.client_protocol));
    known.learn(request.client_hash);
  }
  HandshakeResponse response;
  const bool knows_client = known.knows(request.client_hash);
  const bool is_known = request.server_hash == kFlumeHash || request.server_hash == own_hash();
  if (!knows_client) {
    response.match = Match::None;
  } else if (!is_known) {
    response.match = Match::Client;
  }
  if (response.match != Match::Both) {
    response.server_protocol.emplace(protocol_text());
    response.server_hash = own_hash();
  }
  return response;
}

}  // namespace flume::rpc
