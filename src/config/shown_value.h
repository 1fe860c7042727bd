// How text of a configuration may be shown to people: no secrets, no control characters, not endless.
// Every message that quotes a value goes through shown_value(). Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace flume::config {

/// The key's name says that its value is a secret (password, secret, token, jaas, credential..., in any case).
[[nodiscard]] bool is_secret_key(std::string_view key);

/// `value` with every secret inside it replaced by ***: the user part of URLs (scheme://user:pass@host)
/// and what follows password=, token= and the like. The rest stays as it is.
[[nodiscard]] std::string without_secrets(std::string_view value);

/// `value` of `key` as messages may quote it: *** for a secret key, otherwise without_secrets(),
/// cut after 120 characters, control characters as escapes. Of a value above 4 KiB only the size.
[[nodiscard]] std::string shown_value(std::string_view key, std::string_view value);

/// Line ends and other control characters as \n, \t, \x1b...: nothing of a file can forge a log line.
[[nodiscard]] std::string without_control_characters(std::string_view text);

}  // namespace flume::config
