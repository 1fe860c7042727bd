#include "clients/flume_rpc/host_client.h"

#include <algorithm>
#include <utility>

namespace flume::rpc {

/// The calls of one append().
struct HostClient::Round {
  explicit Round(EventLoop& loop, std::vector<Append> all) : calls(std::move(all)), answers(calls.size()), answered(loop), tasks(loop) {}
  std::vector<Append> calls;
  std::vector<CallAnswer> answers;
  std::size_t under_way = 0;
  Status refused;  // of the first that was not stored
  Signal answered;
  TaskSet tasks;  // ends before what it uses
};

HostClient::HostClient(EventLoop& loop, Dialer& dialer, HostAddress address, const HostSettings& settings,
                       const OnConnectionChange& on_change)
    : loop_(loop),
      dialer_(dialer),
      address_(std::move(address)),
      settings_(settings),
      on_change_(on_change),
      server_(host_and_port(address_.host, address_.port)) {}

Task<std::vector<CallAnswer>> HostClient::append(std::vector<Append> calls) {
  Round round(loop_, std::move(calls));
  round.refused = co_await be_connected();
  for (std::size_t i = 0; i < round.calls.size(); ++i) {
    while (round.under_way == settings_.most_under_way) co_await round.answered.wait(Deadline::never());
    if (!round.refused.ok()) {
      round.answers[i].why = round.refused;
      continue;
    }
    ++round.under_way;
    round.tasks.start(append_one(round, i));
  }
  while (round.under_way != 0) co_await round.answered.wait(Deadline::never());
  if (!round.refused.ok()) close();
  co_return std::move(round.answers);
}

Task<void> HostClient::append_one(Round& round, std::size_t index) {
  Append& call = round.calls[index];
  RpcConnection& connection = *connection_;
  CallAnswer answer =
      co_await connection.append_batch(std::move(call.events), std::move(call.metadata), loop_.in(settings_.request_timeout));
  if (!answer.why.ok() && round.refused.ok()) round.refused = answer.why;
  round.answers[index] = std::move(answer);
  --round.under_way;
  round.answered.notify_all();
}

Task<Status> HostClient::be_connected() {
  const bool is_good = connection_ && connection_->is_usable() && loop_.now() - connected_since_ < settings_.longest_connected;
  if (is_good) co_return Status();
  close();
  Result<std::unique_ptr<Stream>> stream = co_await dial(dialer_, address_.host, address_.port, loop_, loop_.in(settings_.connect_timeout));
  if (!stream) {
    on_change_(ConnectionChange::Failed);
    co_return std::move(stream).status();
  }
  if (settings_.wrap) *stream = settings_.wrap(std::move(*stream), loop_, address_.host);
  connection_ = std::make_unique<RpcConnection>(loop_, std::move(*stream), server_);
  Status greeted = co_await connection_->greet(loop_.in(settings_.connect_timeout));
  if (!greeted.ok()) {
    connection_.reset();
    on_change_(ConnectionChange::Failed);
    co_return greeted;
  }
  connected_since_ = loop_.now();
  on_change_(ConnectionChange::Opened);
  co_return Status();
}

void HostClient::close() {
  if (!connection_) return;
  connection_.reset();
  on_change_(ConnectionChange::Closed);
}

}  // namespace flume::rpc
