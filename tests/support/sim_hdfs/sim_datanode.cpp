#include "support/sim_hdfs/sim_datanode.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "clients/hdfs/wire.h"
#include "transfer.pb.h"

namespace flume::hdfs {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kTransferStage = 7;  // TRANSFER_RBW
constexpr std::size_t kLongestMessage = std::size_t{64} << 10;
constexpr Instant::duration kTimeout = 65s;

Result<Datanode> target(const wire::WriteBlock& write) { return from_wire(write.targets(0)); }

}  // namespace

/// One write operation that this node takes part in.
struct SimDatanode::Receiving {
  Connection& client;
  std::unique_ptr<Connection> mirror;
  std::uint64_t block = 0;
  std::size_t writer = 0;
  Checksum checksum;
  bool is_copy = false;
  std::size_t nodes_behind = 0;
  std::size_t packets = 0;
  bool is_mirror_broken = false;
  bool is_ended = false;
  std::deque<Pending> pending;
  Signal changed;

  Receiving(Connection& c, EventLoop& loop) : client(c), changed(loop) {}
};

SimDatanode::SimDatanode(SimNetwork& network, SimEventLoop& loop, Datanode identity)
    : network_(network), loop_(loop), identity_(std::move(identity)), death_(loop.make_timer()), tasks_(loop) {
  come_back();
}

void SimDatanode::come_back() {
  if (socket_) return;
  auto socket = network_.listen(identity_.address, identity_.transfer_port, loop_,
                                {.on_accept = [this](std::unique_ptr<Stream> stream) { tasks_.start(serve(std::move(stream))); }});
  socket_ = std::move(*socket);
}

void SimDatanode::die() {
  socket_.reset();
  tasks_.cancel_all();
  network_.cut_all(identity_.address, identity_.transfer_port);
}

Task<Status> SimDatanode::answer(Connection& client, TransferStatus status, std::string message, std::string bad_link) {
  wire::OperationResponse response;
  response.set_status(static_cast<std::uint32_t>(status));
  if (!message.empty()) response.set_message(message);
  if (!bad_link.empty()) response.set_first_bad_link(bad_link);
  std::string bytes;
  append_message(response.SerializeAsString(), bytes);
  co_return co_await client.write_all(as_bytes(bytes), loop_.in(kTimeout));
}

Task<void> SimDatanode::serve(std::unique_ptr<Stream> stream) {
  Connection client(loop_, std::move(stream));
  std::array<std::byte, 3> head{};
  const Status got = co_await client.read_exactly(head, loop_.in(kTimeout));
  if (!got.ok()) co_return;
  const Result<std::string> message = co_await read_message(client, kLongestMessage, loop_.in(kTimeout));
  if (!message) co_return;
  if (head[0] != std::byte{0} || head[1] != std::byte{kTransferVersion}) {
    complaints_.emplace_back("not an operation");
    co_return;
  }
  if (faults.refused_operations > 0) {
    --faults.refused_operations;
    (co_await answer(client, TransferStatus::Error, "told to refuse")).ignore();
    co_return;
  }
  switch (static_cast<std::uint8_t>(head[2])) {
    case kWriteBlock:
      co_await write_block(client, *message);
      break;
    case kReadBlock:
      co_await read_block(client, *message);
      break;
    case kTransferBlock:
      co_await transfer_block(client, *message);
      break;
    default:
      complaints_.emplace_back("unknown operation");
  }
}

