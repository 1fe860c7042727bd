// Every interceptor has a worked example in the reference, and it is true: the events that it names become what it says.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "flume/registry.h"
#include "support/batch_of.h"
#include "support/component_options.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::pair<std::string, std::string> divided(std::string_view text, std::string_view at) {
  const std::size_t place = text.find(at);
  if (place == std::string_view::npos) {
    ADD_FAILURE() << '\'' << text << "' has no '" << at << '\'';
    return {std::string(text), ""};
  }
  return {std::string(text.substr(0, place)), std::string(text.substr(place + at.size()))};
}

/// `{key=value, key=value} body`
TestEvent event_of(std::string_view line) {
  auto [headers, body] = divided(line, "} ");
  TestEvent event{{}, body};
  EXPECT_TRUE(headers.starts_with('{')) << line;
  headers.erase(0, 1);
  while (!headers.empty()) {
    const std::string each = headers.substr(0, headers.find(", "));
    const auto [key, value] = divided(each, "=");
    event.headers[key] = value;
    headers.erase(0, std::min(each.size() + 2, headers.size()));
  }
  return event;
}

std::vector<TestEvent> events_in(std::string_view text) {
  std::vector<TestEvent> events;
  for (const std::string_view line : lines_of(text)) events.push_back(event_of(line));
  return events;
}

/// A value `<words>` stands for any that is not empty.
void fill_in(std::vector<TestEvent>& wanted, const std::vector<TestEvent>& got) {
  for (std::size_t i = 0; i < std::min(wanted.size(), got.size()); ++i) {
    for (auto& [key, value] : wanted[i].headers) {
      const auto found = got[i].headers.find(key);
      if (value.starts_with('<') && value.ends_with('>') && found != got[i].headers.end() && !found->second.empty()) value = found->second;
    }
  }
}

TEST(InterceptorExamples, are_there_and_true) {
  const std::vector<const ComponentInfo*> all = builtin_registry().all(Kind::Interceptor);
  EXPECT_GE(all.size(), 8U);
  for (const ComponentInfo* info : all) {
    SCOPED_TRACE(info->type);
    const ComponentExample& example = info->traits.example;
    ASSERT_FALSE(example.keys.empty());
    Keys keys;
    std::string type;
    for (const std::string_view line : lines_of(example.keys)) {
      auto [key, value] = divided(line, " = ");
      // As a file of properties reads it.
      for (std::size_t at = 0; (at = value.find("\\\\", at)) != std::string::npos; ++at) value.erase(at, 1);
      if (key == "type") {
        type = value;
      } else {
        keys.emplace_back(key, value);
      }
    }
    EXPECT_EQ(&builtin_component(Kind::Interceptor, type), info);
    TestServices services;
    Services lent = services.of("sources.r1", "r1");
    lent.time_zone = "UTC";
    const auto interceptor = configured<Interceptor>(Kind::Interceptor, type, keys, lent);
    ASSERT_NE(interceptor, nullptr);
    EventBatch batch = batch_of(events_in(example.events));
    ASSERT_FALSE(batch.empty());
    const Status status = interceptor->intercept(batch);
    ASSERT_TRUE(status.ok()) << status.message();
    std::vector<TestEvent> wanted = events_in(example.become);
    const std::vector<TestEvent> got = events_of(batch);
    fill_in(wanted, got);
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].headers, wanted[i].headers);
      EXPECT_EQ(got[i].body, wanted[i].body);
    }
  }
}

}  // namespace
}  // namespace flume
