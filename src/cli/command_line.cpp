#include "cli/command_line.h"

#include <algorithm>
#include <cstdint>

#include "config/shown_value.h"
#include "text/did_you_mean.h"

namespace flume::cli {
namespace {

constexpr FlagInfo kGlobalFlags[] = {
    {"conf", "c", "DIR", "configuration directory: flume-env.sh, flume.opts, core-site.xml, hdfs-site.xml"},
    {"classpath", "C", "PATH", "accepted for Flume's sake", {}, "there is no class path: modules are found by --plugins-path"},
    {"dryrun", "d", "", "print what would be started, and end"},
    {"plugins-path", "", "DIRS", "colon-separated directories with modules (default $FLUME_HOME/plugins.d)"},
    {"help", "h", "", "print this, and end"},
};

constexpr FlagInfo kAgentFlags[] = {
    {"name", "n", "NAME", "the agent to run (required)"},
    {"conf-file", "f", "FILE", "configuration file; again for more, a later one wins"},
    {"conf-uri", "u", "URI", "the same by file:, http: or https: URI; wins over --conf-file"},
    {"no-reload-conf", "", "", "do not watch the configuration for changes"},
    {"strict", "", "", "do not start when anything in the configuration is invalid"},
    {"poll-interval", "i", "SECONDS", "period of looking for changes", {}, "changes of the configuration are not watched yet"},
    {"backup-directory", "b", "DIR", "keep a copy of the merged configuration", "backups of the configuration are not in this version"},
    {"zkConnString", "z", "HOSTS", "read the configuration from ZooKeeper: HOST[:PORT],...[/ROOT]; wins over the two above"},
    {"zkBasePath", "p", "PATH", "parent path in ZooKeeper (default /flume); the node has the agent's name"},
    {"conf-provider", "prov", "CLASS", "configuration provider", "a Java class cannot be loaded: there is no JVM"},
    {"auth-provider", "a", "CLASS", "authorization for http URIs", "a Java class cannot be loaded: there is no JVM"},
    {"conf-user", "user", "USER", "user for http and https URIs (Basic)"},
    {"conf-password", "pwd", "PASSWORD", "password for http and https URIs"},
};

constexpr FlagInfo kValidateFlags[] = {
    {"name", "n", "NAME", "the agent to check (default: all)"},
    {"conf-file", "f", "FILE", "configuration file; again for more, a later one wins"},
    {"conf-uri", "u", "URI", "the same by file:, http: or https: URI; wins over --conf-file"},
    {"zkConnString", "z", "HOSTS", "read the configuration from ZooKeeper: HOST[:PORT],...[/ROOT]; wins over the two above"},
    {"zkBasePath", "p", "PATH", "parent path in ZooKeeper (default /flume); the node has the agent's name"},
    {"conf-user", "user", "USER", "user for http and https URIs (Basic)"},
    {"conf-password", "pwd", "PASSWORD", "password for http and https URIs"},
    {"json", "", "", "as JSON"},
    {"strict", "", "", "warnings count as errors"},
    {"probe", "", "", "also ask folders and NameNodes, from here and as this user; changes nothing"},
};

constexpr FlagInfo kDescribeFlags[] = {
    {"json", "", "", "as JSON"},
    {"markdown", "", "DIR", "write the reference pages into DIR"},
};

constexpr FlagInfo kTestFlags[] = {
    {"filter", "", "TEXT", "only tests with this in their names"},
    {"json", "", "", "as JSON, with what became of every event"},
};

constexpr FlagInfo kAvroClientFlags[] = {
    {"host", "H", "HOST", "host of the Avro source"},
    {"port", "p", "PORT", "its port"},
    {"filename", "F", "FILE", "file whose lines are sent (default: standard input)"},
    {"dirname", "", "DIR", "folder whose files are sent, the oldest first; each is renamed to NAMEfileSuffix"},
    {"headerFile", "R", "FILE", "properties file of headers for every event"},
    {"rpcProps", "P", "FILE", "properties file of the client, instead of --host and --port: hosts, client.type, batch-size, ..."},
};

constexpr FlagInfo kToolFlags[] = {
    {"ls", "", "", "fs: list folders and files, as `hadoop fs -ls` does"},
    {"recursive", "R", "", "fs --ls: with everything below"},
    {"cat", "", "", "fs: print files as they are"},
    {"text", "", "", "fs: print files; SequenceFiles a record a line"},
    {"mkdir", "", "", "fs: make folders"},
    {"parents", "p", "", "fs --mkdir: with those above; it may be there already"},
    {"finish", "", "", "fs: show how files in use that nobody writes any more would be cut and renamed"},
    {"yes", "y", "", "fs --finish: do it"},
    {"suffix", "", "SUFFIX", "fs --finish: what names of files in use end in (default .tmp)"},
    {"prefix", "", "PREFIX", "fs --finish: what they begin with (default: nothing)"},
    {"dataDirs", "l", "DIRS", "FCINTEGRITYTOOL: the channel's folders, separated by commas"},
    {"eventValidator", "e", "CLASS", "FCINTEGRITYTOOL: event validator", "a Java class cannot be loaded: there is no JVM"},
};

constexpr ToolInfo kTools[] = {
    {"fs", "look at files of HDFS and of this machine, and finish what an agent left"},
    {"FCINTEGRITYTOOL", "look through a file channel's data, as channel fsck does"},
};

constexpr FlagInfo kChannelFlags[] = {
    {"name", "n", "NAME", "the agent that the channel belongs to; may be left out when there is only one"},
    {"conf-file", "f", "FILE", "configuration file; again for more, a later one wins"},
    {"conf-uri", "u", "URI", "the same by file:, http: or https: URI; wins over --conf-file"},
    {"zkConnString", "z", "HOSTS", "read the configuration from ZooKeeper: HOST[:PORT],...[/ROOT]; wins over the two above"},
    {"zkBasePath", "p", "PATH", "parent path in ZooKeeper (default /flume); the node has the agent's name"},
    {"conf-user", "user", "USER", "user for http and https URIs (Basic)"},
    {"conf-password", "pwd", "PASSWORD", "password for http and https URIs"},
    {"dataDirs", "l", "DIRS", "the channel by its folders, separated by commas, instead of configuration and CHANNEL"},
    {"json", "", "", "as JSON; cat: one line for each event"},
    {"headers", "", "", "cat: with the events' headers"},
    {"from", "", "ID", "cat, export: events from this id on"},
    {"count", "", "N", "cat, export: so many events at most"},
    {"all", "", "", "cat: delivered ones, too, as far as they are still on the disk; replay: dead letters of other channels, too"},
    {"to", "", "DIR", "export: the folder to write a new file into"},
    {"letters", "", "WHERE", "replay: the folder of the dead letters, or a file of it, or a file channel of the configuration"},
    {"yes", "y", "", "repair: do it"},
};

constexpr ToolInfo kChannelCommands[] = {
    {"ls", "the channels of a configuration, and what is in them"},
    {"stat", "everything about one channel but its events"},
    {"cat", "the events that are not delivered, in order"},
    {"fsck", "read and check everything that is stored"},
    {"export", "write the events that are not delivered into a new file"},
    {"repair", "make a damaged channel work again with what is left; shows what it would do unless --yes"},
    {"replay", "put dead letters back into a stopped channel, each once"},
    {"bookmarks", "ls | get OWNER | set OWNER KEY VALUE | rm OWNER [KEY]"},
};

constexpr VerbInfo kVerbs[] = {
    {"help", "", "print this", {}, 1},
    {"agent", "", "run an agent", kAgentFlags, 0, {}, true},
    {"node", "", "deprecated name of agent", kAgentFlags, 0, {}, true},
    {"validate", "", "explain a configuration: every problem, and the effective value and origin of each key", kValidateFlags},
    {"describe", "[KIND [TYPE] | hdfs-client]", "print components and their keys, or the keys of Hadoop's files", kDescribeFlags, 2},
    {"test", "FILE...", "show whether a configuration does with given events what tests expect; starts nothing", kTestFlags, SIZE_MAX},
    {"version", "", "print the version", {}},
    {"avro-client", "", "send lines or files to an Avro source", kAvroClientFlags},
    {"tool", "TOOL OPTIONS...", "run a tool", kToolFlags, SIZE_MAX, {}, false, kTools},
    {"channel",
     "COMMAND [CHANNEL]",
     "look into file channels, running or stopped, and repair stopped ones",
     kChannelFlags,
     6,
     {},
     false,
     kChannelCommands,
     "channel command"},
};

bool is_java_option(std::string_view text) {
  return text.starts_with("-X") || text.starts_with("-D") || text.starts_with("-agentlib") || text.starts_with("-agentpath") ||
         text.starts_with("-javaagent");
}

/// The verb's flags and then those of all verbs.
std::vector<const FlagInfo*> flags_of(const VerbInfo* verb) {
  std::vector<const FlagInfo*> flags;
  if (verb != nullptr) {
    for (const FlagInfo& flag : verb->flags) flags.push_back(&flag);
  }
  for (const FlagInfo& flag : kGlobalFlags) flags.push_back(&flag);
  return flags;
}

const FlagInfo* find_flag(const VerbInfo* verb, std::string_view name, bool is_long) {
  for (const FlagInfo* flag : flags_of(verb)) {
    if (is_long ? flag->name == name : (!flag->short_name.empty() && flag->short_name == name)) return flag;
  }
  return nullptr;
}

/// The only flag whose long name begins so: Flume takes abbreviations.
const FlagInfo* find_abbreviated(const VerbInfo* verb, std::string_view name) {
  const FlagInfo* found = nullptr;
  for (const FlagInfo* flag : flags_of(verb)) {
    if (name.empty() || !flag->name.starts_with(name)) continue;
    if (found != nullptr) return nullptr;
    found = flag;
  }
  return found;
}

Status unknown_flag(const VerbInfo* verb, std::string_view argument) {
  std::vector<std::string> known;
  for (const FlagInfo* flag : flags_of(verb)) known.push_back("--" + std::string(flag->name));
  const std::string hint = did_you_mean(nearest_name(argument, std::span<const std::string>(known)));
  return invalid_config("unknown option " + std::string(argument) + (hint.empty() ? "" : " (" + hint + ")"));
}

class Parser {
 public:
  explicit Parser(std::span<const char* const> arguments) : rest_(arguments) {}

