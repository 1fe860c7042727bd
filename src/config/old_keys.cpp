#include "config/old_keys.h"

#include <array>

#include "config/characters.h"

namespace flume::config {
namespace {

struct OldKey {
  Kind kind;
  std::string_view key;
  std::string_view said;  ///< what Flume 1.11 makes of it
  std::string_view now;   ///< the key to write; empty: none
};

constexpr std::string_view kDeprecated = "is an old name, deprecated in Apache Flume";

// Of the three Kafka components, whose classes have "kafka" in their package.
constexpr std::array kOldKafkaKeys{
    OldKey{Kind::Source, "topic", kDeprecated, "kafka.topics"},
    OldKey{Kind::Source, "groupId", kDeprecated, "kafka.consumer.group.id"},
    OldKey{Kind::Source, "zookeeperConnect", "is deprecated: Apache Flume finds brokers and old offsets there", "kafka.bootstrap.servers"},
    OldKey{Kind::Sink, "brokerList", kDeprecated, "kafka.bootstrap.servers"},
    OldKey{Kind::Sink, "topic", kDeprecated, "kafka.topic"},
    OldKey{Kind::Sink, "batchSize", kDeprecated, "flumeBatchSize"},
    OldKey{Kind::Sink, "kafka.flumeBatchSize", "stands in Flume's guide, but Apache Flume does not read it", "flumeBatchSize"},
    OldKey{Kind::Sink, "requiredAcks", kDeprecated, "kafka.producer.acks"},
    OldKey{Kind::Sink, "key.serializer.class", "has no effect any more", "kafka.producer.key.serializer"},
    OldKey{Kind::Sink, "serializer.class", "has no effect any more", "kafka.producer.value.serializer"},
    OldKey{Kind::Channel, "brokerList", kDeprecated, "kafka.bootstrap.servers"},
    OldKey{Kind::Channel, "topic", kDeprecated, "kafka.topic"},
    OldKey{Kind::Channel, "groupId", kDeprecated, "kafka.consumer.group.id"},
    OldKey{Kind::Channel, "readSmallestOffset", kDeprecated, "kafka.consumer.auto.offset.reset = earliest or latest"},
    OldKey{Kind::Channel, "zookeeperConnect", "is deprecated: Apache Flume finds old offsets there, and nothing else",
           "kafka.bootstrap.servers"},
    OldKey{Kind::Channel, "pollTimeout", "stands in Flume's guide, but Apache Flume does not read it", "kafka.pollTimeout"},
};

}  // namespace

void explain_old_keys(Kind kind, std::string_view type_or_class, const std::string& full_name, const ComponentTree& keys,
                      Diagnostics& diagnostics) {
  if (to_lower(type_or_class).find("kafka") == std::string::npos) return;
  for (const OldKey& old : kOldKafkaKeys) {
    if (old.kind != kind) continue;
    const Property* entry = keys.find(old.key);
    if (entry == nullptr) continue;
    diagnostics.warning(entry->key_at, full_name + '.' + std::string(old.key), std::string(old.said), "write " + std::string(old.now));
  }
}

}  // namespace flume::config
