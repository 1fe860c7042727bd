#include "channel/room.h"

namespace flume {

void Room::forget_parker(const void* putter) {
  std::erase_if(waiting_, [putter](const Waiting& waiting) { return waiting.putter == putter && waiting.parker != nullptr; });
}

void Room::forget(const void* putter) {
  std::erase_if(waiting_, [putter](const Waiting& waiting) { return waiting.putter == putter; });
}

void Room::offer(bool is_drained, Wakeups& wakeups) {
  if (waiting_.empty()) return;
  const Need free = unused();
  if (!is_drained && (free.events < total_.events / 4 || free.slots < total_.slots / 4)) return;
  Need offered;  // what those who are woken now will use
  std::erase_if(waiting_, [&](Waiting& waiting) {
    if (!fits({offered.events + waiting.need.events, offered.slots + waiting.need.slots})) return false;
    offered.events += waiting.need.events;
    offered.slots += waiting.need.slots;
    if (waiting.parker) {
      wakeups.add(std::move(waiting.parker));
    } else {
      wakeups.add(std::move(waiting.callback));
    }
    return true;
  });
}

}  // namespace flume
