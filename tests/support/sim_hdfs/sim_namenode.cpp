#include "support/sim_hdfs/sim_namenode.h"

#include <algorithm>
#include <array>

#include <google/protobuf/io/coded_stream.h>

#include "clients/hdfs/rpc_frame.h"
#include "rpc.pb.h"

namespace flume::hdfs {
namespace {

using google::protobuf::io::CodedInputStream;
using sim::parsed;

constexpr std::size_t kPreambleBytes = 7;
constexpr std::size_t kLongestFrame = std::size_t{64} << 20;

/// Reads the delimited parts of a frame one after the other.
class Parts {
 public:
  explicit Parts(ByteView frame) : left_(frame) {}
  std::string_view next() {
    CodedInputStream input(reinterpret_cast<const std::uint8_t*>(left_.data()), static_cast<int>(left_.size()));
    std::uint32_t bytes = 0;
    if (!input.ReadVarint32(&bytes)) return {};
    const ByteView part = left_.subspan(static_cast<std::size_t>(input.CurrentPosition()), bytes);
    left_ = left_.subspan(static_cast<std::size_t>(input.CurrentPosition()) + bytes);
    return as_text(part);
  }

 private:
  ByteView left_;
};

void append_delimited(std::string& to, std::string_view bytes) {
  std::size_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) to.push_back(static_cast<char>(length | 0x80));
  to.push_back(static_cast<char>(length));
  to += bytes;
}

std::string framed(const std::string& rest) {
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(rest.size() >> shift & 0xff));
  return frame + rest;
}

std::string success(std::int32_t call_id, std::string_view message) {
  wire::ResponseHeader header;
  header.set_call_id(static_cast<std::uint32_t>(call_id));
  header.set_status(0);
  header.set_server_version(9);
  std::string rest;
  append_delimited(rest, header.SerializeAsString());
  append_delimited(rest, message);
  return framed(rest);
}

std::string failure(std::int32_t call_id, std::uint32_t status, std::uint32_t detail, const SimException& why) {
  wire::ResponseHeader header;
  header.set_call_id(static_cast<std::uint32_t>(call_id));
  header.set_status(status);
  header.set_server_version(9);
  header.set_exception_class(why.class_name);
  header.set_error_message(why.message + "\n\tat org.apache.hadoop.ipc.Server.call(Server.java:1)");
  header.set_error_detail(detail);
  std::string rest;
  append_delimited(rest, header.SerializeAsString());
  return framed(rest);
}

/// What the NameNode executes once, however often it comes.
bool is_remembered(std::string_view method) {
  constexpr std::array kAtMostOnce{"create", "append", "rename2", "delete", "updatePipeline"};
  return std::ranges::find(kAtMostOnce, method) != kAtMostOnce.end();
}

const SimException kStandby{"org.apache.hadoop.ipc.StandbyException", "Operation category WRITE is not supported in state standby"};
const SimException kRetriable{"org.apache.hadoop.ipc.RetriableException", "The NameNode is in start-up: come back later"};

}  // namespace

/// One connection. Reads requests one after the other, answers each by a task of its own.
class SimNameNode::Session {
 public:
  Session(SimNameNode& node, std::unique_ptr<Stream> stream)
      : node_(node), connection_(node.loop_, std::move(stream)), outbox_filled_(node.loop_), tasks_(node.loop_) {
    tasks_.start(serve());
    tasks_.start(write_out());
  }

 private:
  Task<void> serve() {
    const Status ended = co_await read_requests();
    if (!ended.ok() && node_.kind_ != Kind::Mute) connection_.close();
  }

  Task<Status> read_requests() {
    std::array<std::byte, kPreambleBytes> preamble{};
    FLUME_CO_TRY(co_await connection_.read_exactly(preamble, Deadline::never()));
    if (node_.kind_ == Kind::Closes) co_return retryable("closed");
    if (node_.kind_ == Kind::Mute) co_await sleep_until(node_.loop_, Deadline::never());
    if (node_.kind_ == Kind::Http) {
      send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
      co_await sleep_until(node_.loop_, Deadline::never());
    }
    if (as_text(preamble) != std::string_view("hrpc\x09\x00\x00", kPreambleBytes)) co_return retryable("a strange preamble");
    if (node_.kind_ == Kind::DemandsAuthentication) {
      const SimException why{"org.apache.hadoop.security.AccessControlException",
                             "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]"};
      send(failure(-33, 2, 15, why));
      co_await sleep_until(node_.loop_, Deadline::never());
    }
    for (;;) {
      std::array<std::byte, 4> length{};
      FLUME_CO_TRY(co_await connection_.read_exactly(length, Deadline::never()));
      std::size_t bytes = 0;
      for (const std::byte byte : length) bytes = bytes << 8 | std::to_integer<std::size_t>(byte);
      if (bytes > kLongestFrame) co_return retryable("a frame of " + std::to_string(bytes) + " bytes");
      std::vector<std::byte> frame(bytes);
      FLUME_CO_TRY(co_await connection_.read_exactly(frame, Deadline::never()));
      take(frame);
    }
  }

