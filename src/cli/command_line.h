// The command line of flume-ng: verb, flags, -D and -X wherever they stand, as Flume's script and Application read them.
// Pure; which flags a verb has is a constant table that `help` prints, too.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/result.h"

namespace flume::cli {

struct FlagInfo {
  std::string_view name;        ///< long, without dashes
  std::string_view short_name;  ///< without its dash; may have several letters (-prov), as in Flume
  std::string_view value;       ///< what the value is called in the help; empty: a flag without value
  std::string_view doc;
  std::string_view not_built{};  ///< non-empty: refused by name with this reason
  std::string_view ignored{};    ///< non-empty: accepted, and this is said
};

/// What the first argument of a verb may be.
struct ToolInfo {
  std::string_view name;
  std::string_view doc;
  std::string_view not_built{};
};

struct VerbInfo {
  std::string_view name;
  std::string_view arguments;  ///< positional ones, for the help
  std::string_view doc;
  std::span<const FlagInfo> flags;
  std::size_t max_arguments = 0;
  std::string_view not_built{};
  bool ignores_more_arguments = false;  ///< as Flume does, with a remark
  std::span<const ToolInfo> tools{};    ///< non-empty: the first argument is the name of one of these
  std::string_view tool_word = "tool";  ///< what these are called
};

/// Flags that every verb takes (--conf, --plugins-path, -D, -X, ...).
[[nodiscard]] std::span<const FlagInfo> global_flags();
[[nodiscard]] std::span<const VerbInfo> verbs();
/// The flags that flume.opts may have a default for.
[[nodiscard]] std::span<const FlagInfo> agent_flags();

struct CommandLine {
  const VerbInfo* verb = nullptr;
  std::map<std::string, std::vector<std::string>, std::less<>> flags;  ///< by long name; a flag without value has one empty text
  std::vector<std::string> arguments;
  std::map<std::string, std::string, std::less<>> system_properties;  ///< -D
  std::vector<std::string> jvm_options;                               ///< -X..., -agentlib..., in order
  std::vector<std::string> remarks;                                   ///< one line each, of what was accepted without effect

  [[nodiscard]] bool has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  /// The last value given; empty when none was.
  [[nodiscard]] std::string value(std::string_view flag) const;
  [[nodiscard]] std::vector<std::string> values(std::string_view flag) const;
};

/// Arguments without the program's name. The error is one line for standard error; Cause::NotFound: unknown verb.
[[nodiscard]] Result<CommandLine> parse_command_line(std::span<const char* const> arguments);

/// Takes one -D or -X option from elsewhere (JAVA_OPTS); false when it is neither.
bool take_java_option(std::string_view option, CommandLine& into);

/// What `help` prints.
[[nodiscard]] std::string usage();

}  // namespace flume::cli
