// How a simulated DataNode serves and copies replicas.
#include <algorithm>
#include <chrono>
#include <utility>

#include "clients/hdfs/wire.h"
#include "support/sim_hdfs/sim_datanode.h"
#include "transfer.pb.h"

namespace flume::hdfs {
Task<void> SimDatanode::read_block(Connection& client, std::string message) {
  wire::ReadBlock read;
  if (!read.ParseFromString(message)) co_return;
  const auto& block = read.header().access().block();
  const auto found = replicas_.find(block.id());
  if (found == replicas_.end() || found->second.stamp < block.generation_stamp()) {
    (co_await answer(client, TransferStatus::Error, "no such replica")).ignore();
    co_return;
  }
  const Replica replica = found->second;
  const std::uint64_t visible = replica.visible_bytes();
  if (read.offset() + read.length() > visible) {
    (co_await answer(client, TransferStatus::Error, "the replica has " + std::to_string(visible) + " bytes")).ignore();
    co_return;
  }
  const std::uint64_t chunk = replica.checksum.bytes_per_chunk;
  std::uint64_t at = read.offset() / chunk * chunk;
  const std::uint64_t end = std::min<std::uint64_t>((read.offset() + read.length() + chunk - 1) / chunk * chunk, visible);
  wire::OperationResponse response;
  response.set_status(0);
  response.mutable_read_checksum()->set_first_offset(at);
  response.mutable_read_checksum()->mutable_checksum()->set_type(static_cast<std::uint32_t>(replica.checksum.type));
  response.mutable_read_checksum()->mutable_checksum()->set_bytes_per_checksum(replica.checksum.bytes_per_chunk);
  std::string bytes;
  append_message(response.SerializeAsString(), bytes);
  Status sent = co_await client.write_all(as_bytes(bytes), loop_.in(kTimeout));
  for (std::int64_t seqno = 0; sent.ok() && at <= end; ++seqno) {
    co_await hold();
    Packet packet;
    packet.header.offset = at;
    packet.header.is_last = at == end;
    packet.data = replica.bytes.substr(at, std::min<std::uint64_t>(end - at, 4 * chunk));
    seal(packet, seqno, replica.checksum);
    if (faults.damages_reads && !packet.data.empty()) packet.data.back() = static_cast<char>(packet.data.back() ^ 1);
    std::vector<ByteView> pieces{packet.lead, as_bytes(packet.data)};
    sent = co_await client.write_all(std::move(pieces), loop_.in(kTimeout));
    if (packet.header.is_last) break;
    at += packet.data.size();
  }
  if (sent.ok()) (co_await read_message(client, kLongestMessage, loop_.in(kTimeout))).status().ignore();
}

Task<void> SimDatanode::transfer_block(Connection& client, std::string message) {
  wire::TransferBlock transfer;
  if (!transfer.ParseFromString(message) || transfer.targets_size() != 1) co_return;
  const auto& block = transfer.header().access().block();
  const Replica* const found = find_replica(block.id());
  const Result<Datanode> to = from_wire(transfer.targets(0));
  if (!to || found == nullptr || found->state == Replica::State::Waiting) {
    (co_await answer(client, TransferStatus::Error, "no such replica")).ignore();
    co_return;
  }
  wire::WriteBlock write;
  *write.mutable_header() = transfer.header();
  write.mutable_header()->mutable_access()->mutable_block()->set_generation_stamp(found->stamp);
  write.set_stage(kTransferStage);
  write.set_pipeline_size(1);
  write.set_least_bytes(0);
  write.set_most_bytes(0);
  write.set_new_generation_stamp(0);
  write.mutable_checksum()->set_type(static_cast<std::uint32_t>(found->checksum.type));
  write.mutable_checksum()->set_bytes_per_checksum(found->checksum.bytes_per_chunk);
  std::string operation{'\0', static_cast<char>(kTransferVersion), static_cast<char>(kWriteBlock)};
  append_message(write.SerializeAsString(), operation);
  const Status copied = co_await copy(*to, *found, std::move(operation));
  const TransferStatus status = copied.ok() ? TransferStatus::Success : TransferStatus::Error;
  const std::string reason = copied.ok() ? std::string() : copied.message();
  (co_await answer(client, status, reason)).ignore();
}

Task<Status> SimDatanode::copy(Datanode to, Replica replica, std::string operation) {
  Result<std::unique_ptr<Stream>> stream = co_await dial(site_.dialer, to.address, to.transfer_port, loop_, loop_.in(kTimeout));
  if (!stream) co_return std::move(stream).status();
  Connection connection(loop_, std::move(*stream));
  const Result<OperationResponse> response = co_await ask(connection, std::move(operation), loop_.in(kTimeout));
  if (!response) co_return response.status();
  if (response->status != TransferStatus::Success) co_return refusal(*response);
  const std::string visible = replica.bytes.substr(0, replica.visible_bytes());
  std::size_t at = 0;
  for (std::int64_t seqno = 0;; ++seqno) {
    Packet packet;
    packet.header.offset = at;
    packet.header.is_last = at == visible.size();
    packet.data = visible.substr(at, std::size_t{16} * replica.checksum.bytes_per_chunk);
    seal(packet, seqno, replica.checksum);
    std::vector<ByteView> pieces{packet.lead, as_bytes(packet.data)};
    FLUME_CO_TRY(co_await connection.write_all(std::move(pieces), loop_.in(kTimeout)));
    const Result<std::string> ack = co_await read_message(connection, kLongestMessage, loop_.in(kTimeout));
    if (!ack) co_return ack.status();
    if (packet.header.is_last) co_return Status();
    at += packet.data.size();
  }
}

}  // namespace flume::hdfs
