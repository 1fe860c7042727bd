#include "syslog/message_event.h"

namespace flume::syslog {

std::string_view body_with(const KeepFields& keep, const MessageFields& fields, std::string_view text, std::string& scratch) {
  if (!keep.any()) return text;
  scratch.clear();
  const auto put = [&scratch](std::string_view field) {
    scratch += field.empty() ? "-" : field;
    scratch += ' ';
  };
  if (keep.priority) {
    scratch += '<';
    scratch += fields.priority;
    scratch += '>';
  }
  if (keep.version && !fields.version.empty()) put(fields.version);
  if (keep.timestamp) put(fields.stamp);
  if (keep.host) put(fields.host);
  scratch += text;
  return scratch;
}

Status finish(BatchBuilder& event, AddedHeaders added, std::string_view body) {
  for (const AddedHeader& header : added) event.header(header.key, header.value);
  return event.body(body);
}

std::string_view read_rfc5424_rest(const MessageOptions& options, std::string_view rest, BatchBuilder& event, std::string& scratch) {
  Rfc5424Tail tail;
  const bool takes_message = options.rfc5424_body == Rfc5424Body::Message;
  if ((!takes_message && !options.rfc5424_headers.any()) || !read_rfc5424_tail(rest, tail)) return rest;
  add_headers(tail, options.rfc5424_headers, event, scratch);
  return takes_message ? tail.message : rest;
}

}  // namespace flume::syslog
