#include <algorithm>
#include <initializer_list>

#include "cli/config_test/config_tests.h"
#include "cli/config_test/document.h"
#include "cli/config_test/read_moment.h"
#include "config/shown_value.h"
#include "flume/options.h"
#include "text/base64.h"
#include "text/did_you_mean.h"
#include "text/time_zone.h"

namespace flume::cli {
namespace {

using Kind = DocumentNode::Kind;
using Keys = std::initializer_list<std::string_view>;

std::string_view words_for(Kind kind) {
  switch (kind) {
    case Kind::Text:
      return "a text";
    case Kind::Number:
      return "a number";
    case Kind::Word:
      return "true, false or null";
    case Kind::List:
      return "a list";
    case Kind::Object:
      break;
  }
  return "an object";
}

/// What a test has from the file when it does not say it itself.
struct Defaults {
  WallTime clock{};
  bool has_clock = false;
  std::string zone = "UTC";
};

class Reader {
 public:
  explicit Reader(config::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  ConfigTests read(const DocumentNode& root) {
    ConfigTests all;
    if (!is(root, Kind::Object)) return all;
    check_keys(root, {"configuration", "agent", "environment", "properties", "host", "clock", "zone", "tests"});
    read_configuration(root, all);
    if (const DocumentNode* agent = root.find("agent")) all.agent = NamedPlace{text(*agent), agent->at, agent->path};
    if (const DocumentNode* environment = root.find("environment")) all.environment = texts(*environment);
    if (const DocumentNode* properties = root.find("properties")) all.properties = texts(*properties);
    if (const DocumentNode* host = root.find("host")) read_host(*host, all.host);
    Defaults defaults;
    read_time(root, defaults);
    const DocumentNode* tests = root.find("tests");
    if (tests == nullptr) {
      complain(root, "tests", "is missing", "tests by their names");
    } else if (is(*tests, Kind::Object)) {
      if (tests->members.empty()) complain(*tests, {}, "has no test");
      for (const DocumentMember& member : tests->members) all.tests.push_back(read_test(member.key, *member.value, defaults));
    }
    return all;
  }

  [[nodiscard]] bool is_good() const noexcept { return is_good_; }

 private:
  void complain(const DocumentNode& node, std::string_view key, std::string message, std::string hint = {}) {
    is_good_ = false;
    std::string path = node.path;
    if (!key.empty()) path += (path.empty() ? "" : ".") + std::string(key);
    diagnostics_.error(node.at, std::move(path), std::move(message), std::move(hint));
  }
  bool is(const DocumentNode& node, Kind kind) {
    if (node.kind == kind) return true;
    complain(node, {}, "is " + std::string(words_for(node.kind)) + "; expected " + std::string(words_for(kind)),
             node.kind == Kind::Number && kind == Kind::Text ? "\"" + node.text + "\"" : "");
    return false;
  }
  std::string text(const DocumentNode& node) { return is(node, Kind::Text) ? node.text : std::string(); }

  Texts texts(const DocumentNode& node) {
    Texts all;
    if (!is(node, Kind::Object)) return all;
    for (const DocumentMember& member : node.members) all.emplace(member.key, text(*member.value));
    return all;
  }
  void check_keys(const DocumentNode& node, Keys known) {
    const std::vector<std::string> names(known.begin(), known.end());
    for (const DocumentMember& member : node.members) {
      if (std::find(names.begin(), names.end(), member.key) != names.end()) continue;
      std::string hint = did_you_mean(nearest_name(member.key, std::span<const std::string>(names)));
      if (hint.empty()) {
        for (const std::string& name : names) hint += (hint.empty() ? "there is " : ", ") + name;
      }
      complain(*member.value, {}, "unknown key", std::move(hint));
    }
  }
  /// At least `least`; of properties it is a text.
  std::uint64_t number(const DocumentNode& node, std::int64_t least) {
    std::int64_t value = 0;
    if (node.kind != Kind::Number && node.kind != Kind::Text) {
      complain(node, {}, "is " + std::string(words_for(node.kind)) + "; expected a number");
      return 0;
    }
    if (const Status read = option_text::parse_integer(node.text, least, UINT32_MAX, value); !read.ok()) complain(node, {}, read.message());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
  }
  /// A list, or nothing where properties have an empty value.
  bool is_list(const DocumentNode& node) {
    if (node.kind == Kind::Text && node.text.empty()) return true;
    return is(node, Kind::List);
  }

  void read_configuration(const DocumentNode& root, ConfigTests& all) {
    const DocumentNode* configuration = root.find("configuration");
    if (configuration == nullptr)
      return complain(root, "configuration", "is missing", "the configuration file, from the folder of this one");
    if (configuration->kind == Kind::List) {
      for (const DocumentMember& member : configuration->members) all.configuration.push_back(text(*member.value));
    } else {
      all.configuration.push_back(text(*configuration));
    }
    const bool is_named = std::none_of(all.configuration.begin(), all.configuration.end(), [](const auto& path) { return path.empty(); });
    if (is_good_ && (all.configuration.empty() || !is_named)) complain(*configuration, {}, "names no file");
  }

  void read_host(const DocumentNode& node, LocalHost& host) {
    if (!is(node, Kind::Object)) return;
    check_keys(node, {"name", "address", "canonicalName"});
    if (const DocumentNode* name = node.find("name")) host.name = host.canonical_name = text(*name);
    if (const DocumentNode* address = node.find("address")) host.address = text(*address);
    if (const DocumentNode* canonical = node.find("canonicalName")) host.canonical_name = text(*canonical);
  }

  void read_time(const DocumentNode& node, Defaults& time) {
    if (const DocumentNode* zone = node.find("zone")) {
      time.zone = text(*zone);
      if (const Status problem = TimeZone::by_name(time.zone).problem; !problem.ok()) complain(*zone, {}, problem.message());
    }
    const DocumentNode* clock = node.find("clock");
    if (clock == nullptr) return;
    time.has_clock = true;
    if (clock->kind != Kind::Number && !is(*clock, Kind::Text)) return;
    const auto moment = read_moment(clock->text, TimeZone::by_name(time.zone).zone);
    if (moment) {
      time.clock = *moment;
    } else {
      complain(*clock, {}, moment.status().message());
    }
  }

  ConfigTest read_test(const std::string& name, const DocumentNode& node, Defaults time) {
    ConfigTest test;
    test.name = name;
    if (name.empty()) complain(node, {}, "a test without a name");
    if (!is(node, Kind::Object)) return test;
    check_keys(node, {"source", "clock", "zone", "batchSize", "events", "expect"});
    read_time(node, time);
    test.clock = time.clock;
    test.zone = time.zone;
    if (!time.has_clock)
      complain(node, "clock", "is missing, here and at the top", "the moment at which the test plays: \"2026-03-01T12:00:00Z\"");
    if (const DocumentNode* source = node.find("source")) {
      test.source = {text(*source), source->at, source->path};
    } else {
      complain(node, "source", "is missing", "the source that gets the events");
    }
    if (const DocumentNode* size = node.find("batchSize")) test.batch_size = static_cast<std::uint32_t>(number(*size, 1));
    const DocumentNode* events = node.find("events");
    if (events == nullptr) {
      complain(node, "events", "is missing", "what the source gets");
    } else if (is(*events, Kind::List)) {
      if (events->members.empty()) complain(*events, {}, "is empty: nothing would be tested");
      for (const DocumentMember& member : events->members) test.events.push_back(read_event(*member.value));
    }
    const DocumentNode* expect = node.find("expect");
    if (expect == nullptr) {
      complain(node, "expect", "is missing: the test could not fail", "channels, sinks, dropped or refused");
    } else if (is(*expect, Kind::Object)) {
      read_expectation(*expect, test.expect);
    }
    return test;
  }

  std::optional<std::string> read_body(const DocumentNode& node) {
    const DocumentNode* body = node.find("body");
    const DocumentNode* coded = node.find("base64");
    if (body != nullptr && coded != nullptr) complain(*coded, {}, "stands beside a body", "either of them");
    if (coded != nullptr) {
      auto bytes = bytes_of_base64(text(*coded));
      if (!bytes) complain(*coded, {}, "is no base64");
      return bytes;
    }
    if (body == nullptr) return std::nullopt;
    return text(*body);
  }

  GivenEvent read_event(const DocumentNode& node) {
    GivenEvent event;
    if (!is(node, Kind::Object)) return event;
    check_keys(node, {"headers", "body", "base64"});
    if (const DocumentNode* headers = node.find("headers")) event.headers = texts(*headers);
    event.body = read_body(node).value_or("");
    return event;
  }

  void read_expectation(const DocumentNode& node, Expectation& expect) {
    check_keys(node, {"channels", "sinks", "dropped", "refused"});
    if (node.members.empty()) complain(node, {}, "is empty: the test could not fail", "channels, sinks, dropped or refused");
    const DocumentNode* channels = node.find("channels");
    if (channels != nullptr && is(*channels, Kind::Object)) {
      auto& all = expect.channels.emplace();
      for (const DocumentMember& channel : channels->members) {
        expect.names_of_channels.push_back({channel.key, channel.value->at, channel.value->path});
        auto& events = all[channel.key];
        if (!is_list(*channel.value)) continue;
        for (const DocumentMember& member : channel.value->members) events.push_back(read_expected_event(*member.value));
      }
    }
    const DocumentNode* sinks = node.find("sinks");
    if (sinks != nullptr && is(*sinks, Kind::Object)) {
      if (sinks->members.empty()) complain(*sinks, {}, "names no sink");
      for (const DocumentMember& sink : sinks->members) {
        expect.names_of_sinks.push_back({sink.key, sink.value->at, sink.value->path});
        auto& places = expect.sinks[sink.key];
        if (!is_list(*sink.value)) continue;
        for (const DocumentMember& member : sink.value->members) places.push_back(text(*member.value));
      }
    }
    if (const DocumentNode* dropped = node.find("dropped")) expect.dropped = number(*dropped, 0);
    if (const DocumentNode* refused = node.find("refused")) expect.refused = text(*refused);
  }

  ExpectedEvent read_expected_event(const DocumentNode& node) {
    ExpectedEvent event;
    if (!is(node, Kind::Object)) return event;
    check_keys(node, {"headers", "with", "without", "body", "base64"});
    if (const DocumentNode* headers = node.find("headers")) event.headers = texts(*headers);
    if (const DocumentNode* with = node.find("with")) event.with = texts(*with);
    if (const DocumentNode* without = node.find("without")) event.without = names(*without);
    event.body = read_body(node);
    return event;
  }

  /// A list of texts; of properties one text with blanks between them.
  std::vector<std::string> names(const DocumentNode& node) {
    std::vector<std::string> all;
    if (node.kind == Kind::Text) {
      for (std::string& name : option_text::split_names(node.text)) all.push_back(std::move(name));
    } else if (is(node, Kind::List)) {
      for (const DocumentMember& member : node.members) all.push_back(text(*member.value));
    }
    return all;
  }

  config::Diagnostics& diagnostics_;
  bool is_good_ = true;
};

}  // namespace

std::optional<ConfigTests> read_config_tests(const std::string& name, std::string_view text, config::Diagnostics& diagnostics) {
  const config::Location file = config::location_of_file(name);
  const auto document =
      name.ends_with(".properties") ? read_properties_document(file, text, diagnostics) : read_json_document(file, text, diagnostics);
  if (!document) return std::nullopt;
  Reader reader(diagnostics);
  ConfigTests tests = reader.read(*document);
  if (!reader.is_good()) return std::nullopt;
  return tests;
}

}  // namespace flume::cli
