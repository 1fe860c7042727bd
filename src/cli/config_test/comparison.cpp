#include "cli/config_test/comparison.h"

#include <algorithm>

#include "config/shown_value.h"
#include "text/base64.h"
#include "text/utf8.h"

namespace flume::cli {
namespace {

constexpr std::string_view kNone = "(none)";
constexpr std::size_t kLongestShown = 400;

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " event" : " events"); }

std::string shown(const SinkPlace& place) {
  if (place.refusal.empty()) return quoted(place.place);
  return std::string(kRefusedPlace) + ", " + config::without_control_characters(place.refusal);
}

/// One line for an event that nobody expected.
std::string shown(const GivenEvent& event) {
  std::string text = "{";
  for (const auto& [key, value] : event.headers)
    text += (text.size() == 1 ? "" : ", ") + config::without_control_characters(key) + '=' + config::without_control_characters(value);
  return text + "} " + quoted(event.body);
}

class Comparison {
 public:
  std::vector<Difference> run(const Expectation& expect, const TrialOutcome& outcome) {
    if (expect.refused) {
      if (outcome.refused.empty() || outcome.refused.find(*expect.refused) == std::string::npos)
        add("events", "refused: " + config::without_control_characters(*expect.refused),
            outcome.refused.empty() ? "taken" : "refused: " + config::without_control_characters(outcome.refused));
    } else if (!outcome.refused.empty()) {
      add("events", "taken", "refused: " + config::without_control_characters(outcome.refused));
    }
    if (expect.dropped && *expect.dropped != outcome.dropped)
      add("dropped", std::to_string(*expect.dropped), std::to_string(outcome.dropped));
    if (expect.channels) {
      for (const ChannelOutcome& channel : outcome.channels) compare(channel, *expect.channels);
      for (const auto& [name, events] : *expect.channels) {
        const auto is_it = [&wanted = name](const ChannelOutcome& channel) { return channel.name == wanted; };
        if (!events.empty() && std::none_of(outcome.channels.begin(), outcome.channels.end(), is_it))
          add("channel " + name, counted(events.size()), "the source does not use it");
      }
    }
    for (const auto& [name, places] : expect.sinks) compare(name, places, outcome);
    return std::move(found_);
  }

 private:
  void add(std::string where, std::string expected, std::string actual) {
    found_.push_back({std::move(where), std::move(expected), std::move(actual)});
  }

  void compare(const ChannelOutcome& channel, const std::map<std::string, std::vector<ExpectedEvent>, std::less<>>& all) {
    static const std::vector<ExpectedEvent> kNothing;
    const auto found = all.find(channel.name);
    const std::vector<ExpectedEvent>& expected = found == all.end() ? kNothing : found->second;
    const std::string where = "channel " + channel.name;
    if (expected.size() != channel.events.size()) add(where, counted(expected.size()), counted(channel.events.size()));
    const std::size_t both = std::min(expected.size(), channel.events.size());
    for (std::size_t i = 0; i < both; ++i) compare(where + ", event " + std::to_string(i + 1), expected[i], channel.events[i]);
    for (std::size_t i = both; i < channel.events.size(); ++i)
      add(where + ", event " + std::to_string(i + 1), std::string(kNone), shown(channel.events[i]));
  }

  void compare(const std::string& where, const ExpectedEvent& expected, const GivenEvent& actual) {
    const auto header = [&](const std::string& key) {
      const auto found = actual.headers.find(key);
      return found == actual.headers.end() ? std::string(kNone) : quoted(found->second);
    };
    const auto expect_header = [&](const std::string& key, const std::string& value) {
      const auto found = actual.headers.find(key);
      if (found == actual.headers.end() || found->second != value)
        add(where + ", header " + config::without_control_characters(key), quoted(value), header(key));
    };
    const auto expect_none = [&](const std::string& key) {
      if (actual.headers.contains(key)) add(where + ", header " + config::without_control_characters(key), std::string(kNone), header(key));
    };
    if (expected.headers) {
      for (const auto& [key, value] : *expected.headers) expect_header(key, value);
      for (const auto& [key, value] : actual.headers) {
        if (!expected.headers->contains(key)) expect_none(key);
      }
    }
    for (const auto& [key, value] : expected.with) expect_header(key, value);
    for (const std::string& key : expected.without) expect_none(key);
    if (expected.body && *expected.body != actual.body) add(where + ", body", quoted(*expected.body), quoted(actual.body));
  }

  void compare(const std::string& name, const std::vector<std::string>& expected, const TrialOutcome& outcome) {
    const std::string where = "sink " + name;
    const auto sink = std::find_if(outcome.sinks.begin(), outcome.sinks.end(), [&](const SinkOutcome& each) { return each.name == name; });
    if (sink == outcome.sinks.end()) {
      if (!expected.empty()) add(where, counted(expected.size()), "it takes from no channel of the source");
      return;
    }
    if (!sink->unknown.empty()) return add(where, counted(expected.size()), "its places are not known: " + sink->unknown);
    if (expected.size() != sink->places.size()) add(where, counted(expected.size()), counted(sink->places.size()));
    for (std::size_t i = 0; i < std::max(expected.size(), sink->places.size()); ++i) {
      const std::string each = where + ", event " + std::to_string(i + 1);
      if (i >= expected.size()) {
        add(each, std::string(kNone), shown(sink->places[i]));
      } else if (i < sink->places.size()) {
        const SinkPlace& place = sink->places[i];
        const bool is_same = place.refusal.empty() ? place.place == expected[i] : expected[i] == kRefusedPlace;
        if (!is_same) add(each, expected[i] == kRefusedPlace ? expected[i] : quoted(expected[i]), shown(place));
      }
    }
  }

  std::vector<Difference> found_;
};

}  // namespace

std::vector<Difference> differences(const Expectation& expect, const TrialOutcome& outcome) { return Comparison().run(expect, outcome); }

std::string quoted(std::string_view text) {
  const bool is_long = text.size() > kLongestShown;
  if (!is_valid_utf8(text)) return "base64 " + to_base64(text.substr(0, kLongestShown)) + (is_long ? "..." : "");
  if (!is_long) return '"' + config::without_control_characters(text) + '"';
  std::string front;
  append_valid_utf8(text.substr(0, kLongestShown), Utf8End::Keep, front);
  return '"' + config::without_control_characters(front) + "\"... (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace flume::cli
