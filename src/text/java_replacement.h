// What Matcher.replaceAll() puts in place of a match: text, $1 and ${name} for groups, \ before what stands for itself.
// An immutable value; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"
#include "text/regex.h"

namespace flume {

class JavaReplacement {
 public:
  /// For matches of `regex`. InvalidConfig with the column, where Java would fail at the first match.
  static Result<JavaReplacement> compile(std::string_view replacement, const Regex& regex);

  /// Appends what takes the place of the match; a group that took no part is empty.
  void append(const Regex::Groups& groups, std::string& out) const;

 private:
  struct Part {
    std::string text;       // stands before ..
    std::size_t group = 0;  // .. this group
    bool has_group = false;
  };
  std::vector<Part> parts_;
};

/// Appends `subject` with every match of `regex` replaced, as Matcher.replaceAll() does; what is not UTF-8 is U+FFFD. False, and
/// nothing appended, when there is no match. Rejected: too many steps; `out` is as it was.
Result<bool> replace_all(Regex& regex, const JavaReplacement& replacement, std::string_view subject, std::string& out);

}  // namespace flume
