#include "clients/hdfs/block_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace flume::hdfs {

BlockReader::BlockReader(EventLoop& loop, Dialer& dialer, TransferSettings settings, LocatedBlock block, std::uint64_t offset,
                         std::uint64_t bytes)
    : loop_(loop), dialer_(dialer), settings_(std::move(settings)), block_(std::move(block)), at_(offset), end_(offset + bytes) {}

Task<Result<std::string>> BlockReader::next(Deadline deadline) {
  while (at_ < end_) {
    if (node_ >= block_.nodes.size()) co_return all_failed();
    Result<std::string> bytes = co_await read_wanted(deadline);
    if (bytes) {
      at_ += bytes->size();
      if (at_ == end_ && connection_) {
        const Status thanked = co_await thank(deadline);
        thanked.ignore();
        connection_.reset();
      }
      co_return bytes;
    }
    connection_.reset();
    if (loop_.now() >= deadline.when()) co_return bytes.status().with_context("read " + to_text(block_.block));
    if (bytes.status().kind() == ErrorKind::Corrupt) ++corrupt_replicas_;
    errors_.push_back(bytes.status().with_context(to_text(block_.nodes[node_])).message());
    ++node_;
  }
  co_return std::string();
}

Task<Result<std::string>> BlockReader::read_wanted(Deadline deadline) {
  if (!connection_) FLUME_CO_TRY(co_await open(deadline));
  for (;;) {
    const std::uint64_t first = packet_at_;
    Result<std::string> bytes = co_await read_packet(deadline);
    if (!bytes || packet_at_ <= at_) {
      if (!bytes) co_return bytes;
      continue;  // before what was asked for: whole chunks are sent
    }
    // Bytes before and behind what was asked for complete its chunks.
    bytes->resize(std::min<std::uint64_t>(bytes->size(), end_ - first));
    bytes->erase(0, at_ - first);
    co_return bytes;
  }
}

Task<Status> BlockReader::open(Deadline deadline) {
  Result<std::unique_ptr<Connection>> connection = co_await dial_node(loop_, dialer_, settings_, block_.nodes[node_], soonest(deadline));
  if (!connection) co_return std::move(connection).status();
  connection_ = std::move(*connection);
  const ReadOperation operation{
      .block = block_.block, .token = block_.token, .client = settings_.client, .offset = at_, .bytes = end_ - at_};
  const Result<OperationResponse> response = co_await ask(*connection_, encode_read(operation), soonest(deadline));
  if (!response) co_return response.status();
  if (response->status != TransferStatus::Success) co_return refusal(*response);
  if (!response->checksum) co_return retryable("it did not tell how it computes checksums", Cause::Io);
  checksum_ = *response->checksum;
  packet_at_ = response->first_offset;
  if (packet_at_ > at_) co_return retryable("it begins at " + std::to_string(packet_at_) + ", asked for " + std::to_string(at_), Cause::Io);
  co_return Status();
}

Task<Status> BlockReader::thank(Deadline deadline) {
  // The node ends each read with an empty packet and waits for the verdict: a connection that is closed before is an error
  // in its log. Nothing of it matters here, so nothing is waited for long.
  const Deadline soon = std::min(deadline, loop_.in(std::chrono::seconds(1)));
  const Result<ReadHeader> end = co_await read_header(soon);
  if (!end) co_return end.status();
  if (end->sizes.body != 0) co_return retryable("it goes on behind what was asked for", Cause::Io);
  const std::string verified = encode_read_status(TransferStatus::ChecksumOk);
  co_return co_await connection_->write_all(as_bytes(verified), soon);
}

Task<Result<BlockReader::ReadHeader>> BlockReader::read_header(Deadline deadline) {
  FLUME_CO_TRY(co_await connection_->fill(kPacketPrefixBytes, deadline));
  const Result<PacketSizes> sizes = decode_packet_prefix(connection_->buffered().first<kPacketPrefixBytes>());
  if (!sizes) co_return sizes.status();
  connection_->consume(kPacketPrefixBytes);
  FLUME_CO_TRY(co_await connection_->fill(sizes->header, deadline));
  const Result<PacketHeader> header = decode_packet_header(connection_->buffered().first(sizes->header), *sizes);
  if (!header) co_return header.status();
  connection_->consume(sizes->header);
  co_return ReadHeader{.sizes = *sizes, .packet = *header};
}

Task<Result<std::string>> BlockReader::read_packet(Deadline deadline) {
  const Result<ReadHeader> read = co_await read_header(soonest(deadline));
  if (!read) co_return read.status();
  const PacketHeader* header = &read->packet;
  const PacketSizes* sizes = &read->sizes;
  const std::string where = "bytes " + std::to_string(header->offset) + " to " + std::to_string(header->offset + header->data_bytes);
  const std::size_t sums = sizes->body - header->data_bytes;
  if (sums != checksum_bytes(checksum_, header->data_bytes) || header->offset != packet_at_) {
    co_return retryable(
        "it sent " + where + " with " + std::to_string(sums) + " bytes of checksums; " + std::to_string(packet_at_) + " was next",
        Cause::Io);
  }
  if (header->data_bytes == 0) {
    co_return retryable("its replica ends at " + std::to_string(packet_at_) + ", before " + std::to_string(end_), Cause::Io);
  }
  std::vector<std::byte> checksums(sums);
  FLUME_CO_TRY(co_await connection_->read_exactly(checksums, soonest(deadline)));
  std::string data(header->data_bytes, '\0');
  FLUME_CO_TRY(co_await connection_->read_exactly(std::as_writable_bytes(std::span(data)), soonest(deadline)));
  if (const auto bad = first_bad_chunk(checksum_, as_bytes(data), checksums)) {
    co_return corrupt("wrong checksum of the chunk at " + std::to_string(header->offset + *bad));
  }
  packet_at_ += data.size();
  co_return data;
}

Deadline BlockReader::soonest(Deadline deadline) const { return std::min(deadline, answer_deadline(loop_, settings_, 1)); }

Status BlockReader::all_failed() const {
  std::string text = "read " + to_text(block_.block) + ": no replica could be read: ";
  if (errors_.empty()) text += "the NameNode named no DataNode that has it";
  for (const std::string& error : errors_) text += (&error == errors_.data() ? "" : "; ") + error;
  const bool is_corrupt = corrupt_replicas_ > 0 && corrupt_replicas_ == errors_.size();
  return {is_corrupt ? ErrorKind::Corrupt : ErrorKind::Retryable, std::move(text), Cause::Io};
}

Task<Result<Checksum>> checksum_of(EventLoop& loop, Dialer& dialer, TransferSettings settings, LocatedBlock block, Deadline deadline) {
  BlockReader reader(loop, dialer, std::move(settings), std::move(block), 0, 1);
  const Result<std::string> first = co_await reader.next(deadline);
  if (!first) co_return first.status();
  co_return reader.checksum();
}

}  // namespace flume::hdfs
