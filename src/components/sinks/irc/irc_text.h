// The lines of IRC (RFC 1459, RFC 2812): what a server says, taken apart, and event bodies as messages that fit. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flume {

/// Of RFC 1459, line end included.
inline constexpr std::size_t kIrcLineBytes = 512;

struct IrcLine {
  std::string_view prefix;                   ///< who says it; may be empty
  std::string_view command;                  ///< a word, or three digits
  std::vector<std::string_view> parameters;  ///< the last may have blanks
};

/// Of a line without its end; views of it. A line without a command has an empty one.
IrcLine parse_irc_line(std::string_view line);

/// The body as texts of at most `most_bytes` each, cut between UTF-8 characters, none of them empty. With `separators` it is cut at each of
/// these characters first. What would end a line of the protocol becomes a blank: a body cannot give commands.
std::vector<std::string> irc_messages(std::string_view body, std::string_view separators, std::size_t most_bytes);

/// A name or password from a configuration as one word of the protocol: without blanks and line ends.
bool is_irc_word(std::string_view text);

}  // namespace flume
