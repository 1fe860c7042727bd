// What a file of configuration tests says: a configuration, and for each test what a source gets and what shall become of it.
// Values; read by read_config_tests(), which opens nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "flume/clock.h"
#include "text/path_escapes.h"

namespace flume::cli {

using Texts = std::map<std::string, std::string, std::less<>>;

/// A name in the file, and where it stands.
struct NamedPlace {
  std::string name;
  config::Location at;
  std::string path;  ///< "tests.a.source", for messages
};

struct GivenEvent {
  Texts headers;
  std::string body;
};

struct ExpectedEvent {
  std::optional<Texts> headers;      ///< all of them
  Texts with;                        ///< these among others
  std::vector<std::string> without;  ///< headers that it has not
  std::optional<std::string> body;
};

/// What is not said is not looked at, but for `channels`: one that it leaves out is to get nothing.
struct Expectation {
  std::optional<std::map<std::string, std::vector<ExpectedEvent>, std::less<>>> channels;
  std::map<std::string, std::vector<std::string>, std::less<>> sinks;  ///< the place of each event of its channel
  std::optional<std::uint64_t> dropped;
  std::optional<std::string> refused;  ///< an interceptor refuses the events, in words that have these in them
  std::vector<NamedPlace> names_of_channels;
  std::vector<NamedPlace> names_of_sinks;
};

/// A sink's place for an event that it refuses.
inline constexpr std::string_view kRefusedPlace = "(refused)";

struct ConfigTest {
  std::string name;
  NamedPlace source;
  WallTime clock{};
  std::string zone;
  std::uint32_t batch_size = UINT32_MAX;
  std::vector<GivenEvent> events;
  Expectation expect;
};

struct ConfigTests {
  std::vector<std::string> configuration;  ///< as written; relative to the folder of the test file
  std::optional<NamedPlace> agent;
  Texts environment;
  Texts properties;
  LocalHost host{"localhost", "127.0.0.1", "localhost"};
  std::vector<ConfigTest> tests;
};

/// `text` of the file `name`: properties when that ends so, else JSON. Nothing when it cannot be used; every mistake is in
/// `diagnostics`, with file, line, key and what was probably meant.
[[nodiscard]] std::optional<ConfigTests> read_config_tests(const std::string& name, std::string_view text,
                                                           config::Diagnostics& diagnostics);

}  // namespace flume::cli
