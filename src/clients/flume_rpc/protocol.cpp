#include "clients/flume_rpc/protocol.h"

namespace flume::rpc {
namespace {

constexpr std::string_view kText =
    R"({"protocol":"AvroSourceProtocol","namespace":"org.apache.flume.source.avro","types":[)"
    R"({"type":"enum","name":"Status","symbols":["OK","FAILED","UNKNOWN"]},)"
    R"({"type":"record","name":"AvroFlumeEvent","fields":[)"
    R"({"name":"headers","type":{"type":"map","values":"string"}},{"name":"body","type":"bytes"}]}],)"
    R"("messages":{"append":{"request":[{"name":"event","type":"AvroFlumeEvent"}],"response":"Status"},)"
    R"("appendBatch":{"request":[{"name":"events","type":{"type":"array","items":"AvroFlumeEvent"}}],"response":"Status"}}})";

// Compared with MD5 of the text by a test.
constexpr Hash kHash{0x30, 0xda, 0x54, 0x05, 0x9d, 0xf7, 0x2d, 0x95, 0x84, 0xb8, 0x67, 0xd5, 0x20, 0x2e, 0x20, 0x69};

}  // namespace

std::string_view protocol_text() noexcept { return kText; }
const Hash& protocol_hash() noexcept { return kHash; }

}  // namespace flume::rpc
