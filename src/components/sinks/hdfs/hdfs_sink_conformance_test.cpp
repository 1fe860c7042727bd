#include "conformance/sink_conformance.h"
#include "output/sequence_file_reader.h"
#include "support/avro_records.h"
#include "support/component_options.h"
#include "support/file_tree.h"
#include "support/sim_hdfs/bench_hdfs.h"

namespace flume::conformance {
namespace {

/// Bodies of a finished file; nothing when it cannot be read to its end.
std::optional<std::vector<std::string>> bodies_of(std::string_view content) {
  std::vector<std::string> bodies;
  if (content.starts_with("Obj")) {
    const AvroRecords records = avro_records(content);
    if (!records.problem.empty()) return std::nullopt;
    for (const auto& event : records.events) bodies.push_back(event.second);
    return bodies;
  }
  if (!content.starts_with("SEQ")) {
    while (!content.empty()) {
      const std::size_t newline = content.find('\n');
      if (newline == std::string_view::npos) return std::nullopt;
      bodies.emplace_back(content.substr(0, newline));
      content.remove_prefix(newline + 1);
    }
    return bodies;
  }
  output::SequenceFileReader reader(content);
  if (!reader.open().ok()) return std::nullopt;
  for (;;) {
    auto has_record = reader.next();
    if (!has_record) return std::nullopt;
    if (!*has_record) return bodies;
    auto body = reader.body();
    if (!body) return std::nullopt;
    bodies.emplace_back(*body);
  }
}

void add(const std::string& path, std::string_view content, bool is_in_use, Found& found) {
  const auto bodies = bodies_of(content);
  if (is_in_use || path.ends_with(".tmp") || !bodies || bodies->empty()) {
    found.unfinished.push_back(path);
  } else {
    found.bodies.insert(found.bodies.end(), bodies->begin(), bodies->end());
  }
}

Found find_on_disk(SinkBench& bench) {
  Found found;
  for (const auto& [path, content] : file_tree(bench.services.files, "/data")) add(path, content, false, found);
  return found;
}

Found find_on_hdfs(SinkBench& bench) {
  Found found;
  hdfs::SimHdfs& hdfs = BenchHdfs::of(bench);
  for (const std::string& path : hdfs.files()) {
    const Result<std::string> content = hdfs.read(path);
    add(path, content ? *content : "", !content || hdfs.is_open(path), found);
  }
  for (const std::string& complaint : hdfs.complaints()) ADD_FAILURE() << complaint;
  return found;
}

using Keys = std::map<std::string, std::string>;

std::unique_ptr<Sink> make_sink(Keys keys, const Services& services, Durability durability) {
  keys.insert({{"hdfs.batchSize", "10"}, {"hdfs.rollCount", "7"}, {"hdfs.retryInterval", "20"}});
  keys.emplace("hdfs.durability", durability == Durability::Synced ? "sync" : "flush");
  const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", keys);
  EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
  return parsed.make<Sink>(services);
}

SinkSubject on_disk(std::string name, Keys keys) {
  keys.emplace("hdfs.path", "/data/in/%{kind}");
  return {.name = std::move(name),
          .make = [keys](const Services& services, Durability durability) { return make_sink(keys, services, durability); },
          .find = find_on_disk};
}

SinkSubject on_hdfs(std::string name, Keys keys) {
  keys.emplace("hdfs.path", "hdfs://nn1/data/in/%{kind}");
  return {.name = std::move(name),
          .make = [keys](const Services& services, Durability durability) { return make_sink(keys, services, durability); },
          .find = find_on_hdfs,
          .prepare = [](SinkBench& bench) { bench.destination = std::make_shared<BenchHdfs>(bench); }};
}

const auto kOnDisk =
    testing::Values(on_disk("text", {{"hdfs.fileType", "DataStream"}}), on_disk("sequence", {}),
                    on_disk("text_without_suffix", {{"hdfs.fileType", "DataStream"}, {"hdfs.emptyInUseSuffix", "true"}}),
                    on_disk("text_few_open_files", {{"hdfs.fileType", "DataStream"}, {"hdfs.maxOpenFiles", "1"}, {"hdfs.rollSize", "100"}}),
                    on_disk("avro", {{"hdfs.fileType", "DataStream"}, {"serializer", "avro_event"}}));
INSTANTIATE_TEST_SUITE_P(OnDisk, SinkConformance, kOnDisk, subject_name);
INSTANTIATE_TEST_SUITE_P(OnDisk, SinkDiskConformance, kOnDisk, subject_name);
INSTANTIATE_TEST_SUITE_P(OnHdfs, SinkConformance,
                         testing::Values(on_hdfs("text", {{"hdfs.fileType", "DataStream"}}), on_hdfs("sequence", {}),
                                         on_hdfs("avro", {{"hdfs.fileType", "DataStream"}, {"serializer", "avro_event"}})),
                         subject_name);

}  // namespace
}  // namespace flume::conformance
