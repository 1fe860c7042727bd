#include <algorithm>

#include "conformance/sink_conformance.h"
#include "support/avro_records.h"
#include "support/component_options.h"
#include "support/file_tree.h"

namespace flume::conformance {
namespace {

Found find(SinkBench& bench) {
  Found found;
  for (const auto& [path, content] : file_tree(bench.services.files, "/data")) {
    if (!content.empty() && !content.ends_with('\n')) found.unfinished.push_back(path);
    for (std::string_view rest = content; !rest.empty();) {
      const std::size_t newline = rest.find('\n');
      found.bodies.emplace_back(rest.substr(0, newline));
      rest.remove_prefix(newline == std::string_view::npos ? rest.size() : newline + 1);
    }
  }
  return found;
}

Found find_avro(SinkBench& bench) {
  Found found;
  for (const auto& [path, content] : file_tree(bench.services.files, "/data")) {
    if (content.empty()) continue;  // the file of an interval without events
    const AvroRecords records = avro_records(content);
    if (!records.problem.empty()) found.unfinished.push_back(path + ": " + records.problem);
    for (const auto& event : records.events) found.bodies.push_back(event.second);
  }
  return found;
}

/// Bodies that are no Avro data tell apart by how they begin.
Found find_avro_bodies(SinkBench& bench) {
  Found found;
  for (const auto& [path, content] : file_tree(bench.services.files, "/data")) {
    if (content.empty()) continue;
    const AvroRecords records = avro_records(content, AvroDatum::Unknown);
    if (!records.problem.empty()) found.unfinished.push_back(path + ": " + records.problem);
    for (std::size_t at = 0; at < records.joined.size();) {
      const std::size_t next = std::min(records.joined.find("event ", at + 1), records.joined.size());
      found.bodies.push_back(records.joined.substr(at, next - at));
      at = next;
    }
  }
  return found;
}

using Keys = std::map<std::string, std::string>;

SinkSubject subject(std::string name, Keys keys, Found (*find_bodies)(SinkBench&) = find) {
  keys.insert({{"sink.directory", "/data"}, {"sink.batchSize", "10"}});
  return {.name = std::move(name),
          .make =
              [keys](const Services& services, Durability durability) {
                auto all = keys;
                all.emplace("sink.durability", durability == Durability::Synced ? "sync" : "flush");
                const ParsedComponent parsed = parse_component(Kind::Sink, "file_roll", all);
                EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
                return parsed.make<Sink>(services);
              },
          .find = find_bodies,
          .prepare =
              [](SinkBench& bench) {
                bench.services.files.add_file("/data/.keep", "");
                bench.services.files.add_file("/schemas/any.avsc", "\"string\"");
              }};
}

const auto kSubjects = testing::Values(
    subject("default_names", {}), subject("rolltime_names", {{"sink.pathManager", "ROLLTIME"}, {"sink.rollInterval", "5"}}),
    subject("avro_event", {{"sink.serializer", "avro_event"}}, find_avro),
    subject("avro_small_blocks", {{"sink.serializer", "avro_event"}, {"sink.serializer.syncIntervalBytes", "100"}}, find_avro),
    subject("avro_of_a_schema", {{"sink.serializer", "avro"}, {"sink.serializer.schemaURL", "/schemas/any.avsc"}}, find_avro_bodies));
INSTANTIATE_TEST_SUITE_P(FileRoll, SinkConformance, kSubjects, subject_name);
INSTANTIATE_TEST_SUITE_P(FileRoll, SinkDiskConformance, kSubjects, subject_name);

}  // namespace
}  // namespace flume::conformance
