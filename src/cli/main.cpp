// flume-ng: parses the command line and calls the verb.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

#include "build_id.h"
#include "cli/verbs.h"
#include "config/shown_value.h"
#include "event/library_build.h"

namespace {

void hide(char* argument, std::size_t from) { std::memset(argument + from, '*', std::strlen(argument + from)); }

/// Others see a process's arguments (ps): secrets are not left there longer than it takes to read them.
void hide_secrets(std::span<char*> arguments, const flume::cli::CommandLine& line) {
  const auto passwords = line.values("conf-password");
  for (char* argument : arguments) {
    const std::string_view text = argument;
    const auto equals = std::min(text.find('='), text.size());
    if (text.starts_with("-D") && equals < text.size() && flume::config::is_secret_key(text.substr(2, equals - 2)))
      hide(argument, equals + 1);
    for (const std::string& password : passwords) {
      if (!password.empty() && (text == password || text.ends_with("=" + password))) hide(argument, text.size() - password.size());
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  using namespace flume;
  using namespace flume::cli;
  if (const std::string_view library = library_build(); library != kBuildId) {
    std::fprintf(stderr, "Error: libflume.so is of another build (%.*s) than this program (%s): install both from one archive\n",
                 static_cast<int>(library.size()), library.data(), kBuildId);
    return kExitRefused;
  }
  auto line = parse_command_line({arguments + 1, static_cast<std::size_t>(count > 0 ? count - 1 : 0)});
  if (!line) {
    std::fprintf(stderr, "Error: %s\n", line.status().message().c_str());
    if (line.cause() == Cause::NotFound) {
      std::fputs(usage().c_str(), stderr);
      return kExitNo;
    }
    return kExitRefused;
  }
  hide_secrets({arguments, static_cast<std::size_t>(count)}, *line);
  const std::string_view verb = line->verb->name;
  if (line->has("help")) return run_help(*line);
  // The agent has a log for these.
  if (verb != "agent" && verb != "node") {
    for (const std::string& remark : line->remarks) std::fprintf(stderr, "Info: %s\n", remark.c_str());
  }
  if (verb == "help") return run_help(*line);
  if (verb == "version") return run_version(*line);
  if (verb == "validate") return run_validate(*std::move(line));
  if (verb == "describe") return run_describe(*std::move(line));
  if (verb == "test") return run_test(*line);
  if (verb == "tool") return run_tool(*std::move(line));
  if (verb == "avro-client") return run_avro_client(*std::move(line));
  if (verb == "channel") return run_channel(*std::move(line));
  return run_agent(*std::move(line));
}
