#include "clients/thrift/legacy_protocol.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "clients/thrift/avro_event.h"
#include "clients/thrift/event_reader.h"
#include "clients/thrift/library.h"
#include "text/utf8.h"

namespace flume::thrift {
namespace {

using library::TType;

constexpr std::array<std::string_view, 6> kPriorities{"FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"};

std::string priority_name(std::int32_t priority) {
  const auto index = static_cast<std::size_t>(priority);
  return index < kPriorities.size() ? std::string(kPriorities[index]) : std::to_string(priority);
}

struct LegacyEvent {
  std::optional<std::int64_t> timestamp;
  std::optional<std::int32_t> priority;
  std::optional<std::int64_t> nanos;
  std::optional<std::string> host;
  std::string body;
  AvroEvent fields;
};

/// False: the field is not of the event's, or has another type.
template <typename Protocol>
bool read_field(Protocol& in, std::int16_t id, TType type, LegacyEvent& event) {
  std::string key;
  std::string value;
  std::string text;
  if (id == 1 && type == TType::T_I64) {
    in.readI64(event.timestamp.emplace());
  } else if (id == 2 && type == TType::T_I32) {
    in.readI32(event.priority.emplace());
  } else if (id == 3 && type == TType::T_STRING) {
    in.readBinary(event.body);
  } else if (id == 4 && type == TType::T_I64) {
    in.readI64(event.nanos.emplace());
  } else if (id == 5 && type == TType::T_STRING) {
    in.readBinary(event.host.emplace());
  } else if (id == 6 && type == TType::T_MAP) {
    library::read_texts(
        in, key, value, [](std::uint32_t) {},
        [&](const std::string& name, const std::string& bytes) {
          text.clear();
          append_valid_utf8(bytes, Utf8End::Replace, text);
          event.fields.header(name, text);
        });
  } else {
    return false;
  }
  return true;
}

template <typename Protocol>
void read_event(Protocol& in, BatchBuilder& into) {
  LegacyEvent event;
  library::read_struct(in, [&](std::int16_t id, TType type) { return read_field(in, id, type, event); });
  // The event's own fields win, whatever their order on the wire.
  AvroEvent whole;
  if (event.host) whole.header("host", *event.host);
  if (event.timestamp) whole.header("timestamp", std::to_string(*event.timestamp));
  if (event.priority) whole.header("pri", priority_name(*event.priority));
  if (event.nanos) whole.header("nanos", std::to_string(*event.nanos));
  whole.headers_of(event.fields);
  whole.header("FlumeOG", "yes");
  library::check_built(whole.finish(event.body, into));
}

}  // namespace

Result<Request> read_legacy_request(std::string_view message, BatchBuilder& into) {
  return library::read_request(kLegacyEncoding, message, [&](auto& in, std::string_view method) {
    const bool is_append = method == kLegacyAppend;
    if (!is_append && method != kLegacyClose) return false;
    bool has_event = false;
    library::read_struct(in, [&](std::int16_t id, TType type) {
      if (!is_append || has_event || id != 1 || type != TType::T_STRUCT) return false;
      read_event(in, into);
      return has_event = true;
    });
    if (is_append && !has_event) library::refuse("the call has no event");
    return true;
  });
}

}  // namespace flume::thrift
