// Flume's Thrift protocol, both ways: events out of requests into slabs, events into requests.
//
//   enum Status { OK, FAILED, ERROR, UNKNOWN }
//   struct ThriftFlumeEvent { 1: required map<string,string> headers, 2: required binary body }
//   service ThriftSourceProtocol { Status append(1: ThriftFlumeEvent event), Status appendBatch(1: list<ThriftFlumeEvent> events) }
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "clients/thrift/message.h"
#include "flume/batch_builder.h"

namespace flume::thrift {

enum class EventStatus : std::int32_t { Ok = 0, Failed = 1, Error = 2, Unknown = 3 };
/// "OK", "FAILED", ..., also of numbers that are none of these.
[[nodiscard]] std::string to_string(EventStatus status);

inline constexpr std::string_view kAppend = "append";
inline constexpr std::string_view kAppendBatch = "appendBatch";

/// AsLibthrift: without the quick way for events in their usual form (plain_event.h), for those who compare both.
enum class EventForms : std::uint8_t { PlainFirst, AsLibthrift };

/// Builds the events of a request. Rejected: the bytes are no message. Unless the request is Understood, what was built of it is
/// the caller's to discard.
[[nodiscard]] Result<Request> read_event_request(Encoding encoding, std::string_view message, BatchBuilder& into,
                                                 EventForms forms = EventForms::PlainFirst);

/// How many of the first events one request surely takes (kLongestMessage); 0: not even one.
[[nodiscard]] std::uint32_t events_that_fit(const EventBatch& batch);
/// The frame of an appendBatch with these events.
[[nodiscard]] std::string append_batch_frame(Encoding encoding, std::int32_t sequence, const EventBatch& events);

}  // namespace flume::thrift
