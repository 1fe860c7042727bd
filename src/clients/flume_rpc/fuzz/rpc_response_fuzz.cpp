// Whatever a server answers to an Avro client. What is understood is written as it was meant; bytes one by one give the same.
#include <cstdint>
#include <span>
#include <string>

#include "clients/flume_rpc/response.h"

namespace {

using namespace flume;
using namespace flume::rpc;

std::string read(ByteView bytes, std::size_t piece) {
  ResponseReader reader;
  auto expected = ResponseReader::Expected::Greeting;
  std::string told;
  while (!bytes.empty()) {
    ByteView some = bytes.first(std::min(piece, bytes.size()));
    const std::size_t before = some.size();
    auto response = reader.feed(some, expected);
    if (!response) return told + "refused";
    bytes = bytes.subspan(before - some.size());
    if (!response->has_value()) continue;
    const Response& answer = **response;
    const bool is_greeting = expected == ResponseReader::Expected::Greeting;
    told += is_greeting ? encode_handshake_response(answer.serial, *answer.handshake) : encode_response(answer);
    if (!is_greeting || answer.handshake->match != Match::None) expected = ResponseReader::Expected::Call;
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const std::string whole = read(bytes, SIZE_MAX);
  if (read(bytes, 1) != whole) __builtin_trap();
  // What was written anew reads the same.
  if (!whole.ends_with("refused") && read(as_bytes(whole), SIZE_MAX) != whole) __builtin_trap();
  return 0;
}
