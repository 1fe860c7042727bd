// Scribe's protocol, as its servers see it: log entries out of requests into slabs.
//
//   enum ResultCode { OK, TRY_LATER }
//   struct LogEntry { 1: string category, 2: string message }
//   service scribe { ResultCode Log(1: list<LogEntry> messages) }
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "clients/thrift/message.h"
#include "flume/batch_builder.h"

namespace flume::thrift {

enum class ScribeResult : std::int32_t { Ok = 0, TryLater = 1 };

/// Scribe's clients write and read messages without a version.
inline constexpr Encoding kScribeEncoding = Encoding::OldBinary;

/// Builds an event of each entry: its message is the body, its category, if it has one, header `category_header`. Otherwise as
/// read_event_request().
[[nodiscard]] Result<Request> read_scribe_request(std::string_view message, std::string_view category_header, BatchBuilder& into);

}  // namespace flume::thrift
