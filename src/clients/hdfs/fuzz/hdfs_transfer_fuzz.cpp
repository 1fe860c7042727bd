// Everything that a DataNode sends: the first byte chooses what the rest is taken for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "clients/hdfs/packet.h"

namespace {

using flume::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

void decode_packet(ByteView bytes) {
  if (bytes.size() < flume::hdfs::kPacketPrefixBytes) return;
  const auto sizes = flume::hdfs::decode_packet_prefix(bytes.first<flume::hdfs::kPacketPrefixBytes>());
  if (!sizes) return;
  require(sizes->header <= flume::hdfs::kLongestPacketHeader && sizes->body <= flume::hdfs::kLargestPacket);
  const ByteView rest = bytes.subspan(flume::hdfs::kPacketPrefixBytes);
  if (rest.size() < sizes->header) return;
  const auto header = flume::hdfs::decode_packet_header(rest.first(sizes->header), *sizes);
  if (header) require(header->data_bytes <= sizes->body);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes = std::as_bytes(std::span(data + 1, size - 1));
  switch (data[0] % 4) {
    case 0:
      decode_packet(bytes);
      break;
    case 1:
      if (const auto ack = flume::hdfs::decode_ack(bytes)) require(ack->replies.size() <= flume::hdfs::kLongestPipeline);
      break;
    case 2:
      if (const auto response = flume::hdfs::decode_transfer_response(bytes)) {
        require(!response->checksum || flume::hdfs::is_sane(*response->checksum));
      }
      break;
    default:
      if (const auto length = flume::hdfs::decode_length(bytes, 1000); length && *length) {
        require((*length)->value <= 1000 && (*length)->taken <= bytes.size());
      }
  }
  return 0;
}
