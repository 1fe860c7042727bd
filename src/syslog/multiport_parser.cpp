#include "syslog/multiport_parser.h"

#include <utility>

#include "syslog/multiport_stamp.h"
#include "text/utf8.h"

namespace flume::syslog {
namespace {

constexpr std::size_t kMostPriorityDigits = 5;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

Result<MultiportParser> MultiportParser::make(const MessageOptions& options, std::string_view charset) {
  auto decoder = CharsetDecoder::open(charset);
  if (!decoder) return std::move(decoder).status();
  if (decoder->is_utf8()) return MultiportParser(options, std::nullopt);
  auto encoder = CharsetEncoder::open(charset);
  if (!encoder) return std::move(encoder).status();
  return MultiportParser(options, Conversion{*std::move(decoder), *std::move(encoder), {}, {}});
}

std::optional<std::string_view> MultiportParser::decode(std::string_view text) {
  if (!conversion_) return is_valid_utf8(text) ? std::optional(text) : std::nullopt;
  std::string& decoded = conversion_->text;
  decoded.clear();
  conversion_->decoder.decode(text, decoded);
  conversion_->decoder.finish(decoded);
  // The mark of what could not be decoded. Hardly any charset but Unicode's has a code for it, and there nobody sends it.
  if (decoded.find(kReplacement) != std::string::npos) return std::nullopt;
  return decoded;
}

std::optional<std::int64_t> MultiportParser::take_stamp(std::string_view& rest, std::string_view& stamp, std::int64_t now,
                                                        bool& is_rfc5424) {
  std::optional<std::int64_t> instant;
  if (rest.empty()) return std::nullopt;
  if (rest.front() == '-') {
    stamp = rest.substr(0, 1);
    instant = now;
    is_rfc5424 = true;
  } else if (rest.front() >= 'A' && rest.front() <= 'Z') {
    stamp = rest.substr(0, yearless_stamp_size(rest));
    if (!stamp.empty()) instant = stamps_.rfc3164(stamp, now);
  } else {
    stamp = rest.substr(0, rest.find(' '));
    instant = instant_of_dated_stamp(stamp, stamps_);
    is_rfc5424 = true;
  }
  if (!instant || stamp.size() == rest.size() || rest[stamp.size()] != ' ') return std::nullopt;
  rest.remove_prefix(stamp.size() + 1);
  return instant;
}

std::optional<MultiportParser::Reading> MultiportParser::read(std::string_view message, std::int64_t now) {
  const std::optional<Priority> priority = read_priority(message, kMostPriorityDigits);
  if (!priority) return std::nullopt;
  Reading reading;
  reading.priority = *priority;
  MessageFields& fields = reading.fields;
  fields.priority = priority->digits;
  std::string_view rest = message.substr(priority->end);
  if (rest.starts_with("1 ")) {
    fields.version = rest.substr(0, 1);
    rest.remove_prefix(2);
  }
  const std::optional<std::int64_t> instant = take_stamp(rest, fields.stamp, now, reading.is_rfc5424);
  if (!instant) return std::nullopt;
  reading.instant = *instant;
  const std::size_t end = rest.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  fields.host = rest.substr(0, end);
  fields.body = rest.substr(end + 1);
  return reading;
}

Result<MessageState> MultiportParser::append(const Frame& frame, std::int64_t now, AddedHeaders added, BatchBuilder& events) {
  const std::optional<std::string_view> message = decode(frame.text);
  const std::optional<Reading> reading = message ? read(*message, now) : std::nullopt;
  if (!reading) {
    events.header(kStatusHeader, "Invalid");
    FLUME_TRY(finish(events, added, frame.text));
    return MessageState::Invalid;
  }
  const MessageFields& fields = reading->fields;
  priority_headers_.add(reading->priority, fields.version, events);
  events.header("timestamp", timestamp_.of(reading->instant));
  events.header("host", fields.host);
  std::string_view text = fields.body;
  if (reading->is_rfc5424 && !fields.version.empty()) text = read_rfc5424_rest(options_, text, events, scratch_);
  if (frame.is_cut) events.header(kStatusHeader, "Incomplete");
  std::string_view body = frame.text;  // of a message without text the whole, as in Flume
  if (!fields.body.empty() && !options_.keep_fields.whole_message) {
    body = body_with(options_.keep_fields, fields, text, scratch_);
    if (conversion_) {
      conversion_->body.clear();
      conversion_->encoder.encode(body, conversion_->body);
      body = conversion_->body;
    }
  }
  FLUME_TRY(finish(events, added, body));
  return frame.is_cut ? MessageState::Incomplete : MessageState::Valid;
}

}  // namespace flume::syslog
