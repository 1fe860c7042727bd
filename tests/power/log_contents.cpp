#include "power/log_contents.h"

#include "flume/batch_builder.h"

namespace flume::power {

std::string to_string(const LogContents& contents) {
  std::string text = "next " + std::to_string(contents.next_id) + ", live";
  for (const auto& [id, body] : contents.live) text += " " + std::to_string(id) + "=" + body.substr(0, body.find(' '));
  for (const auto& [owner, bookmark] : contents.bookmarks) {
    for (const auto& [key, value] : bookmark) text += ", " + owner + "." + key + "=" + value;
  }
  for (const auto& [owner, ids] : contents.holds) text += ", " + owner + " holds " + flume::to_string(ids);
  return text;
}

Result<LogContents> observe(storage::SegmentLog& log) {
  LogContents contents;
  contents.next_id = log.end_id();
  for (const std::string& owner : log.owners()) contents.bookmarks[owner] = log.bookmark(owner);
  for (const std::string owner : {"k1", "k2"}) {
    if (Ranges ids = log.held(owner); !ids.empty()) contents.holds[owner] = std::move(ids);
  }
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  auto position = log.find(log.watermark());
  if (!position) return position.status();
  while (position->id < contents.next_id) {
    const EventId before = position->id;
    auto read = log.read(*position, 1 << 20, contents.next_id, builder);
    if (!read) return read.status();
    for (const storage::StoredEvents& stored : read->events) {
      EventId id = stored.first;
      for (const EventView event : stored.events) {
        const Ranges one{IdRange{id, id + 1}};
        if (log.gone_among(one).empty()) contents.live[id] = event.body();
        ++id;
      }
    }
    if (read->damage) {
      Ranges lost = read->damage->ids;
      lost.remove(log.gone_among(lost));
      if (!lost.empty()) return corrupt(storage::to_string(*read->damage));
    } else if (position->id == before) {
      return corrupt("the log ends at event " + std::to_string(before) + ", not at " + std::to_string(contents.next_id));
    }
  }
  return contents;
}

}  // namespace flume::power
