// The keys of the syslog sources that say how messages are cut and read, in groups that a source's table takes in:
//   options(...) + group<&SyslogTcpOptions::message, syslog::kMessageOptions>() + ...
// Plain data; constants; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "flume/component.h"
#include "flume/options.h"
#include "syslog/framer.h"
#include "syslog/keep_fields.h"

namespace flume::syslog {

/// Parts of an RFC 5424 message, beside those of Flume, that become headers.
struct Rfc5424Headers {
  bool app_name = false;         ///< header app-name
  bool procid = false;           ///< header procid
  bool msgid = false;            ///< header msgid
  bool structured_data = false;  ///< a header ID.NAME for each parameter
  [[nodiscard]] bool any() const noexcept { return app_name || procid || msgid || structured_data; }
  friend bool operator==(const Rfc5424Headers&, const Rfc5424Headers&) = default;
};

/// What the body of an RFC 5424 message is: the rest behind the host, as in Flume, or its MSG alone.
enum class Rfc5424Body : std::uint8_t { Rest, Message };

inline std::span<const EnumName<Rfc5424Body>> enum_names(Rfc5424Body) {
  static constexpr std::array kNames{EnumName<Rfc5424Body>{"rest", Rfc5424Body::Rest},
                                     EnumName<Rfc5424Body>{"message", Rfc5424Body::Message}};
  return kNames;
}

}  // namespace flume::syslog

namespace flume {

/// none; all; or a list of app-name, procid, msgid, structured-data.
template <>
struct OptionType<syslog::Rfc5424Headers> {
  static constexpr std::string_view kName = "fields";
  static Status parse(const OptionInfo& row, OptionInput& input, syslog::Rfc5424Headers& out);
  static std::string print(const syslog::Rfc5424Headers& value);
};

}  // namespace flume

namespace flume::syslog {

/// Of all three sources.
struct MessageOptions {
  KeepFields keep_fields{};
  Rfc5424Headers rfc5424_headers{};
  Rfc5424Body rfc5424_body = Rfc5424Body::Rest;
};

inline constexpr auto kMessageOptions = options(
    option<&MessageOptions::keep_fields>("keepFields",
                                         "What stays in the body in front of the text: none, all (the message as it came), or some of "
                                         "priority, version, timestamp, hostname.",
                                         {.if_bad = "the words that are known are used"}),
    option<&MessageOptions::rfc5424_headers>("rfc5424Headers",
                                             "Parts of RFC 5424 messages that become headers: none, all, or some of app-name, procid, "
                                             "msgid, structured-data (a header ID.NAME for each parameter).",
                                             {.extension = true}),
    option<&MessageOptions::rfc5424_body>(
        "rfc5424Body", "The body of an RFC 5424 message: the rest behind the host, or the message's text alone. keepFields goes before it.",
        {.extension = true}));

/// Of the sources that are given a stream: syslogtcp, multiport_syslogtcp.
struct StreamOptions {
  Bytes event_size{2500};
  Framing framing = Framing::Auto;
};

inline constexpr auto kStreamOptions = options(
    option<&StreamOptions::event_size>("eventSize", "Longest message; what is longer is given in pieces. Less than 10 counts for 10.",
                                       {.minimum = 1, .maximum = INT32_MAX}),
    option<&StreamOptions::framing>("framing",
                                    "auto: lines, and messages that tell their length (RFC 6587 octet counting), each recognised by "
                                    "itself; newline: lines only.",
                                    {.extension = true}));

/// Of syslogtcp and syslogudp: a form of messages that is tried before those of the RFCs.
struct FormatOptions {
  std::optional<std::string> regex{};
  std::optional<std::string> search{};
  std::optional<std::string> replace{};
  std::optional<std::string> date_format{};
};

inline constexpr auto kFormatOptions = options(
    option<&FormatOptions::regex>(
        "format.regex", "A pattern for the whole message that is tried first; its groups are priority, version, timestamp, host, body."),
    option<&FormatOptions::search>("format.search", "A pattern that is replaced in the timestamp which format.regex found."),
    option<&FormatOptions::replace>("format.replace", "What takes the place of format.search."),
    option<&FormatOptions::date_format>("format.dateFormat", "The timestamp's pattern, as of Java's SimpleDateFormat."));

/// What cannot be used together or compiled.
OptionProblems check(const FormatOptions& options);

/// Of multiport_syslogtcp: the charsets of messages.
struct CharsetOptions {
  std::string usual = "UTF-8";
  OptionFamily by_port{};

  /// The charset of messages that come in on `port`.
  [[nodiscard]] const std::string& of_port(std::uint16_t port) const;
};

inline constexpr auto kCharsetOptions = options(option<&CharsetOptions::usual>("charset.default", "Charset of messages."),
                                                option<&CharsetOptions::by_port>("charset.port.*", "Charset of messages on this port."));

/// A charset that is not known, a port that is no number.
OptionProblems check(const CharsetOptions& options);

}  // namespace flume::syslog
