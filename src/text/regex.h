// Regular expressions that read as java.util.regex does, on PCRE2 with JIT.
//
// compile() once; copies share the compiled code. A Regex (with its match data) belongs to one thread
// at a time: give each thread its copy. Subjects are bytes, read as UTF-8 as Java decodes them:
// malformed sequences count as U+FFFD. Matching is bounded in steps, heap and stack: an error, no hang.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"
#include "text/java_pattern.h"

namespace flume {

class Regex {
 public:
  /// InvalidConfig: no Java pattern, or one that is not supported yet; names column and reason.
  static Result<Regex> compile(std::string_view java_pattern, const RegexOptions& options = {});

  Regex(const Regex& other);
  Regex& operator=(const Regex& other);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// By number, [0] the whole match; empty where a group took no part. Views into the subject, or
  /// into this Regex when the subject was not UTF-8; valid until the next call.
  using Groups = std::vector<std::optional<std::string_view>>;

  /// Whether the pattern is found (with whole_subject: matches). Rejected: too many steps.
  Result<bool> find(std::string_view subject);
  /// The same, and the groups of the first match.
  Result<bool> find(std::string_view subject, Groups& groups);

  /// Begins a walk over all matches of `subject`, which must stay until its end: next() then gives one match after the
  /// other, as Matcher.find() does when it is called again and again. Behind an empty match it goes on at the next character.
  void begin(std::string_view subject);
  /// The next match; false behind the last one. Rejected: too many steps, the walk is over.
  Result<bool> next(Groups& groups);
  /// What is walked over: the subject, or its replacement when it was not UTF-8. Until the next call of begin() or find().
  [[nodiscard]] std::string_view subject() const noexcept;

  [[nodiscard]] const std::string& pattern() const noexcept;
  /// How many groups the pattern has, the whole match not counted.
  [[nodiscard]] std::size_t group_count() const noexcept;
  /// The number of a named group.
  [[nodiscard]] std::optional<std::size_t> group_number(std::string_view name) const noexcept;

  /// Steps of one find() after which it gives up.
  static constexpr std::uint32_t kMostSteps = 5'000'000;

 private:
  struct Code;
  struct Matcher;
  explicit Regex(std::shared_ptr<const Code> code);
  /// The number of groups set by a match at or behind `from`, 0 for no match.
  Result<std::uint32_t> match(std::size_t from);
  void read_groups(std::uint32_t count, Groups& groups) const;

  std::shared_ptr<const Code> code_;
  std::unique_ptr<Matcher> matcher_;
};

}  // namespace flume