std::string SimDatanode::prepare(const wire::WriteBlock& write) {
  const auto& block = write.header().access().block();
  const auto stage = write.stage();
  const auto found = replicas_.find(block.id());
  if (stage == static_cast<std::uint32_t>(PipelineStage::Create) || stage == kTransferStage) {
    if (found != replicas_.end() && stage != kTransferStage) return "the block is here already";
    Replica fresh;
    fresh.stamp = block.generation_stamp();
    if (found != replicas_.end()) fresh.writers = found->second.writers;
    fresh.checksum = {.type = static_cast<ChecksumType>(write.checksum().type()), .bytes_per_chunk = write.checksum().bytes_per_checksum()};
    replicas_[block.id()] = std::move(fresh);
    return {};
  }
  if (found == replicas_.end()) return "no such replica";
  Replica& replica = found->second;
  if (replica.stamp < block.generation_stamp() || replica.stamp > write.new_generation_stamp()) {
    return "the replica has stamp " + std::to_string(replica.stamp);
  }
  const auto length = std::to_string(replica.bytes.size()) + " bytes, " + std::to_string(replica.acknowledged) + " acknowledged";
  switch (static_cast<PipelineStage>(stage)) {
    case PipelineStage::Append:
      if (!replica.is_finalized) return "append to a replica that is being written";
      [[fallthrough]];
    case PipelineStage::AppendRecovery:
    case PipelineStage::CloseRecovery:
      if (replica.bytes.size() != write.least_bytes()) return "the replica has " + length;
      break;
    case PipelineStage::StreamingRecovery:
      if (replica.is_finalized) return "the replica is finalized";
      if (replica.acknowledged < write.least_bytes() || replica.bytes.size() > write.most_bytes()) return "the replica has " + length;
      replica.bytes.resize(replica.acknowledged);
      break;
    default:
      return "unknown stage " + std::to_string(stage);
  }
  replica.stamp = write.new_generation_stamp();
  replica.is_finalized = static_cast<PipelineStage>(stage) == PipelineStage::CloseRecovery;
  return {};
}

Task<Status> SimDatanode::open_mirror(Receiving& receiving, const wire::WriteBlock& write, std::string& first_bad_link) {
  const Result<Datanode> next = target(write);
  if (!next) co_return next.status();
  first_bad_link = transfer_address(*next);
  Result<std::unique_ptr<Stream>> stream = co_await dial(network_, next->address, next->transfer_port, loop_, loop_.in(kTimeout - 5s));
  if (!stream) co_return std::move(stream).status();
  receiving.mirror = std::make_unique<Connection>(loop_, std::move(*stream));
  wire::WriteBlock forwarded = write;
  forwarded.mutable_targets()->DeleteSubrange(0, 1);
  std::string bytes{'\0', static_cast<char>(kTransferVersion), static_cast<char>(kWriteBlock)};
  append_message(forwarded.SerializeAsString(), bytes);
  const Deadline deadline = loop_.in(kTimeout - 5s);
  const Result<OperationResponse> response = co_await ask(*receiving.mirror, std::move(bytes), deadline);
  if (!response) co_return response.status();
  if (response->status == TransferStatus::Success && response->first_bad_link.empty()) co_return Status();
  if (!response->first_bad_link.empty()) first_bad_link = response->first_bad_link;
  co_return refusal(*response);
}

Task<void> SimDatanode::write_block(Connection& client, std::string message) {
  wire::WriteBlock write;
  if (!write.ParseFromString(message) || static_cast<int>(write.pipeline_size()) < write.targets_size() + 1) {
    complaints_.emplace_back("malformed write");
    co_return;
  }
  const std::string refused = prepare(write);
  if (!refused.empty()) {
    (co_await answer(client, TransferStatus::Error, refused)).ignore();
    co_return;
  }
  Receiving receiving(client, loop_);
  receiving.block = write.header().access().block().id();
  receiving.writer = ++replicas_[receiving.block].writers;
  receiving.is_copy = write.stage() == kTransferStage;
  receiving.checksum = {.type = static_cast<ChecksumType>(write.checksum().type()),
                        .bytes_per_chunk = write.checksum().bytes_per_checksum()};
  receiving.nodes_behind = static_cast<std::size_t>(write.targets_size());
  std::string bad_link;
  if (receiving.nodes_behind > 0) {
    const Status opened = co_await open_mirror(receiving, write, bad_link);
    if (!opened.ok()) {
      (co_await answer(client, TransferStatus::Error, opened.message(), bad_link)).ignore();
      co_return;
    }
  }
  const Status answered = co_await answer(client, TransferStatus::Success, std::string());
  if (!answered.ok() || write.stage() == static_cast<std::uint32_t>(PipelineStage::CloseRecovery)) co_return;
  const RunningTask acknowledging = RunningTask::start(loop_, acknowledge(receiving));
  (co_await receive_packets(receiving)).ignore();
  receiving.is_ended = true;
  receiving.changed.notify_all();
  while (acknowledging.is_running()) co_await receiving.changed.wait(loop_.in(1s));
}

