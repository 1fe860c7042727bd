#include "channel/room.h"

namespace flume {

void Room::offer(bool is_drained, Wakeups& wakeups) {
  if (waiting_.empty()) return;
  const Need free = unused();
  if (!is_drained && (free.events < total_.events / 4 || free.slots < total_.slots / 4)) return;
  waiting_.wake([this](const Need& need) { return fits(need); }, wakeups);
}

}  // namespace flume
