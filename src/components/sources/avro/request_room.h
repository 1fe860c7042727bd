// Where the requests of an avro source's clients come together. Memory is held by clients that are in the middle of a request only,
// and is not touched before it is written: an announced length alone costs nothing. Its loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "clients/flume_rpc/request.h"

namespace flume {

class RequestRooms {
 public:
  struct Room {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size = 0;
  };

  /// One that another client gave back, or none.
  [[nodiscard]] Room borrow();
  void give_back(Room room);

 private:
  static constexpr std::size_t kMostKept = 8;
  static constexpr std::size_t kMostKeptBytes = std::size_t{4} << 20;
  std::vector<Room> free_;
};

/// That of one client. `rooms` outlives it.
class RequestRoom final : public rpc::EventRoom {
 public:
  explicit RequestRoom(RequestRooms& rooms) : rooms_(rooms) {}
  RequestRoom(const RequestRoom&) = delete;
  RequestRoom& operator=(const RequestRoom&) = delete;
  ~RequestRoom() override { release(); }

  std::uint8_t* grow(const std::uint8_t* from, std::size_t kept, std::size_t bytes) override;
  /// The request has been taken.
  void release();

 private:
  RequestRooms& rooms_;
  RequestRooms::Room room_;
};

}  // namespace flume
