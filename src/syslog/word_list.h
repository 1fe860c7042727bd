// A value that is none, all, or a list of words from a table. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "flume/result.h"

namespace flume::syslog {

struct WordSwitch {
  std::string_view word;
  bool* is_on;
};

/// Switches on the words that `text` names, separated by blanks or commas, in any case. InvalidConfig: a word that is not in
/// `words`, with one that is near; those that are known are on all the same.
Status switch_words(std::string_view text, std::span<const WordSwitch> words);

/// What is on, separated by blanks; "none".
std::string switched_words(std::span<const WordSwitch> words);

}  // namespace flume::syslog
