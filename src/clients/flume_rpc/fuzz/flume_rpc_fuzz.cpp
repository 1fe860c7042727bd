// Any bytes of a peer: frames are found the same however the bytes come, and every reader takes or refuses what is in them.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "clients/flume_rpc/frame.h"
#include "clients/flume_rpc/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flume::rpc;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  FrameScanner at_once;
  FrameScanner by_bytes;
  const auto whole = at_once.scan(bytes);
  flume::Result<bool> found = false;
  for (std::size_t received = 0; received <= size && found && !*found; ++received) found = by_bytes.scan(bytes.substr(0, received));
  if (whole.ok() != found.ok()) std::abort();
  std::string message;
  if (whole && *whole) {
    if (at_once.size() != by_bytes.size() || at_once.size() > size) std::abort();
    at_once.message(bytes, message);
  }
  for (const std::string_view text : {bytes, std::string_view(message)}) {
    std::string_view rest = text;
    if (const auto request = read_handshake_request(rest)) static_cast<void>(read_call(rest));
    rest = text;
    if (const auto response = read_handshake_response(rest)) static_cast<void>(read_answer(rest));
    static_cast<void>(read_call(text));
    static_cast<void>(read_answer(text));
  }
  return 0;
}
