// What both parsers give to the event: headers that they, the source and the message add, and the body. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "flume/batch_builder.h"
#include "syslog/message_fields.h"
#include "syslog/parser_options.h"
#include "syslog/structured_data.h"

namespace flume::syslog {

/// A header that the source adds to every message of a connection or datagram: the client's address, the port. As in Flume it takes the
/// place of one of the message's own with this name. Valid UTF-8.
struct AddedHeader {
  std::string_view key;
  std::string_view value;
};
using AddedHeaders = std::span<const AddedHeader>;

inline constexpr std::string_view kStatusHeader = "flume.syslog.status";

/// What a body is made of: the fields that keepFields keeps, each followed by a blank (the priority in its `<>`), and the text.
/// A view into the message when there is nothing to put in front, else into `scratch`.
/// Differs from Flume: a stamp or a host that is absent is `-`, as the message has it, not the word null.
std::string_view body_with(const KeepFields& keep, const MessageFields& fields, std::string_view text, std::string& scratch);

/// Ends the event.
Status finish(BatchBuilder& event, AddedHeaders added, std::string_view body);

/// The text of the body of a message read as RFC 5424, and its headers as asked for.
std::string_view read_rfc5424_rest(const MessageOptions& options, std::string_view rest, BatchBuilder& event, std::string& scratch);

}  // namespace flume::syslog
