#include "clients/flume_rpc/protocol.h"

#include <string>

#include <nlohmann/json.hpp>

#include "clients/flume_rpc/wire.h"
#include "codec/avro_schema.h"

namespace flume::rpc {
namespace {

constexpr ProtocolHash kOwnHash = {0x30, 0xda, 0x54, 0x05, 0x9d, 0xf7, 0x2d, 0x95, 0x84, 0xb8, 0x67, 0xd5, 0x20, 0x2e, 0x20, 0x69};

constexpr std::string_view kProtocolText =
    R"({"protocol":"AvroSourceProtocol","namespace":"org.apache.flume.source.avro","types":[)"
    R"({"type":"enum","name":"Status","symbols":["OK","FAILED","UNKNOWN"]},)"
    R"({"type":"record","name":"AvroFlumeEvent","fields":[{"name":"headers","type":{"type":"map","values":"string"}},)"
    R"({"name":"body","type":"bytes"}]}],"messages":{)"
    R"("append":{"request":[{"name":"event","type":"AvroFlumeEvent"}],"response":"Status"},)"
    R"("appendBatch":{"request":[{"name":"events","type":{"type":"array","items":"AvroFlumeEvent"}}],"response":"Status"}}})";

/// The declaration of a type of this name; null: there is none.
const nlohmann::json* type_named(const nlohmann::json& protocol, std::string_view name) {
  const auto types = protocol.find("types");
  if (types == protocol.end() || !types->is_array()) return nullptr;
  for (const nlohmann::json& type : *types) {
    if (type.is_object() && type.value("name", nlohmann::json()) == name) return &type;
  }
  return nullptr;
}

bool is_flume_event(const codec::AvroSchema& schema) {
  using Kind = codec::AvroType::Kind;
  const auto& types = schema.types();
  const codec::AvroType& record = types.front();
  if (record.kind != Kind::Record || record.names != std::vector<std::string>{"headers", "body"}) return false;
  const codec::AvroType& headers = types[record.parts[0]];
  return headers.kind == Kind::Map && types[headers.parts[0]].kind == Kind::String && types[record.parts[1]].kind == Kind::Bytes;
}

}  // namespace

const ProtocolHash& own_hash() noexcept { return kOwnHash; }
std::string_view protocol_text() noexcept { return kProtocolText; }

Status check_client_protocol(std::string_view text) {
  constexpr int kDeepest = 32;
  const auto is_shallow = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) { return depth < kDeepest; };
  const nlohmann::json protocol = nlohmann::json::parse(text, is_shallow, false);
  if (!protocol.is_object()) return breach("the client's protocol is not JSON");
  const nlohmann::json* event = type_named(protocol, "AvroFlumeEvent");
  if (event == nullptr) return breach("the client's protocol has no AvroFlumeEvent");
  const auto schema = codec::AvroSchema::read(event->dump());
  if (!schema) return breach("the client's AvroFlumeEvent: " + schema.status().message());
  if (!is_flume_event(*schema)) return breach("the client's AvroFlumeEvent is not {map<string> headers; bytes body}");
  return {};
}

}  // namespace flume::rpc
