// The packets of one file that no DataNode has acknowledged yet: those still to be sent, and those under way. A pipeline
// takes them from here; when it breaks, its successor sends what was under way again.
// Owned by a FileWriter; outlives the BlockWriters that use it. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "clients/hdfs/packet.h"
#include "net/awaitables.h"

namespace flume::hdfs {

struct Packet {
  PacketHeader header;
  std::vector<std::byte> lead;  ///< lengths, header, checksums
  std::string data;

  [[nodiscard]] std::uint64_t end() const { return header.offset + header.data_bytes; }
};

/// Precondition: header.offset, .is_last and .syncs are set, and `data` is complete.
void seal(Packet& packet, std::int64_t seqno, const Checksum& checksum);

/// The memory of some packets that are not needed any more, for all writers of a client. Loop thread only.
class PacketPool {
 public:
  /// An empty packet.
  std::unique_ptr<Packet> take();
  void give(std::unique_ptr<Packet> packet);

 private:
  static constexpr std::size_t kMostKept = 32;
  static constexpr std::size_t kMostBytesKept = std::size_t{128} << 10;  // of one of them
  std::vector<std::unique_ptr<Packet>> kept_;
};

class PacketQueue {
 public:
  /// `pool` outlives it; null: none.
  PacketQueue(EventLoop& loop, PacketPool* pool) : pool_(pool), sendable_(loop), acknowledged_(loop) {}

  /// A packet to be filled and pushed.
  std::unique_ptr<Packet> make() { return pool_ == nullptr ? std::make_unique<Packet>() : pool_->take(); }

  void push(std::unique_ptr<Packet> packet);

  /// The first packet that waits; null: none.
  [[nodiscard]] const Packet* next() const { return to_send_.empty() ? nullptr : to_send_.front().get(); }
  /// next() is under way from now on, until it is acknowledged or sent again.
  const Packet& take_next();
  /// The packet under way for longest; null: none.
  [[nodiscard]] const Packet* oldest() const { return under_way_.empty() ? nullptr : under_way_.front().get(); }
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  void acknowledge_oldest();
  /// All under way wait again, before the others, in their order.
  void send_again();
  /// Another block begins, or goes on where it ended: so many bytes of it are safe.
  void begin_block(std::uint64_t bytes);

  [[nodiscard]] bool is_empty() const { return to_send_.empty() && under_way_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::int64_t last_acknowledged() const { return last_acknowledged_; }
  /// Of the block: known to all nodes of the pipeline; and begun to be sent.
  [[nodiscard]] std::uint64_t acknowledged_bytes() const { return acknowledged_bytes_; }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }

  /// Something can be sent that could not before; something was acknowledged.
  Signal& sendable() { return sendable_; }
  Signal& acknowledged() { return acknowledged_; }

 private:
  PacketPool* const pool_;
  std::deque<std::unique_ptr<Packet>> to_send_;
  std::deque<std::unique_ptr<Packet>> under_way_;
  std::size_t bytes_ = 0;
  std::int64_t last_acknowledged_ = -1;
  std::uint64_t acknowledged_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  Signal sendable_;
  Signal acknowledged_;
};

}  // namespace flume::hdfs