  Result<CommandLine> parse() {
    for (; !rest_.empty(); rest_ = rest_.subspan(1)) {
      const std::string_view argument = rest_.front();
      if (is_java_option(argument)) {
        take_java_option(argument, line_);
      } else if (argument.size() > 1 && argument.starts_with('-')) {
        FLUME_TRY(flag(argument));
      } else if (line_.verb == nullptr) {
        FLUME_TRY(verb(argument));
      } else {
        std::string_view taken = argument;
        if (line_.arguments.empty()) FLUME_TRY(tool(taken));
        line_.arguments.emplace_back(taken);
      }
    }
    if (line_.verb == nullptr) FLUME_TRY(verb(line_.has("help") ? "help" : ""));
    if (std::string_view none; line_.arguments.empty() && !line_.has("help")) FLUME_TRY(tool(none));
    for (std::size_t i = line_.verb->max_arguments; i < line_.arguments.size(); ++i) {
      const std::string extra = "'" + config::shown_value("", line_.arguments[i]) + "'";
      if (!line_.verb->ignores_more_arguments) return invalid_config("unexpected argument " + extra);
      line_.remarks.push_back("ignored: the argument " + extra + " belongs to no option");
    }
    line_.arguments.resize(std::min(line_.arguments.size(), line_.verb->max_arguments));
    return std::move(line_);
  }

