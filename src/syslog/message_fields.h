// The parts of a syslog message, and how the two built-in forms are read.
//
// Pure functions; any thread. Views point into the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flume::syslog {

/// As the message has them; empty: absent, or `-` (RFC 5424's NILVALUE).
struct MessageFields {
  std::string_view priority;  ///< the digits
  std::string_view version;
  std::string_view stamp;
  std::string_view host;
  std::string_view body;  ///< behind the host
};

struct Priority {
  std::string_view digits;
  std::uint32_t value = 0;
  std::size_t end = 0;  ///< where the message goes on
};

/// `<`, 1 to `most_digits` digits (not above 9), `>` at the head of the message.
std::optional<Priority> read_priority(std::string_view message, std::size_t most_digits) noexcept;

// Both read what follows the priority, and set all fields but that one when the text is of the form. It is Flume's: the version is one
// digit and may be missing, any white space separates, and a host begins with a letter, a digit or `_` and holds these, `.`, `@`, `-`.
// Whether the date exists is not looked at.

/// RFC 5424, 6: [version] yyyy-MM-ddTHH:mm:ss[.1 to 6 digits][Z|+hh:mm|-hh:mm] or -, host or -, rest.
bool read_rfc5424(std::string_view rest, MessageFields& fields) noexcept;

/// RFC 3164, 4.1: [version] Mmm d HH:mm:ss host rest. The name of the month can be any three letters.
bool read_rfc3164(std::string_view rest, MessageFields& fields) noexcept;

}  // namespace flume::syslog
