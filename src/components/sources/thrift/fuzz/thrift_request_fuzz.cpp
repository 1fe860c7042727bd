// Any bytes as a request in each encoding: its events are built or it is refused, alike with the quick way for events in their
// usual form and without it; what was understood is written and read again without a change.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "clients/thrift/event_protocol.h"
#include "flume/batch_builder.h"

namespace {

using namespace flume;  // NOLINT: a fuzz target

bool is_understood(const Result<thrift::Request>& request) { return request && request->state == thrift::Request::State::Understood; }

void expect_same(const EventBatch& events, const EventBatch& others) {
  if (events.size() != others.size()) std::abort();
  auto other = others.begin();
  for (const EventView event : events) {
    if ((*other).avro() != event.avro()) std::abort();
    ++other;
  }
}

void check(thrift::Encoding encoding, std::string_view message) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  const auto request = thrift::read_event_request(encoding, message, builder);
  BatchBuilder slow(*pool);
  const auto same = thrift::read_event_request(encoding, message, slow, thrift::EventForms::AsLibthrift);
  if (request.ok() != same.ok() || is_understood(request) != is_understood(same)) std::abort();
  if (!is_understood(request)) {
    if (request) static_cast<void>(thrift::refusal(encoding, *request));
    slow.abort();
    return builder.abort();
  }
  const EventBatch events = builder.take();
  if (events.size() > message.size()) std::abort();
  expect_same(events, slow.take());
  const std::string frame = thrift::append_batch_frame(encoding, 1, events);
  BatchBuilder again(*pool);
  const auto read = thrift::read_event_request(encoding, std::string_view(frame).substr(thrift::kFrameHead), again);
  if (!is_understood(read)) std::abort();
  expect_same(events, again.take());
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
