// What an RFC 5424 message has behind its host: APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG].
//
// Pure functions on views; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"
#include "syslog/parser_options.h"

namespace flume::syslog {

struct Rfc5424Tail {
  std::string_view app_name;  ///< empty: `-`
  std::string_view procid;
  std::string_view msgid;
  std::string_view structured_data;  ///< its elements with their brackets; empty: `-`
  std::string_view message;          ///< without the byte order mark that may stand in front of it
};

/// Of one message, at most this many parameters become headers; the others stay in the body only.
inline constexpr std::size_t kMostParameters = 256;

/// False: the text is not of this form (RFC 5424, 6). Every element is looked through to its end; escapes are `\"`, `\\` and `\]`.
bool read_rfc5424_tail(std::string_view text, Rfc5424Tail& tail) noexcept;

/// Gives the headers that were asked for to the event being built: app-name, procid, msgid, and for each parameter `NAME="VALUE"` of an
/// element `[ID ...]` ID.NAME with the value's escapes undone; of the same name the last. What is not UTF-8 becomes U+FFFD. A part that
/// is `-` gives no header. `scratch` is overwritten.
void add_headers(const Rfc5424Tail& tail, const Rfc5424Headers& wanted, BatchBuilder& event, std::string& scratch);

}  // namespace flume::syslog
