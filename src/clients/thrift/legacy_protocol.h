// The Thrift protocol of Flume before 1.0 ("OG"), as its servers see it: binary with versions, without frames, and append has no
// answer.
//
//   enum Priority { FATAL, ERROR, WARN, INFO, DEBUG, TRACE }
//   struct ThriftFlumeEvent { 1: i64 timestamp, 2: Priority priority, 3: binary body, 4: i64 nanos, 5: string host,
//                             6: map<string,binary> fields }
//   service ThriftFlumeEventServer { oneway void append(1: ThriftFlumeEvent event), void close() }
//
// Pure functions.
#pragma once

#include <string_view>

#include "clients/thrift/message.h"
#include "flume/batch_builder.h"

namespace flume::thrift {

inline constexpr Encoding kLegacyEncoding = Encoding::Binary;
inline constexpr std::string_view kLegacyAppend = "append";
inline constexpr std::string_view kLegacyClose = "close";

/// Builds the event of an append, with Flume's headers: host, timestamp, pri, nanos, the event's own fields, FlumeOG = yes; what
/// the event has not is left out. Otherwise as read_event_request().
[[nodiscard]] Result<Request> read_legacy_request(std::string_view message, BatchBuilder& into);

}  // namespace flume::thrift
