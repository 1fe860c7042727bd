#include "conformance/sink_conformance.h"
#include "output/sequence_file_reader.h"
#include "support/component_options.h"
#include "support/file_tree.h"

namespace flume::conformance {
namespace {

/// Bodies of a finished file; nothing when it cannot be read to its end.
std::optional<std::vector<std::string>> bodies_of(std::string_view content) {
  std::vector<std::string> bodies;
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

Found find(SimFiles& files) {
  Found found;
  for (const auto& [path, content] : file_tree(files, "/data")) {
    const auto bodies = bodies_of(content);
    if (path.ends_with(".tmp") || !bodies || bodies->empty()) {
      found.unfinished.push_back(path);
    } else {
      found.bodies.insert(found.bodies.end(), bodies->begin(), bodies->end());
    }
  }
  return found;
}

SinkSubject subject(std::string name, std::map<std::string, std::string> keys) {
  keys.insert({{"hdfs.path", "/data/in/%{kind}"}, {"hdfs.batchSize", "10"}, {"hdfs.rollCount", "7"}, {"hdfs.retryInterval", "20"}});
  return {.name = std::move(name),
          .make =
              [keys](const Services& services, Durability durability) {
                auto all = keys;
                all.emplace("hdfs.durability", durability == Durability::Synced ? "sync" : "flush");
                const ParsedComponent parsed = parse_component(Kind::Sink, "hdfs", all);
                EXPECT_TRUE(parsed.problem.ok()) << parsed.problem.message();
                return parsed.make<Sink>(services);
              },
          .find = find};
}

INSTANTIATE_TEST_SUITE_P(Hdfs, SinkConformance,
                         testing::Values(subject("text", {{"hdfs.fileType", "DataStream"}}), subject("sequence", {}),
                                         subject("text_without_suffix",
                                                 {{"hdfs.fileType", "DataStream"}, {"hdfs.emptyInUseSuffix", "true"}}),
                                         subject("text_few_open_files",
                                                 {{"hdfs.fileType", "DataStream"}, {"hdfs.maxOpenFiles", "1"}, {"hdfs.rollSize", "100"}})),
                         subject_name);

}  // namespace
}  // namespace flume::conformance
