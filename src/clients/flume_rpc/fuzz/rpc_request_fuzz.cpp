// Whatever a client sends to an Avro source. However the bytes are cut, the same requests with the same events come of them.
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "clients/flume_rpc/request.h"

namespace {

using namespace flume;
using namespace flume::rpc;

/// What came of the bytes, as a text to compare.
std::string read(ByteView bytes, std::size_t piece, bool is_direct) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  BuilderRoom room(builder);
  KnownClients known;
  RequestReader reader({.message_bytes = 1U << 20, .buffers = 1U << 12});
  std::string told;
  while (!bytes.empty()) {
    bool is_complete = false;
    if (const std::span<std::byte> direct = reader.direct(); is_direct && !direct.empty()) {
      const std::size_t size = std::min(direct.size(), bytes.size());
      std::memcpy(direct.data(), bytes.data(), size);
      bytes = bytes.subspan(size);
      is_complete = reader.received(size);
    } else {
      ByteView some = bytes.first(std::min(piece, bytes.size()));
      const std::size_t before = some.size();
      const auto fed = reader.feed(some, room);
      if (!fed) return told + "refused";
      bytes = bytes.subspan(before - some.size());
      is_complete = *fed;
    }
    if (!is_complete) continue;
    const Request& request = reader.request();
    told += std::to_string(request.serial) + request.method;
    put_metadata(told, request.metadata);
    bool is_called = true;
    if (request.handshake) {
      const auto answer = answer_handshake(*request.handshake, known);
      if (!answer) return told + "refused";
      is_called = answer->match != Match::None;
      if (is_called) reader.greeted();
      put_handshake(told, *answer);
    }
    if (is_called && (request.method == kAppend || request.method == kAppendBatch)) {
      const auto count = adopt_events(request, builder);
      if (!count) return told + "refused";
      const EventBatch batch = builder.take();
      if (batch.size() != *count) __builtin_trap();
      for (const EventView event : batch) told += event.avro();
    }
    reader.next_request();
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes = std::as_bytes(std::span(data, size));
  const std::string whole = read(bytes, SIZE_MAX, false);
  if (read(bytes, 1, false) != whole || read(bytes, 700, true) != whole) __builtin_trap();
  return 0;
}
