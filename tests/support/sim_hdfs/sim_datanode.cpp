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

Result<Datanode> target(const wire::WriteBlock& write) { return from_wire(write.targets(0)); }

/// The nearer a node is to one that is silent, the sooner it says so: upstream it would be blamed itself.
Instant::duration mirror_timeout(std::size_t nodes_behind) { return 60s + 5s * static_cast<Instant::rep>(nodes_behind); }

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

std::uint64_t SimDatanode::Replica::visible_bytes() const {
  return state == State::Finalized ? bytes.size() : state == State::BeingWritten ? acknowledged : 0;
}

SimDatanode::SimDatanode(const SimSite& site, Datanode identity, const std::string& host)
    : site_(site),
      loop_(site.loop),
      identity_(std::move(identity)),
      resumed_(loop_),
      death_(loop_.make_timer()),
      tasks_(loop_),
      port_(site_, host, identity_.transfer_port, [this](std::unique_ptr<Stream> stream) { tasks_.start(serve(std::move(stream))); }) {
  identity_.transfer_port = port_.port();
}

void SimDatanode::come_back() {
  dead_since_.reset();
  port_.open();
  resume();
}

void SimDatanode::die() {
  if (!dead_since_) dead_since_ = loop_.now();
  port_.close();
  tasks_.cancel_all();
  if (std::exchange(tells_restart_, false)) return;  // then it keeps what it needs to go on
  for (auto& [id, replica] : replicas_) {
    if (replica.state == Replica::State::BeingWritten) replica.state = Replica::State::Waiting;
  }
}

void SimDatanode::resume() {
  is_stalled_ = false;
  resumed_.notify_all();
}

Task<void> SimDatanode::hold() {
  while (is_stalled_) co_await resumed_.wait(Deadline::never());
}

const SimDatanode::Replica* SimDatanode::find_replica(std::uint64_t block) const {
  const auto found = replicas_.find(block);
  return found == replicas_.end() ? nullptr : &found->second;
}

SimDatanode::Replica* SimDatanode::being_written(const Receiving& receiving) {
  const auto found = replicas_.find(receiving.block);
  return found == replicas_.end() || found->second.writers != receiving.writer ? nullptr : &found->second;
}

void SimDatanode::finish_recovery(std::uint64_t block, std::uint64_t stamp, std::uint64_t bytes) {
  Replica& replica = replicas_.at(block);
  ++replica.writers;
  replica.bytes.resize(bytes);
  replica.acknowledged = bytes;
  replica.stamp = stamp;
  replica.state = Replica::State::Finalized;
}

std::uint64_t SimDatanode::free_bytes() const {
  std::uint64_t used = 0;
  for (const auto& [id, replica] : replicas_) used += replica.bytes.size();
  return capacity - std::min(capacity, used);
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
  co_await hold();
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
  if (replica.state == Replica::State::Waiting) return "the replica waits for its recovery";
  const auto length = std::to_string(replica.bytes.size()) + " bytes, " + std::to_string(replica.acknowledged) + " acknowledged";
  switch (static_cast<PipelineStage>(stage)) {
    case PipelineStage::Append:
      if (!replica.is_finalized()) return "append to a replica that is being written";
      [[fallthrough]];
    case PipelineStage::AppendRecovery:
    case PipelineStage::CloseRecovery:
      if (replica.bytes.size() != write.least_bytes()) return "the replica has " + length;
      break;
    case PipelineStage::StreamingRecovery:
      if (replica.is_finalized()) return "the replica is finalized";
      if (replica.acknowledged < write.least_bytes() || replica.bytes.size() > write.most_bytes()) return "the replica has " + length;
      replica.bytes.resize(replica.acknowledged);
      break;
    default:
      return "unknown stage " + std::to_string(stage);
  }
  replica.stamp = write.new_generation_stamp();
  const bool is_closing = static_cast<PipelineStage>(stage) == PipelineStage::CloseRecovery;
  replica.state = is_closing ? Replica::State::Finalized : Replica::State::BeingWritten;
  return {};
}

