// Any bytes as a request in each encoding: an event is built or refused, memory stays within what the bytes can hold, and what
// was understood is written and read again without a change.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "clients/thrift/event_protocol.h"
#include "flume/batch_builder.h"

namespace {

using namespace flume;  // NOLINT: a fuzz target

void check(thrift::Encoding encoding, std::string_view message) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const auto request = thrift::read_event_request(encoding, message, builder);
  if (!request || request->state != thrift::Request::State::Understood) {
    if (request) static_cast<void>(thrift::refusal(encoding, *request));
    return builder.abort();
  }
  const EventBatch events = builder.take();
  if (events.size() > message.size()) std::abort();
  const std::string frame = thrift::append_batch_frame(encoding, 1, events);
  BatchBuilder again(*pool);
  const auto read = thrift::read_event_request(encoding, std::string_view(frame).substr(thrift::kFrameHead), again);
  if (!read || read->state != thrift::Request::State::Understood) std::abort();
  const EventBatch copies = again.take();
  if (copies.size() != events.size()) std::abort();
  auto copy = copies.begin();
  for (const EventView event : events) {
    if ((*copy).avro() != event.avro()) std::abort();
    ++copy;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  check(thrift::Encoding::Compact, message);
  check(thrift::Encoding::Binary, message);
  static_cast<void>(thrift::read_enum_reply(thrift::Encoding::Compact, message, 1).ok());
  static_cast<void>(thrift::read_enum_reply(thrift::Encoding::OldBinary, message, 1).ok());
  return 0;
}
