// Lets a deserializer read a file that is in memory, by the program's list of components. Header only; one thread.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "io/file_input.h"
#include "support/base64.h"
#include "support/batch_of.h"
#include "support/configured.h"
#include "support/test_services.h"

namespace flume {

struct Deserialized {
  std::vector<TestEvent> events;
  std::vector<DeserializerPosition> positions;  ///< behind each event
  Status end;                                   ///< the error that it stopped at
};

/// Reads `content` from `from` to its end or first error, `at_once` events at a time (positions are told with 1 only).
inline Deserialized deserialize(std::string_view type, const Keys& keys, std::string_view content, TestServices& services,
                                DeserializerPosition from = {}, std::uint32_t at_once = 1) {
  Deserialized all;
  services.files.add_file("/in/file", content);
  const auto input = FileInput::open(services.files, "/in/file");
  const auto options = parse_options(builtin_component(Kind::Deserializer, type), keys);
  if (!options) {
    all.end = options.status();
    return all;
  }
  const auto deserializer =
      builtin_component(Kind::Deserializer, type).make<EventDeserializer>(options->get(), services.of("sources.r1", "r1"));
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  all.end = deserializer->open(**input, from);
  while (all.end.ok()) {
    const DeserializerPosition before = deserializer->position();
    const auto read = deserializer->read(builder, at_once);
    EXPECT_EQ(builder.size(), read ? *read : 0U);
    if (!read || *read == 0) {
      EXPECT_EQ(deserializer->position(), before) << "nothing was read";
      all.end = read.status();
      break;
    }
    for (TestEvent& event : events_of(builder.take())) all.events.push_back(std::move(event));
    all.positions.push_back(deserializer->position());
  }
  return all;
}

/// From behind each event the same others follow as in one go, and several at a time are the same as one by one.
inline void expect_to_go_on_anywhere(std::string_view type, const Keys& keys, std::string_view content, TestServices& services) {
  const Deserialized all = deserialize(type, keys, content, services);
  EXPECT_EQ(deserialize(type, keys, content, services, {}, 3).events, all.events);
  for (std::size_t i = 0; i < all.positions.size(); ++i) {
    const Deserialized rest = deserialize(type, keys, content, services, all.positions[i]);
    const std::vector<TestEvent> wanted(all.events.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.events.end());
    EXPECT_EQ(rest.events, wanted) << "behind event " << i;
    EXPECT_EQ(rest.end.ok(), all.end.ok());
  }
}

/// Every file of tests/golden/deserializers for which `type` is chosen. `expected`: what we make of those on which we differ from
/// Flume on purpose; nothing: the same as Flume. Returns how many there were.
template <typename Expected>
std::size_t replay_golden_deserializers(std::string_view type, TestServices& services, Expected&& expected) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/deserializers/deserializers.json");
  std::size_t cases = 0;
  const ComponentInfo* wanted = &builtin_component(Kind::Deserializer, type);
  for (const auto& each : nlohmann::json::parse(file)) {
    const std::string its_type = each.at("type");
    if (&builtin_component(Kind::Deserializer, its_type) != wanted) continue;
    SCOPED_TRACE(each.dump());
    ++cases;
    Keys keys;
    for (const auto& [key, value] : each.at("configuration").items()) keys.emplace_back(key, value.template get<std::string>());
    const std::string content = from_base64(each.at("file").template get<std::string>());
    std::vector<TestEvent> events;
    for (const auto& event : each.at("result")) {
      TestEvent& copy = events.emplace_back();
      for (const auto& [key, value] : event.at("headers").items()) copy.headers.emplace(key, value.template get<std::string>());
      copy.body = from_base64(event.at("body").template get<std::string>());
    }
    const Deserialized got = deserialize(its_type, keys, content, services);
    EXPECT_EQ(got.end.ok(), !each.contains("error")) << got.end.message();
    const auto ours = expected(content, keys);
    EXPECT_TRUE(ours.empty() || events != ours) << "no difference any more";
    EXPECT_EQ(got.events, ours.empty() ? events : ours);
    if (got.end.ok()) expect_to_go_on_anywhere(its_type, keys, content, services);
  }
  return cases;
}

}  // namespace flume
