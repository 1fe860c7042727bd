#include "clients/hdfs/block_writer.h"

#include <algorithm>
#include <utility>

namespace flume::hdfs {
namespace {

constexpr std::size_t kLongestAck = std::size_t{16} << 10;

}  // namespace

BlockWriter::BlockWriter(EventLoop& loop, Dialer& dialer, TransferSettings settings, PacketQueue& queue, Signal& changed)
    : loop_(loop), dialer_(dialer), settings_(std::move(settings)), queue_(queue), changed_(changed) {
  Packet heartbeat;
  seal(heartbeat, kHeartbeatSeqno, {});
  heartbeat_ = std::move(heartbeat.lead);
}

Task<bool> BlockWriter::open(WriteOperation operation) {
  nodes_ = operation.target.nodes;
  const Deadline deadline = answer_deadline(loop_, settings_, nodes_.size());
  Result<std::unique_ptr<Connection>> connection = co_await dial_node(loop_, dialer_, settings_, nodes_.front(), deadline);
  if (!connection) {
    fail(std::move(connection).status(), 0);
    co_return false;
  }
  connection_ = std::move(*connection);
  const Result<OperationResponse> response = co_await ask(*connection_, encode_write(operation), deadline);
  if (!response) {
    fail(response.status(), 0);
    co_return false;
  }
  if (response->status == TransferStatus::Success && response->first_bad_link.empty()) co_return true;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const bool is_it = response->first_bad_link == transfer_address(nodes_[i]) ||
                       response->first_bad_link == host_and_port(nodes_[i].host, nodes_[i].transfer_port);
    if (is_it) bad = i;
  }
  fail(refusal(*response), bad, response->status == TransferStatus::Restarting);
  co_return false;
}

void BlockWriter::start() {
  sending_ = RunningTask::start(loop_, send_packets());
  receiving_ = RunningTask::start(loop_, receive_acks());
}

const Packet* BlockWriter::next_to_send() const {
  const Packet* next = queue_.next();
  if (next == nullptr || queue_.under_way() >= kMostPacketsUnderWay) return nullptr;
  // The end goes alone: then an error at the end concerns a block whose bytes are all safe.
  return next->header.is_last && queue_.under_way() > 0 ? nullptr : next;
}

Task<void> BlockWriter::send_packets() {
  Deadline heartbeat = loop_.in(settings_.socket_timeout / 2);
  bool is_at_end = false;
  while (!failure_ && !is_at_end) {
    std::vector<ByteView> pieces;
    if (next_to_send() != nullptr) {
      being_sent_ = &queue_.take_next();
      is_at_end = being_sent_->header.is_last;
      pieces = {being_sent_->lead, as_bytes(being_sent_->data)};
    } else {
      const bool woken = co_await queue_.sendable().wait(heartbeat);
      if (woken) continue;
      pieces.emplace_back(heartbeat_);
    }
    Status sent = co_await connection_->write_all(std::move(pieces), write_deadline(loop_, settings_, nodes_.size()));
    being_sent_ = nullptr;
    if (!sent.ok() && !failure_) {
      // What the node wanted to tell about it may be on its way: the acknowledgements say it better, if they come.
      const Deadline told = loop_.in(std::min<Instant::duration>(settings_.socket_timeout, std::chrono::seconds(1)));
      while (!failure_ && loop_.now() < told.when()) co_await sleep_until(loop_, std::min(told, loop_.in(std::chrono::milliseconds(50))));
      fail(std::move(sent), 0);
    }
    heartbeat = loop_.in(settings_.socket_timeout / 2);
  }
}

Task<void> BlockWriter::receive_acks() {
  while (!failure_ && !is_finished_) {
    const Result<std::string> message = co_await read_message(*connection_, kLongestAck, answer_deadline(loop_, settings_, nodes_.size()));
    if (!message) {
      fail(message.status(), 0);
      co_return;
    }
    const Result<PipelineAck> ack = decode_ack(as_bytes(*message));
    if (!ack) {
      fail(ack.status(), 0);
      co_return;
    }
    const bool goes_on = take_ack(*ack);
    if (!goes_on) co_return;
  }
}

bool BlockWriter::take_ack(const PipelineAck& ack) {
  // From the last node on: a node reports its own error, and those before it report that it is gone.
  for (std::size_t node = std::min(ack.replies.size(), nodes_.size()); node-- > 0;) {
    const TransferStatus reply = ack.replies[node];
    if (reply == TransferStatus::Success) continue;
    fail(retryable("it acknowledged with " + to_text(reply)), node, reply == TransferStatus::Restarting);
    return false;
  }
  if (ack.seqno == kHeartbeatSeqno) return true;
  const Packet* expected = queue_.oldest();
  if (expected == nullptr || expected == being_sent_ || expected->header.seqno != ack.seqno) {
    fail(retryable("it acknowledged packet " + std::to_string(ack.seqno) + ", " +
                       (expected == nullptr ? "none was under way" : std::to_string(expected->header.seqno) + " was next"),
                   Cause::Io),
         0);
    return false;
  }
  if (ack.replies.size() != nodes_.size()) {
    const std::string counts = std::to_string(ack.replies.size()) + " of " + std::to_string(nodes_.size());
    fail(retryable("packet " + std::to_string(ack.seqno) + " was acknowledged by " + counts + " nodes", Cause::Io),
         std::min(ack.replies.size(), nodes_.size() - 1));
    return false;
  }
  is_finished_ = expected->header.is_last;
  queue_.acknowledge_oldest();
  if (is_finished_) changed_.notify_all();
  return true;
}

void BlockWriter::fail(Status status, std::size_t node, bool is_restarting) {
  if (failure_) return;
  failure_ =
      PipelineFailure{.status = std::move(status).with_context(to_text(nodes_[node])), .bad_node = node, .is_restarting = is_restarting};
  queue_.sendable().notify_all();
  changed_.notify_all();
}

}  // namespace flume::hdfs
