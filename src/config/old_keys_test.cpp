#include "config/old_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/fake_components.h"

namespace flume::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> warnings(const std::string& text) {
  std::vector<std::string> found;
  for (const std::string& line : plan_text(text).lines()) {
    if (line.starts_with("warning")) found.push_back(line);
  }
  return found;
}

TEST(OldKeys, of_a_kafka_sink_are_named_with_what_replaces_them) {
  const std::string sink =
      std::string(kGoodText) + "a1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.type = org.apache.flume.sink.kafka.KafkaSink\n";
  EXPECT_THAT(warnings(sink + "a1.sinks.k1.brokerList = h:9092\na1.sinks.k1.kafka.flumeBatchSize = 5\na1.sinks.k1.requiredAcks = 1\n"),
              ElementsAre("warning 10:1 a1.sinks.k1.brokerList: is an old name, deprecated in Apache Flume (write kafka.bootstrap.servers)",
                          "warning 11:1 a1.sinks.k1.kafka.flumeBatchSize: stands in Flume's guide, but Apache Flume does not read it "
                          "(write flumeBatchSize)",
                          "warning 12:1 a1.sinks.k1.requiredAcks: is an old name, deprecated in Apache Flume (write kafka.producer.acks)"));
  EXPECT_THAT(warnings(sink + "a1.sinks.k1.kafka.topic = t\na1.sinks.k1.flumeBatchSize = 5\n"), IsEmpty());
}

TEST(OldKeys, differ_between_source_and_channel) {
  const std::string text =
      "a1.sources = r1\na1.channels = c1\na1.sources.r1.channels = c1\n"
      "a1.sources.r1.type = org.apache.flume.source.kafka.KafkaSource\na1.channels.c1.type = org.apache.flume.channel.kafka.KafkaChannel\n"
      "a1.sources.r1.topic = t\na1.channels.c1.topic = t\na1.sources.r1.zookeeperConnect = z\n";
  EXPECT_THAT(warnings(text),
              ElementsAre("warning 6:1 a1.sources.r1.topic: is an old name, deprecated in Apache Flume (write kafka.topics)",
                          "warning 7:1 a1.channels.c1.topic: is an old name, deprecated in Apache Flume (write kafka.topic)",
                          "warning 8:1 a1.sources.r1.zookeeperConnect: is deprecated: Apache Flume finds brokers and old offsets there "
                          "(write kafka.bootstrap.servers)"));
}

TEST(OldKeys, of_other_types_are_nobodys_business) {
  EXPECT_THAT(
      warnings(std::string(kGoodText) + "a1.sinks = k1\na1.sinks.k1.channel = c1\na1.sinks.k1.type = hbase2\na1.sinks.k1.topic = x\n"),
      IsEmpty());
}

}  // namespace
}  // namespace flume::config