Task<Status> SimDatanode::open_mirror(Receiving& receiving, const wire::WriteBlock& write, std::string& first_bad_link) {
  const Result<Datanode> next = target(write);
  if (!next) co_return next.status();
  first_bad_link = transfer_address(*next);
  Result<std::unique_ptr<Stream>> stream =
      co_await dial(site_.dialer, next->address, next->transfer_port, loop_, loop_.in(mirror_timeout(receiving.nodes_behind)));
  if (!stream) co_return std::move(stream).status();
  receiving.mirror = std::make_unique<Connection>(loop_, std::move(*stream));
  wire::WriteBlock forwarded = write;
  forwarded.mutable_targets()->DeleteSubrange(0, 1);
  std::string bytes{'\0', static_cast<char>(kTransferVersion), static_cast<char>(kWriteBlock)};
  append_message(forwarded.SerializeAsString(), bytes);
  const Deadline deadline = loop_.in(mirror_timeout(receiving.nodes_behind));
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
  if (write.stage() == static_cast<std::uint32_t>(PipelineStage::Create) && free_bytes() == 0) co_return;
  if (const auto found = replicas_.find(write.header().access().block().id());
      found != replicas_.end() && found->second.checksum.bytes_per_chunk != write.checksum().bytes_per_checksum()) {
    co_return;  // real ones answer nothing either
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
  const RunningTask acknowledging =
      RunningTask::start(loop_, acknowledge(receiving), [changed = &receiving.changed] { changed->notify_all(); });
  (co_await receive_packets(receiving)).ignore();
  receiving.is_ended = true;
  receiving.changed.notify_all();
  while (acknowledging.is_running()) co_await receiving.changed.wait(Deadline::never());
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
    co_await hold();
    Replica* const replica = being_written(receiving);
    if (replica == nullptr) co_return retryable("the block is gone, or another pipeline writes it now");
    if (header->seqno >= 0 && faults.packets_until_death != SIZE_MAX) {
      --faults.packets_until_death;
      if (faults.packets_until_death == 0) {
        faults.packets_until_death = SIZE_MAX;
        death_->set(loop_.in(0s), [this] { die(); });
      }
    }
    const ByteView body = bytes.subspan(sizes->header);
    if (header->data_bytes > free_bytes()) co_return retryable("the disk is full");
    Pending pending{.header = *header};
    pending.status = store(receiving, *replica, *header, body.first(body.size() - header->data_bytes), body.last(header->data_bytes));
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

TransferStatus SimDatanode::store(const Receiving& receiving, Replica& replica, const PacketHeader& header, ByteView checksums,
                                  ByteView data) {
  if (header.syncs) ++replica.syncs;
  const std::uint32_t chunk = receiving.checksum.bytes_per_chunk;
  if (faults.refuses_checksums || checksums.size() != checksum_bytes(receiving.checksum, data.size()) ||
      first_bad_chunk(receiving.checksum, data, checksums)) {
    return TransferStatus::ChecksumError;
  }
  if (data.empty()) {
    if (header.is_last && header.offset != replica.bytes.size()) complaints_.emplace_back("the end of the block is at another place");
    return TransferStatus::Success;
  }
  const bool is_split = header.offset % chunk != 0 && header.offset % chunk + data.size() > chunk;
  if (replica.is_finalized() || header.is_last || header.offset > replica.bytes.size() || is_split) {
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
        const Result<std::string> message =
            co_await read_message(*receiving.mirror, kLongestMessage, loop_.in(mirror_timeout(receiving.nodes_behind)));
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
    co_await hold();
    if (faults.silent_from && place >= *faults.silent_from) {
      faults.silent_from.reset();
      co_return;
    }
    if (faults.bad_ack_at == place) {
      faults.bad_ack_at.reset();
      ack.set_replies(0, static_cast<std::uint32_t>(faults.bad_ack));
      tells_restart_ = faults.bad_ack == TransferStatus::Restarting;
      goes_on = false;
    }
    if (faults.foolish_ack_at == place) {
      faults.foolish_ack_at.reset();
      ack.set_seqno(pending.header.seqno + 5);
    }
    Replica* const replica = being_written(receiving);
    if (replica == nullptr) break;
    if (goes_on) {
      const std::uint64_t end = std::min<std::uint64_t>(pending.header.offset + pending.header.data_bytes, replica->bytes.size());
      replica->acknowledged = std::max(replica->acknowledged, end);
      if (pending.header.is_last && !receiving.is_copy) replica->state = Replica::State::Finalized;
    }
    std::string bytes;
    append_message(ack.SerializeAsString(), bytes);
    const Status sent = co_await receiving.client.write_all(as_bytes(bytes), loop_.in(kTimeout));
    if (!goes_on || !sent.ok() || pending.header.is_last) break;
  }
  receiving.client.shutdown_write();
}

}  // namespace flume::hdfs
