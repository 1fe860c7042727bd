// What templates have in place of a value: <host>, {{ host }}, @HOST@, CHANGEME. One that is left in a value was forgotten. Pure; any
// thread.
#pragma once

#include <string_view>

namespace flume::config {

/// The mark in the value of `key`, or nothing. Keys whose values are patterns, commands or texts of one's own may have such words, and
/// are not looked at.
[[nodiscard]] std::string_view template_mark(std::string_view key, std::string_view value);

}  // namespace flume::config
