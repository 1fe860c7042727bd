#include "config/common_keys.h"

#include <algorithm>

namespace flume::config {
namespace {

constexpr std::string_view kTypeDoc = "The type, in any case, or the class name.";
constexpr std::string_view kNoStubs = "every type brings its own keys; there are no configuration stubs";
constexpr CommonKey kConfig{"config", "text", {}, "Class of a configuration stub.", false, kNoStubs};

constexpr CommonKey kSourceKeys[] = {
    {"type", "text", {}, kTypeDoc, true},
    {"channels", "names", {}, "The channels that the source writes to, separated by blanks.", true},
    {"interceptors", "names", {}, "Names of the interceptors, separated by blanks, in the order in which events pass them."},
    {"interceptors.<name>.type", "text", {}, "The interceptor's type, in any case, or the class name of its builder.", true},
    {"interceptors.<name>.*", "keys", {}, "Keys of that interceptor."},
    {"selector.type", "text", "replicating", "The channel selector's type, in any case, or its class name."},
    {"selector.*", "keys", {}, "Keys of the channel selector."},
    kConfig,
};
constexpr CommonKey kSinkKeys[] = {
    {"type", "text", {}, kTypeDoc, true},
    {"channel", "text", {}, "The one channel that the sink drains.", true},
    {"badEvents",
     "text",
     "block, or deadletter with deadLetter",
     "What becomes of an event that the sink refuses: block (it stays in its channel and is tried again, the others pass it), deadletter, "
     "drop (it is counted).",
     false,
     {},
     true},
    {"deadLetter",
     "text",
     {},
     "Where refused events go: a channel of the agent, or a folder: what begins with / or file:. See docs/dead-letters.md.",
     false,
     {},
     true},
    kConfig,
};
constexpr CommonKey kChannelKeys[] = {{"type", "text", {}, kTypeDoc, true}, kConfig};
constexpr CommonKey kConfigFilterKeys[] = {{"type", "text", {}, kTypeDoc, true}};
constexpr CommonKey kInterceptorKeys[] = {{"type", "text", {}, kTypeDoc, true}};
constexpr CommonKey kSinkProcessorKeys[] = {{"type", "text", {}, kTypeDoc, true}};
constexpr CommonKey kSelectorKeys[] = {{"type", "text", "replicating", kTypeDoc}};

}  // namespace

std::span<const CommonKey> common_keys(Kind kind) {
  switch (kind) {
    case Kind::Source:
      return kSourceKeys;
    case Kind::Sink:
      return kSinkKeys;
    case Kind::Channel:
      return kChannelKeys;
    case Kind::Interceptor:
      return kInterceptorKeys;
    case Kind::Selector:
      return kSelectorKeys;
    case Kind::ConfigFilter:
      return kConfigFilterKeys;
    case Kind::SinkProcessor:
      return kSinkProcessorKeys;
    case Kind::Serializer:
    case Kind::Deserializer:
    case Kind::PathManager:
      break;  // chosen by a key of the component that they are in
  }
  return {};
}

std::string_view key_prefix(Kind kind) {
  switch (kind) {
    case Kind::Source:
      return "<agent>.sources.<name>.";
    case Kind::Sink:
      return "<agent>.sinks.<name>.";
    case Kind::Channel:
      return "<agent>.channels.<name>.";
    case Kind::Interceptor:
      return "<agent>.sources.<source>.interceptors.<name>.";
    case Kind::Selector:
      return "<agent>.sources.<source>.selector.";
    case Kind::Serializer:
      return "<agent>.sinks.<sink>.<serializer key>.";
    case Kind::Deserializer:
      return "<agent>.sources.<source>.deserializer.";
    case Kind::PathManager:
      return "<agent>.sinks.<sink>.<path manager key>.";
    case Kind::SinkProcessor:
      return "<agent>.sinkgroups.<group>.processor.";
    case Kind::ConfigFilter:
      return "<agent>.configfilters.<name>.";
  }
  return {};
}

bool is_common_key(Kind kind, std::string_view key) {
  const auto keys = common_keys(kind);
  return std::any_of(keys.begin(), keys.end(), [key](const CommonKey& common) {
    const std::string_view name = common.key;
    // "selector.*" and "interceptors.<name>.*": what is fixed of them, up to the first choice.
    const auto choice = name.find_first_of("<*");
    return choice == std::string_view::npos ? key == name : key.starts_with(name.substr(0, choice));
  });
}

}  // namespace flume::config
