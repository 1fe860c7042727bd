// Messages as syslogtcp and syslogudp understand them (Flume's SyslogUtils), turned into events.
//
// One parser per source and event loop, not per connection: it keeps nothing of a message. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"
#include "flume/result.h"
#include "syslog/framer.h"
#include "syslog/message_event.h"
#include "syslog/number_text.h"
#include "syslog/parser_options.h"
#include "syslog/priority_headers.h"
#include "syslog/stamp_reader.h"
#include "syslog/user_format.h"
#include "text/time_zone.h"

namespace flume::syslog {

/// Counted by the source.
enum class MessageState : std::uint8_t {
  Valid,
  Invalid,     ///< not a syslog message: the event has flume.syslog.status = Invalid and the whole text
  Incomplete,  ///< cut: flume.syslog.status = Incomplete
};

class MessageParser {
 public:
  /// `zone` is that of stamps without one. InvalidConfig names the key of format.*.
  static Result<MessageParser> make(const MessageOptions& message, const FormatOptions& format, TimeZone zone);

  /// Gives `frame` as an event to `events`. Headers: Facility, Severity, and where the message has them priority, version, timestamp
  /// (milliseconds since 1970) and host; then those of the options, and `added`. `now` (milliseconds since 1970) decides the year of
  /// RFC 3164. Rejected, Cause::TooLarge: nothing was added.
  /// Differs from Flume: nothing of an earlier message is in the headers; bytes that are not UTF-8 stay in the body as they are; a body
  /// may hold any character, also one that ends a line.
  Result<MessageState> append(const Frame& frame, std::int64_t now, AddedHeaders added, BatchBuilder& events);

 private:
  MessageParser(const MessageOptions& options, std::optional<UserFormat> format, TimeZone zone)
      : options_(options), format_(std::move(format)), zone_(std::move(zone)), stamps_(zone_) {}
  enum class Form : std::uint8_t { None, User, Rfc5424, Rfc3164 };
  Form recognise(std::string_view message, const Priority& priority, MessageFields& fields);
  std::optional<std::int64_t> instant_of(Form form, std::string_view stamp, std::int64_t now);
  /// The body, once the headers have been given.
  std::string_view add_fields(Form form, const MessageFields& fields, std::string_view message, std::int64_t now, BatchBuilder& events);

  PriorityHeaders priority_headers_{"priority", "version"};
  MessageOptions options_;
  std::optional<UserFormat> format_;
  TimeZone zone_;
  StampReader stamps_;
  TimestampText timestamp_;
  std::string scratch_;
};

/// A datagram is a message: newlines at its ends are no part of it. Empty: there is none.
/// Differs from Flume: other newlines belong to the message; there it ends at the first one and the rest is dropped.
[[nodiscard]] std::string_view message_of_datagram(std::string_view datagram) noexcept;

}  // namespace flume::syslog
