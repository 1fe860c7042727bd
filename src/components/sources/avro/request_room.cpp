#include "components/sources/avro/request_room.h"

#include <cstring>
#include <utility>

namespace flume {

RequestRooms::Room RequestRooms::borrow() {
  if (free_.empty()) return {};
  Room room = std::move(free_.back());
  free_.pop_back();
  return room;
}

void RequestRooms::give_back(Room room) {
  if (free_.size() < kMostKept && room.size <= kMostKeptBytes) free_.push_back(std::move(room));
}

std::uint8_t* RequestRoom::grow(const std::uint8_t* from, std::size_t kept, std::size_t bytes) {
  if (!room_.bytes) room_ = rooms_.borrow();
  if (room_.size < bytes) {
    RequestRooms::Room larger{std::make_unique_for_overwrite<std::uint8_t[]>(bytes), bytes};
    if (kept != 0) std::memcpy(larger.bytes.get(), from, kept);
    room_ = std::move(larger);
  }
  return room_.bytes.get();
}

void RequestRoom::release() {
  if (room_.bytes) rooms_.give_back(std::exchange(room_, {}));
}

}  // namespace flume
