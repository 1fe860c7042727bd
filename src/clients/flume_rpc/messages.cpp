#include "clients/flume_rpc/messages.h"

#include <algorithm>

#include "clients/flume_rpc/wire_reader.h"

namespace flume::rpc {
namespace {

Status broken(std::string_view what) { return rejected("no Avro message of Flume: " + std::string(what)); }

bool read_hash(WireReader& reader, Hash& hash) {
  const auto bytes = reader.fixed(hash.size());
  if (!bytes) return false;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return true;
}

bool read_metadata(WireReader& reader, const Limits& limits, Metadata& metadata) {
  for (;;) {
    const auto count = reader.block();
    if (!count || *count > limits.metadata_entries - metadata.size()) return false;
    if (*count == 0) return true;
    for (std::uint64_t i = 0; i < *count; ++i) {
      const auto key = reader.text();
      const auto value = key ? reader.text() : std::nullopt;
      if (!value) return false;
      metadata.emplace_back(*key, *value);
    }
  }
}

/// A union of null and something: whether the something follows.
std::optional<bool> read_is_there(WireReader& reader) {
  const auto branch = reader.number();
  if (!branch || *branch < 0 || *branch > 1) return std::nullopt;
  return *branch == 1;
}

bool read_optional_text(WireReader& reader, std::optional<std::string_view>& text) {
  const auto is_there = read_is_there(reader);
  if (!is_there) return false;
  if (!*is_there) return true;
  text = reader.text();
  return text.has_value();
}

bool read_optional_metadata(WireReader& reader, const Limits& limits) {
  const auto is_there = read_is_there(reader);
  Metadata ignored;
  return is_there && (!*is_there || read_metadata(reader, limits, ignored));
}

void append_number(std::int64_t value, std::string& out) {
  std::uint64_t raw = static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63);
  for (; raw >= 0x80; raw >>= 7U) out += static_cast<char>(raw | 0x80U);
  out += static_cast<char>(raw);
}

void append_text(std::string_view text, std::string& out) {
  append_number(static_cast<std::int64_t>(text.size()), out);
  out += text;
}

std::string_view bytes_of(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

Method method_of(std::string_view name) {
  if (name == "append") return Method::Append;
  if (name == "appendBatch") return Method::AppendBatch;
  return name.empty() ? Method::Ping : Method::Other;
}

}  // namespace

Result<HandshakeRequest> read_handshake_request(std::string_view& message, const Limits& limits) {
  WireReader reader(message);
  HandshakeRequest request;
  const bool is_whole = read_hash(reader, request.client_hash) && read_optional_text(reader, request.client_protocol) &&
                        read_hash(reader, request.server_hash) && read_optional_metadata(reader, limits);
  if (!is_whole) return broken("its handshake cannot be read");
  message = reader.rest();
  return request;
}

Result<HandshakeResponse> read_handshake_response(std::string_view& message, const Limits& limits) {
  WireReader reader(message);
  HandshakeResponse response;
  const auto match = reader.number();
  if (!match || *match < 0 || *match > 2) return broken("the answer to the handshake cannot be read");
  response.match = static_cast<Match>(*match);
  if (!read_optional_text(reader, response.server_protocol)) return broken("the answer to the handshake has no protocol");
  const auto has_hash = read_is_there(reader);
  if (!has_hash) return broken("the answer to the handshake has no hash");
  if (*has_hash && !read_hash(reader, response.server_hash.emplace())) return broken("the answer to the handshake has half a hash");
  if (!read_optional_metadata(reader, limits)) return broken("the answer to the handshake has no end");
  message = reader.rest();
  return response;
}

Result<Call> read_call(std::string_view message, const Limits& limits) {
  WireReader reader(message);
  Call call;
  if (!read_metadata(reader, limits, call.metadata)) return broken("its metadata cannot be read");
  const auto name = reader.text();
  if (!name) return broken("it names no method");
  call.name = *name;
  call.method = method_of(call.name);
  call.parameters = reader.rest();
  return call;
}

Result<Answer> read_answer(std::string_view message, const Limits& limits) {
  WireReader reader(message);
  Answer answer;
  if (!read_metadata(reader, limits, answer.metadata)) return broken("the answer's metadata cannot be read");
  const auto is_error = reader.fixed(1);
  if (!is_error || (*is_error)[0] > 1 || (*is_error)[0] < 0) return broken("the answer is neither a result nor an error");
  if ((*is_error)[0] == 0) {
    const auto status = reader.number();
    if (!status || *status < 0 || *status > 2) return broken("the answer is no Status");
    answer.status = static_cast<EventStatus>(*status);
    return answer;
  }
  const auto kind = reader.number();  // of the union of errors: a text, as no message of the protocol declares others
  const auto error = kind && *kind == 0 ? reader.text() : std::nullopt;
  if (!error) return broken("the answer's error cannot be read");
  answer.error = *error;
  return answer;
}

void append_handshake_request(const HandshakeRequest& request, std::string& out) {
  out += bytes_of(request.client_hash);
  append_number(request.client_protocol ? 1 : 0, out);
  if (request.client_protocol) append_text(*request.client_protocol, out);
  out += bytes_of(request.server_hash);
  append_number(1, out);  // as Java does: an empty map
  append_metadata({}, out);
}

void append_handshake_response(const HandshakeResponse& response, std::string& out) {
  append_number(static_cast<std::int64_t>(response.match), out);
  append_number(response.server_protocol ? 1 : 0, out);
  if (response.server_protocol) append_text(*response.server_protocol, out);
  append_number(response.server_hash ? 1 : 0, out);
  if (response.server_hash) out += bytes_of(*response.server_hash);
  append_number(0, out);
}

void append_call_head(const Metadata& metadata, Method method, std::uint32_t events, std::string& out) {
  append_metadata(metadata, out);
  append_text(method == Method::Append ? "append" : "appendBatch", out);
  if (method != Method::Append && events != 0) append_number(events, out);
}

void append_metadata(const Metadata& metadata, std::string& out) {
  if (!metadata.empty()) append_number(static_cast<std::int64_t>(metadata.size()), out);
  for (const auto& [key, value] : metadata) {
    append_text(key, out);
    append_text(value, out);
  }
  append_number(0, out);
}

void append_status(EventStatus status, std::string& out) {
  out += '\0';
  append_number(static_cast<std::int64_t>(status), out);
}

void append_error(std::string_view error, std::string& out) {
  out += '\1';
  append_number(0, out);
  append_text(error, out);
}

}  // namespace flume::rpc