Task<Status> SimDatanode::receive_packets(Receiving& receiving) {
  for (;;) {
    std::array<std::byte, kPacketPrefixBytes> prefix{};
    FLUME_CO_TRY(co_await receiving.client.read_exactly(prefix, loop_.in(10min)));
    const Result<PacketSizes> sizes = decode_packet_prefix(prefix);
    if (!sizes) co_return sizes.status();
    std::string rest(sizes->header + sizes->body, '\0');
    FLUME_CO_TRY(co_await receiving.client.read_exactly(std::as_writable_bytes(std::span(rest)), loop_.in(kTimeout)));
    const ByteView bytes = as_bytes(rest);
    const Result<PacketHeader> header = decode_packet_header(bytes.first(sizes->header), *sizes);
    if (!header) co_return header.status();
    if (replicas_[receiving.block].writers != receiving.writer) co_return retryable("another pipeline writes this block now");
    if (header->seqno >= 0 && faults.packets_until_death != SIZE_MAX && --faults.packets_until_death == 0) {
      faults.packets_until_death = SIZE_MAX;
      death_->set(loop_.in(0s), [this] { die(); });
    }
    const ByteView body = bytes.subspan(sizes->header);
    Pending pending{.header = *header};
    pending.status = store(receiving, *header, body.first(body.size() - header->data_bytes), body.last(header->data_bytes));
    if (receiving.mirror && !receiving.is_mirror_broken && pending.status == TransferStatus::Success) {
      std::vector<ByteView> pieces{prefix, bytes};
      const Status sent = co_await receiving.mirror->write_all(std::move(pieces), loop_.in(kTimeout));
      receiving.is_mirror_broken = !sent.ok();
    }
    receiving.pending.push_back(pending);
    receiving.changed.notify_all();
    if (header->is_last || pending.status != TransferStatus::Success) co_return Status();
  }
}

TransferStatus SimDatanode::store(Receiving& receiving, const PacketHeader& header, ByteView checksums, ByteView data) {
  Replica& replica = replicas_[receiving.block];
  if (header.syncs) ++replica.syncs;
  const std::uint32_t chunk = receiving.checksum.bytes_per_chunk;
  if (checksums.size() != checksum_bytes(receiving.checksum, data.size()) || first_bad_chunk(receiving.checksum, data, checksums)) {
    return TransferStatus::ChecksumError;
  }
  if (data.empty()) {
    if (header.is_last && header.offset != replica.bytes.size()) complaints_.emplace_back("the end of the block is at another place");
    return TransferStatus::Success;
  }
  const bool is_split = header.offset % chunk != 0 && header.offset % chunk + data.size() > chunk;
  if (replica.is_finalized || header.is_last || header.offset > replica.bytes.size() || is_split) {
    complaints_.push_back("packet " + std::to_string(header.seqno) + " at " + std::to_string(header.offset) + " does not fit");
    return TransferStatus::Error;
  }
  const std::size_t known = std::min(replica.bytes.size() - header.offset, data.size());
  if (std::string_view(replica.bytes).substr(header.offset, known) != as_text(data.first(known))) {
    complaints_.push_back("packet " + std::to_string(header.seqno) + " changes bytes that were sent before");
  }
  replica.bytes += as_text(data.subspan(known));
  return TransferStatus::Success;
}