  void take(ByteView frame) {
    Parts parts(frame);
    const auto header = parsed<wire::RequestHeader>(parts.next());
    if (header.call_id() == kPingCallId) {
      ++node_.pings_;
      return;
    }
    if (header.call_id() == -3) {
      user_ = parsed<wire::ConnectionContext>(parts.next()).user().effective_user();
      return;
    }
    const auto method = parsed<wire::Method>(parts.next());
    tasks_.start(answer(header.call_id(), header.client_id(), header.retry_count(), method.name(), std::string(parts.next())));
  }

  Task<void> answer(std::int32_t call_id, std::string client, std::int32_t retry_count, std::string method, std::string request) {
    SimFault fault = node_.faults_ ? node_.faults_(method) : SimFault::None;
    if (node_.kind_ == Kind::Standby) fault = SimFault::Standby;
    if (fault == SimFault::CutBefore) co_return connection_.close();
    if (fault == SimFault::SilenceBefore) co_return;
    if (fault == SimFault::Late) {
      co_await sleep_until(node_.loop_, node_.loop_.in(std::chrono::seconds(30)));
      execute(call_id, client, retry_count, method, request);
      co_return;
    }
    std::string bytes = fault == SimFault::Retriable ? failure(call_id, 1, 1, kRetriable)
                        : fault == SimFault::Standby ? failure(call_id, 1, 1, kStandby)
                        : fault == SimFault::Fatal   ? failure(call_id, 2, 10, {"java.io.IOException", "out of sorts"})
                                                     : execute(call_id, client, retry_count, method, request);
    if (node_.most_answer_time_ > Instant::duration::zero()) {
      const auto most = static_cast<std::uint64_t>(node_.most_answer_time_.count());
      co_await sleep_until(node_.loop_, node_.loop_.in(Instant::duration(static_cast<Instant::rep>(node_.random_() % most))));
    }
    if (fault == SimFault::CutAfter) co_return connection_.close();
    if (fault == SimFault::Silence) co_return;
    if (fault == SimFault::Twice) bytes += bytes;
    if (fault == SimFault::WrongId) bytes = success(call_id + 1000, "") + bytes;
    if (fault == SimFault::MalformedHeader) bytes = framed("\x05\xff\xff\xff\xff\xff");
    if (fault == SimFault::TooLong) bytes = std::string("\x7f\xff\xff\xff", 4) + bytes;
    if (fault == SimFault::CutInAnswer) bytes.resize(bytes.size() / 2);
    send(std::move(bytes));
    if (fault == SimFault::CutInAnswer || fault == SimFault::Fatal) closes_when_written_ = true;
  }

  std::string execute(std::int32_t call_id, const std::string& client, std::int32_t retry_count, const std::string& method,
                      const std::string& request) {
    const auto key = std::make_pair(client, call_id);
    auto& remembered = node_.names_.remembered;
    if (const auto known = remembered.find(key); known != remembered.end()) return success(call_id, known->second);
    if (const auto set = node_.answers_.find(method); set != node_.answers_.end()) return success(call_id, set->second);
    node_.done_.push_back({method, user_, retry_count});
    const SimAnswer answer = node_.names_.handle(method, request, node_.loop_.now());
    if (const auto* why = std::get_if<SimException>(&answer)) return failure(call_id, 1, 1, *why);
    const std::string& message = std::get<std::string>(answer);
    if (is_remembered(method)) remembered.emplace(key, message);
    return success(call_id, message);
  }

  void send(std::string bytes) {
    outbox_ += bytes;
    outbox_filled_.notify_all();
  }

  Task<void> write_out() {
    for (;;) {
      if (outbox_.empty()) {
        if (closes_when_written_) co_return connection_.close();
        co_await outbox_filled_.wait(Deadline::never());
        continue;
      }
      const std::string bytes = std::exchange(outbox_, {});
      const Status written = co_await connection_.write_all(as_bytes(bytes), Deadline::never());
      if (!written.ok()) co_return;
    }
  }

  SimNameNode& node_;
  Connection connection_;
  std::string user_;
  std::string outbox_;
  Signal outbox_filled_;
  bool closes_when_written_ = false;
  TaskSet tasks_;  // ends first
};

SimNameNode::SimNameNode(const SimSite& site, SimNamespace& names, const std::string& host, std::uint16_t port)
    : loop_(site.loop), names_(names), port_(site, host, port, [this](std::unique_ptr<Stream> stream) {
        ++connections_made_;
        sessions_.push_back(std::make_unique<Session>(*this, std::move(stream)));
      }) {}

SimNameNode::~SimNameNode() = default;

void SimNameNode::set_answer_time(Instant::duration most, std::uint64_t seed) {
  most_answer_time_ = most;
  random_.seed(seed);
}

void SimNameNode::stop() {
  port_.close();
  sessions_.clear();
}

}  // namespace flume::hdfs
