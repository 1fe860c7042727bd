// Messages as multiport_syslogtcp understands them (Flume's SyslogParser), turned into events.
//
// One parser per charset and event loop, not per connection: it keeps nothing of a message. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"
#include "flume/result.h"
#include "syslog/framer.h"
#include "syslog/message_event.h"
#include "syslog/message_parser.h"
#include "syslog/number_text.h"
#include "syslog/parser_options.h"
#include "syslog/priority_headers.h"
#include "syslog/stamp_reader.h"
#include "text/charset.h"
#include "text/charset_encoder.h"

namespace flume::syslog {

class MultiportParser {
 public:
  /// `charset` by a name that Java knows. InvalidConfig: it is not known, or this system cannot convert it.
  static Result<MultiportParser> make(const MessageOptions& options, std::string_view charset);

  /// Gives `frame` as an event to `events`. Headers of a message that could be read: Priority, Facility, Severity, Version if it is 1,
  /// timestamp (milliseconds since 1970; `now` where the message has `-`), host (`-` as it is); then those of the options. Any other has
  /// flume.syslog.status = Invalid alone, and its whole text as body; so has one that is not of the charset. `added` come to both.
  /// Bodies stay in the charset of the message. Rejected, Cause::TooLarge: nothing was added.
  /// Differs from Flume: RFC 3164 has the year nearest to `now` (instant_near()), in UTC; a stamp that is none makes the message
  /// Invalid, where Flume sets the time to 0 and drops 16 characters, or drops what it had buffered.
  Result<MessageState> append(const Frame& frame, std::int64_t now, AddedHeaders added, BatchBuilder& events);

 private:
  struct Conversion {
    CharsetDecoder decoder;
    CharsetEncoder encoder;
    std::string text;
    std::string body;
  };
  struct Reading {
    MessageFields fields;
    Priority priority;
    std::int64_t instant = 0;
    bool is_rfc5424 = false;
  };
  MultiportParser(const MessageOptions& options, std::optional<Conversion> conversion)
      : options_(options), conversion_(std::move(conversion)), stamps_(TimeZone()) {}
  /// The frame's text as UTF-8; none: it is not of the charset.
  std::optional<std::string_view> decode(std::string_view text);
  std::optional<Reading> read(std::string_view message, std::int64_t now);
  std::optional<std::int64_t> take_stamp(std::string_view& rest, std::string_view& stamp, std::int64_t now, bool& is_rfc5424);

  PriorityHeaders priority_headers_{"Priority", "Version"};
  MessageOptions options_;
  std::optional<Conversion> conversion_;  // none: UTF-8
  StampReader stamps_;
  TimestampText timestamp_;
  std::string scratch_;
};

}  // namespace flume::syslog