Task<void> SimDatanode::acknowledge(Receiving& receiving) {
  for (;;) {
    while (receiving.pending.empty() && !receiving.is_ended) co_await receiving.changed.wait(Deadline::never());
    if (receiving.pending.empty()) break;
    const Pending pending = receiving.pending.front();
    receiving.pending.pop_front();
    const std::size_t place = receiving.packets++;
    wire::PipelineAck ack;
    ack.set_seqno(pending.header.seqno);
    ack.add_replies(static_cast<std::uint32_t>(pending.status));
    bool goes_on = pending.status == TransferStatus::Success;
    if (goes_on && receiving.mirror) {
      std::optional<PipelineAck> behind;
      if (!receiving.is_mirror_broken) {
        const Result<std::string> message = co_await read_message(*receiving.mirror, kLongestMessage, loop_.in(kTimeout - 5s));
        const Result<PipelineAck> decoded = message ? decode_ack(as_bytes(*message)) : Result<PipelineAck>(message.status());
        if (decoded && decoded->seqno == pending.header.seqno) behind = *decoded;
      }
      if (!behind) {
        ack.add_replies(static_cast<std::uint32_t>(TransferStatus::Error));
        goes_on = false;
      } else {
        for (const TransferStatus reply : behind->replies) {
          ack.add_replies(static_cast<std::uint32_t>(reply));
          goes_on = goes_on && reply == TransferStatus::Success;
        }
      }
    }
    if (faults.silent_from && place >= *faults.silent_from) {
      faults.silent_from.reset();
      co_return;
    }
    if (faults.bad_ack_at == place) {
      faults.bad_ack_at.reset();
      ack.set_replies(0, static_cast<std::uint32_t>(faults.bad_ack));
      goes_on = false;
    }
    if (faults.foolish_ack_at == place) {
      faults.foolish_ack_at.reset();
      ack.set_seqno(pending.header.seqno + 5);
    }
    Replica& replica = replicas_[receiving.block];
    if (replica.writers != receiving.writer) break;
    if (goes_on) {
      replica.acknowledged =
          std::max(replica.acknowledged, std::min<std::uint64_t>(pending.header.offset + pending.header.data_bytes, replica.bytes.size()));
      if (pending.header.is_last && !receiving.is_copy) replica.is_finalized = true;
    }
    std::string bytes;
    append_message(ack.SerializeAsString(), bytes);
    const Status sent = co_await receiving.client.write_all(as_bytes(bytes), loop_.in(kTimeout));
    if (!goes_on || !sent.ok() || pending.header.is_last) break;
  }
  receiving.client.shutdown_write();
}

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
  const std::uint64_t visible = replica.is_finalized ? replica.bytes.size() : replica.acknowledged;
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
  const auto found = replicas_.find(block.id());
  const Result<Datanode> to = from_wire(transfer.targets(0));
  if (!to || found == replicas_.end()) {
    (co_await answer(client, TransferStatus::Error, "no such replica")).ignore();
    co_return;
  }
  const Replica replica = found->second;
  wire::WriteBlock write;
  *write.mutable_header() = transfer.header();
  write.mutable_header()->mutable_access()->mutable_block()->set_generation_stamp(replica.stamp);
  write.set_stage(kTransferStage);
  write.set_pipeline_size(1);
  write.set_least_bytes(0);
  write.set_most_bytes(0);
  write.set_new_generation_stamp(0);
  write.mutable_checksum()->set_type(static_cast<std::uint32_t>(replica.checksum.type));
  write.mutable_checksum()->set_bytes_per_checksum(replica.checksum.bytes_per_chunk);
  std::string bytes{'\0', static_cast<char>(kTransferVersion), static_cast<char>(kWriteBlock)};
  append_message(write.SerializeAsString(), bytes);
  Status copied;
  Result<std::unique_ptr<Stream>> stream = co_await dial(network_, to->address, to->transfer_port, loop_, loop_.in(kTimeout));
  copied = stream.status();
  if (copied.ok()) {
    Connection connection(loop_, std::move(*stream));
    const Result<OperationResponse> response = co_await ask(connection, std::move(bytes), loop_.in(kTimeout));
    copied = response.status();
    if (response && response->status != TransferStatus::Success) copied = refusal(*response);
    const std::string visible = replica.bytes.substr(0, replica.is_finalized ? replica.bytes.size() : replica.acknowledged);
    std::size_t at = 0;
    for (std::int64_t seqno = 0; copied.ok(); ++seqno) {
      Packet packet;
      packet.header.offset = at;
      packet.header.is_last = at == visible.size();
      packet.data = visible.substr(at, std::size_t{16} * replica.checksum.bytes_per_chunk);
      seal(packet, seqno, replica.checksum);
      std::vector<ByteView> pieces{packet.lead, as_bytes(packet.data)};
      copied = co_await connection.write_all(std::move(pieces), loop_.in(kTimeout));
      if (!copied.ok()) break;
      const Result<std::string> ack = co_await read_message(connection, kLongestMessage, loop_.in(kTimeout));
      copied = ack.status();
      if (packet.header.is_last) break;
      at += packet.data.size();
    }
  }
  const TransferStatus status = copied.ok() ? TransferStatus::Success : TransferStatus::Error;
  const std::string reason = copied.ok() ? std::string() : copied.message();
  (co_await answer(client, status, reason)).ignore();
}

}  // namespace flume::hdfs
