#include "clients/hdfs/packet_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace flume::hdfs {

void seal(Packet& packet, std::int64_t seqno, const Checksum& checksum) {
  packet.header.seqno = seqno;
  packet.header.data_bytes = static_cast<std::uint32_t>(packet.data.size());
  const std::size_t sums = checksum_bytes(checksum, packet.data.size());
  packet.lead.resize(kLongestPacketLead + sums);
  const std::size_t size = encode_packet_lead(packet.header, sums, std::span(packet.lead).first<kLongestPacketLead>());
  packet.lead.resize(size + sums);
  compute_checksums(checksum, as_bytes(packet.data), std::span(packet.lead).subspan(size));
}

std::unique_ptr<Packet> PacketPool::take() {
  if (kept_.empty()) return std::make_unique<Packet>();
  std::unique_ptr<Packet> packet = std::move(kept_.back());
  kept_.pop_back();
  packet->header = {};
  packet->lead.clear();
  packet->data.clear();
  return packet;
}

void PacketPool::give(std::unique_ptr<Packet> packet) {
  if (kept_.size() < kMostKept && packet->data.capacity() <= kMostBytesKept) kept_.push_back(std::move(packet));
}

void PacketQueue::push(std::unique_ptr<Packet> packet) {
  bytes_ += packet->data.size();
  to_send_.push_back(std::move(packet));
  sendable_.notify_all();
}

const Packet& PacketQueue::take_next() {
  assert(!to_send_.empty());
  under_way_.push_back(std::move(to_send_.front()));
  to_send_.pop_front();
  sent_bytes_ = std::max(sent_bytes_, under_way_.back()->end());
  return *under_way_.back();
}

void PacketQueue::acknowledge_oldest() {
  assert(!under_way_.empty());
  std::unique_ptr<Packet> packet = std::move(under_way_.front());
  under_way_.pop_front();
  bytes_ -= packet->data.size();
  last_acknowledged_ = packet->header.seqno;
  acknowledged_bytes_ = std::max(acknowledged_bytes_, packet->end());
  if (pool_ != nullptr) pool_->give(std::move(packet));
  sendable_.notify_all();
  acknowledged_.notify_all();
}

void PacketQueue::send_again() {
  while (!under_way_.empty()) {
    to_send_.push_front(std::move(under_way_.back()));
    under_way_.pop_back();
  }
}

void PacketQueue::begin_block(std::uint64_t bytes) {
  assert(under_way_.empty());
  acknowledged_bytes_ = bytes;
  sent_bytes_ = bytes;
}

}  // namespace flume::hdfs
