#include "clients/thrift/event_protocol.h"

#include <utility>

#include "clients/thrift/event_reader.h"
#include "clients/thrift/library.h"

namespace flume::thrift {
namespace {

using library::TMessageType;
using library::TType;

constexpr std::int16_t kHeadersField = 1;
constexpr std::int16_t kBodyField = 2;
constexpr std::int16_t kArgument = 1;

// What the encodings add at most. The head of a message with its list; fields, map and body of an event; a header.
constexpr std::uint64_t kMessageOverhead = 64;
constexpr std::uint64_t kEventOverhead = 24;
constexpr std::uint64_t kHeaderOverhead = 8;

template <typename Protocol>
void read_event(Protocol& in, library::EventReader& event) {
  bool has_headers = false;
  bool has_body = false;
  library::read_struct(in, [&](std::int16_t id, TType type) {
    if (id == kHeadersField && type == TType::T_MAP) {
      if (std::exchange(has_headers, true)) library::refuse("an event has field 'headers' twice");
      event.read_headers(in);
    } else if (id == kBodyField && type == TType::T_STRING) {
      has_body = true;
      event.read_body(in);
    } else {
      return false;
    }
    return true;
  });
  if (!has_headers) library::refuse("Required field 'headers' is missing in an event");
  if (!has_body) library::refuse("Required field 'body' is missing in an event");
  event.finish();
}

template <typename Protocol>
bool read_arguments(Protocol& in, std::string_view method, Encoding encoding, EventForms forms, BatchBuilder& into) {
  const bool is_batch = method == kAppendBatch;
  if (!is_batch && method != kAppend) return false;
  library::EventReader event(into);
  const auto read_one = [&] {
    const bool is_plain = forms == EventForms::PlainFirst && event.read_plain(in, encoding);
    if (!is_plain) read_event(in, event);
  };
  bool has_argument = false;
  library::read_struct(in, [&](std::int16_t id, TType type) {
    if (id != kArgument || type != (is_batch ? TType::T_LIST : TType::T_STRUCT)) return false;
    has_argument = true;
    if (is_batch) {
      library::read_structs(in, read_one);
    } else {
      read_one();
    }
    return true;
  });
  if (!has_argument) library::refuse("the call has no events");
  return true;
}

template <typename Protocol>
void write_event(Protocol& out, const EventView& event, std::string& text) {
  const auto write = [&](std::string_view value) {
    text = value;
    out.writeBinary(text);
  };
  out.writeStructBegin("ThriftFlumeEvent");
  out.writeFieldBegin("headers", TType::T_MAP, kHeadersField);
  out.writeMapBegin(TType::T_STRING, TType::T_STRING, event.header_count());
  event.each_header([&](std::string_view key, std::string_view value) {
    write(key);
    write(value);
  });
  out.writeMapEnd();
  out.writeFieldEnd();
  out.writeFieldBegin("body", TType::T_STRING, kBodyField);
  write(event.body());
  out.writeFieldEnd();
  out.writeFieldStop();
  out.writeStructEnd();
}

}  // namespace

std::string to_string(EventStatus status) {
  switch (status) {
    case EventStatus::Ok:
      return "OK";
    case EventStatus::Failed:
      return "FAILED";
    case EventStatus::Error:
      return "ERROR";
    case EventStatus::Unknown:
      return "UNKNOWN";
  }
  return "status " + std::to_string(static_cast<std::int32_t>(status));
}

Result<Request> read_event_request(Encoding encoding, std::string_view message, BatchBuilder& into, EventForms forms) {
  return library::read_request(encoding, message,
                               [&](auto& in, std::string_view method) { return read_arguments(in, method, encoding, forms, into); });
}

std::uint32_t events_that_fit(const EventBatch& batch) {
  std::uint64_t bytes = kMessageOverhead;
  std::uint32_t fit = 0;
  for (const EventView event : batch) {
    bytes += event.avro().size() + kEventOverhead + kHeaderOverhead * event.header_count();
    if (bytes > kLongestMessage) break;
    ++fit;
  }
  return fit;
}

std::string append_batch_frame(Encoding encoding, std::int32_t sequence, const EventBatch& events) {
  return library::frame_of(encoding, [&](auto& out) {
    std::string text;
    out.writeMessageBegin(std::string(kAppendBatch), TMessageType::T_CALL, sequence);
    out.writeStructBegin("appendBatch_args");
    out.writeFieldBegin("events", TType::T_LIST, kArgument);
    out.writeListBegin(TType::T_STRUCT, events.size());
    for (const EventView event : events) write_event(out, event, text);
    out.writeListEnd();
    out.writeFieldEnd();
    out.writeFieldStop();
    out.writeStructEnd();
    out.writeMessageEnd();
  });
}

}  // namespace flume::thrift
