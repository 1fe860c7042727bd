#include "syslog/message_parser.h"

#include <utility>

namespace flume::syslog {

Result<MessageParser> MessageParser::make(const MessageOptions& message, const FormatOptions& format, TimeZone zone) {
  auto user_format = UserFormat::make(format);
  if (!user_format) return std::move(user_format).status();
  return MessageParser(message, *std::move(user_format), std::move(zone));
}

MessageParser::Form MessageParser::recognise(std::string_view message, const Priority& priority, MessageFields& fields) {
  if (format_) {
    // A pattern that needs too many steps does not fit; the message is kept all the same.
    const auto matched = format_->match(message, fields);
    if (matched && *matched) return Form::User;
    fields = {};
  }
  fields.priority = priority.digits;
  const std::string_view rest = message.substr(priority.end);
  if (read_rfc5424(rest, fields)) return Form::Rfc5424;
  if (read_rfc3164(rest, fields)) return Form::Rfc3164;
  return Form::None;
}

std::optional<std::int64_t> MessageParser::instant_of(Form form, std::string_view stamp, std::int64_t now) {
  if (stamp.empty()) return std::nullopt;
  if (form == Form::Rfc5424) return stamps_.rfc5424(stamp);
  if (form == Form::Rfc3164) return stamps_.rfc3164(stamp, now);
  return format_->instant_of(stamp, now, zone_);
}

std::string_view MessageParser::add_fields(Form form, const MessageFields& fields, std::string_view message, std::int64_t now,
                                           BatchBuilder& events) {
  if (form == Form::User) {
    if (!fields.priority.empty()) events.header("priority", fields.priority);
    if (!fields.version.empty()) events.header("version", fields.version);
  }
  if (const auto instant = instant_of(form, fields.stamp, now)) events.header("timestamp", timestamp_.of(*instant));
  if (!fields.host.empty()) events.header("host", fields.host);
  std::string_view text = fields.body;
  if (form == Form::Rfc5424 && !fields.version.empty()) text = read_rfc5424_rest(options_, text, events, scratch_);
  const KeepFields& keep = options_.keep_fields;
  // Of a message without text the whole, as in Flume.
  if (keep.whole_message || (fields.body.empty() && !keep.any())) return message;
  return body_with(keep, fields, text, scratch_);
}

Result<MessageState> MessageParser::append(const Frame& frame, std::int64_t now, AddedHeaders added, BatchBuilder& events) {
  const std::optional<Priority> priority = read_priority(frame.text, 3);
  if (!priority) {
    events.header("Facility", "0");
    events.header("Severity", "0");
    events.header(kStatusHeader, "Invalid");
    FLUME_TRY(finish(events, added, frame.text));
    return MessageState::Invalid;
  }
  MessageFields fields;
  const Form form = recognise(frame.text, *priority, fields);
  if (form == Form::Rfc5424 || form == Form::Rfc3164) {
    priority_headers_.add(*priority, fields.version, events);
  } else {
    priority_headers_.add_level(*priority, events);
  }
  const std::string_view body = form == Form::None ? frame.text : add_fields(form, fields, frame.text, now, events);
  if (frame.is_cut) events.header(kStatusHeader, "Incomplete");
  FLUME_TRY(finish(events, added, body));
  return frame.is_cut ? MessageState::Incomplete : MessageState::Valid;
}

std::string_view message_of_datagram(std::string_view datagram) noexcept {
  const std::size_t first = datagram.find_first_not_of('\n');
  if (first == std::string_view::npos) return {};
  return datagram.substr(first, datagram.find_last_not_of('\n') + 1 - first);
}

}  // namespace flume::syslog
