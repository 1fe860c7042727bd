// Reads an uncompressed Avro container file, for tests. Header only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/avro_container.h"
#include "flume/avro.h"

namespace flume {

/// What the records are: Flume's events; Avro `bytes` each; or who knows.
enum class AvroDatum : std::uint8_t { Event, Bytes, Unknown };

struct AvroRecords {
  using Event = std::pair<std::map<std::string, std::string>, std::string>;  // headers, body
  std::vector<Event> events;
  std::vector<std::uint64_t> block_sizes;
  std::string joined;   ///< of Unknown: the records' bytes, one after the other
  std::string problem;  ///< why it is no whole file; empty: it is one
};

inline AvroRecords avro_records(std::string_view file, AvroDatum datum = AvroDatum::Event) {
  AvroRecords records;
  const auto header = codec::read_avro_header(file);
  if (!header) {
    records.problem = header.status().message();
    return records;
  }
  for (std::size_t at = header->size; at != file.size();) {
    const auto head = codec::read_avro_block_head(file.substr(at));
    const std::size_t end = head ? at + head->size + head->bytes : 0;
    if (!head || end > file.size() ||
        file.substr(end, codec::kAvroMarkerBytes) != std::string_view(header->marker.data(), header->marker.size())) {
      records.problem = "no whole block at byte " + std::to_string(at);
      return records;
    }
    records.block_sizes.push_back(head->bytes);
    if (datum == AvroDatum::Unknown) {
      records.joined.append(file.substr(at + head->size, head->bytes));
      at = end + codec::kAvroMarkerBytes;
      continue;
    }
    const auto* in = reinterpret_cast<const std::uint8_t*>(file.data() + at + head->size);
    for (std::uint64_t i = 0; i < head->records; ++i) {
      AvroRecords::Event event;
      std::uint64_t count = 0;
      std::string_view key;
      std::string_view value;
      if (datum == AvroDatum::Event) {
        for (in = avro::read_length(in, count); count != 0; in = avro::read_length(in, count)) {
          for (; count != 0; --count) {
            in = avro::read_bytes(avro::read_bytes(in, key), value);
            event.first.emplace(key, value);
          }
        }
      }
      in = avro::read_bytes(in, value);
      event.second = value;
      records.events.push_back(std::move(event));
    }
    if (in != reinterpret_cast<const std::uint8_t*>(file.data() + end)) {
      records.problem = "the records of the block at byte " + std::to_string(at) + " do not fill it";
      return records;
    }
    at = end + codec::kAvroMarkerBytes;
  }
  return records;
}

}  // namespace flume