 private:
  Status verb(std::string_view name) {
    const auto found = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const VerbInfo& verb) { return verb.name == name; });
    if (found == std::end(kVerbs)) {
      return {ErrorKind::InvalidConfig, "Unknown or unspecified command '" + config::shown_value("", name) + "'", Cause::NotFound};
    }
    line_.verb = found;
    if (!found->not_built.empty()) return invalid_config(std::string(found->not_built));
    if (name == "node") line_.remarks.emplace_back("'node' is deprecated: use 'agent'");
    return {};
  }

  /// Options of another tool would not be understood, so that it is told before they are.
  /// `name` becomes the tool's own spelling: Flume takes any case.
  Status tool(std::string_view& name) {
    if (line_.verb->tools.empty()) return {};
    const std::string word(line_.verb->tool_word);
    std::string there;
    const auto is_named = [name](const ToolInfo& tool) {
      return std::equal(tool.name.begin(), tool.name.end(), name.begin(), name.end(), [](char a, char b) {
        const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
        return upper(a) == upper(b);
      });
    };
    for (const ToolInfo& tool : line_.verb->tools) {
      if (is_named(tool)) {
        name = tool.name;
        return tool.not_built.empty() ? Status() : invalid_config(std::string(tool.not_built));
      }
      if (tool.not_built.empty()) there += (there.empty() ? "" : ", ") + std::string(tool.name) + " (" + std::string(tool.doc) + ")";
    }
    const std::string what = name.empty() ? "which " + word + "?" : "unknown " + word + " '" + config::shown_value("", name) + "'";
    return invalid_config(what + "; the " + word + "s that exist: " + there);
  }

  Status flag(std::string_view argument) {
    const bool is_long = argument.starts_with("--");
    std::string_view name = argument.substr(is_long ? 2 : 1);
    std::string_view value;
    bool has_value = false;
    if (const auto equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
      has_value = true;
    }
    const FlagInfo* info = find_flag(line_.verb, name, is_long);
    // Flume's Application (commons-cli) takes long names behind one dash, too, and abbreviations.
    if (info == nullptr && !is_long) info = find_flag(line_.verb, name, true);
    if (info == nullptr) info = find_abbreviated(line_.verb, name);
    if (info == nullptr) return unknown_flag(line_.verb, argument.substr(0, argument.find('=')));
    const std::string shown = "--" + std::string(info->name);
    if (!info->not_built.empty()) return invalid_config(shown + ": " + std::string(info->not_built));
    if (!info->value.empty() && !has_value) {
      if (rest_.size() < 2 || is_flag(rest_[1])) return invalid_config(shown + " needs a value: " + std::string(info->value));
      rest_ = rest_.subspan(1);
      value = rest_.front();
    }
    if (info->value.empty() && has_value) return invalid_config(shown + " takes no value");
    if (!info->ignored.empty()) line_.remarks.push_back(shown + ": " + std::string(info->ignored));
    line_.flags[std::string(info->name)].emplace_back(value);
    return {};
  }

  [[nodiscard]] bool is_flag(std::string_view argument) const {
    const std::string_view name = argument.substr(0, argument.find('='));
    if (name.starts_with("--")) return find_flag(line_.verb, name.substr(2), true) != nullptr;
    return name.size() > 1 && name.starts_with('-') && find_flag(line_.verb, name.substr(1), false) != nullptr;
  }

  std::span<const char* const> rest_;
  CommandLine line_;
};

void append_flags(std::string& text, std::span<const FlagInfo> flags) {
  for (const FlagInfo& flag : flags) {
    std::string left = "  --" + std::string(flag.name);
    if (!flag.short_name.empty()) left += ",-" + std::string(flag.short_name);
    if (!flag.value.empty()) left += " <" + std::string(flag.value) + ">";
    left.resize(std::max<std::size_t>(left.size() + 1, 34), ' ');
    text += left + std::string(flag.doc);
    if (!flag.not_built.empty()) text += " [not in this version]";
    text += '\n';
  }
}

}  // namespace

std::span<const FlagInfo> global_flags() { return kGlobalFlags; }
std::span<const VerbInfo> verbs() { return kVerbs; }
std::span<const FlagInfo> agent_flags() { return kAgentFlags; }

std::string CommandLine::value(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::string() : found->second.back();
}

std::vector<std::string> CommandLine::values(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

bool take_java_option(std::string_view option, CommandLine& into) {
  if (option.starts_with("-D")) {
    const std::string_view property = option.substr(2);
    const auto equals = property.find('=');
    if (property.empty() || equals == 0) return true;  // Java takes it and it sets nothing
    into.system_properties.insert_or_assign(std::string(property.substr(0, equals)),
                                            equals == std::string_view::npos ? std::string() : std::string(property.substr(equals + 1)));
    return true;
  }
  if (!is_java_option(option)) return false;
  into.jvm_options.emplace_back(option);
  return true;
}

Result<CommandLine> parse_command_line(std::span<const char* const> arguments) { return Parser(arguments).parse(); }

std::string usage() {
  std::string text = "Usage: flume-ng <command> [options]...\n\ncommands:\n";
  for (const VerbInfo& verb : kVerbs) {
    std::string left = "  " + std::string(verb.name) + (verb.arguments.empty() ? "" : " " + std::string(verb.arguments));
    left.resize(std::max<std::size_t>(left.size() + 1, 34), ' ');
    text += left + std::string(verb.doc) + (verb.not_built.empty() ? "" : " [not in this version]") + '\n';
  }
  text += "\nglobal options:\n";
  append_flags(text, kGlobalFlags);
  text += "  -D<property>=<value>            system property: flume.root.logger, flume.monitoring.type, ...\n";
  text += "  -X<option>                      accepted; -Xmx bounds what memory channels hold\n";
  text += "\nagent options:\n";
  append_flags(text, kAgentFlags);
  text += "\nvalidate options:\n";
  append_flags(text, kValidateFlags);
  text += "\ndescribe options:\n";
  append_flags(text, kDescribeFlags);
  text += "\ntest options:\n";
  append_flags(text, kTestFlags);
  text += "\navro-client options:\n";
  append_flags(text, kAvroClientFlags);
  text += "\ntool options (one or two dashes):\n";
  append_flags(text, kToolFlags);
  text +=
      "  PATH...                         hdfs://..., file://..., or of fs.defaultFS (core-site.xml of --conf or HADOOP_CONF_DIR, or\n"
      "                                  -Dfs.defaultFS=...); * ? [a-z] {a,b} stand for what they match\n";
  text += "\nchannel commands:\n";
  for (const ToolInfo& command : kChannelCommands) {
    std::string left = "  " + std::string(command.name);
    left.resize(34, ' ');
    text += left + std::string(command.doc) + '\n';
  }
  text += "\nchannel options:\n";
  append_flags(text, kChannelFlags);
  return text;
}

}  // namespace flume::cli
