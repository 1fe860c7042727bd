#include "clients/hdfs/rpc_client.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "clients/hdfs/rpc_error.h"

namespace flume::hdfs {
namespace {

/// Of several servers the last failure tells half of what is wrong: when none of them was the active one, it names them all.
Status without_active(Status last, const std::vector<std::string>& not_active) {
  if (not_active.size() < 2 || std::ranges::any_of(not_active, &std::string::empty)) return last;
  std::string reasons = "no active NameNode: " + not_active.front();
  for (auto reason = not_active.begin() + 1; reason != not_active.end(); ++reason) reasons += "; " + *reason;
  return {last.kind(), std::move(reasons), last.cause()};
}

}  // namespace

RpcClient::RpcClient(EventLoop& loop, Dialer& dialer, RpcSettings settings, const ClientId& client)
    : loop_(loop), dialer_(dialer), settings_(std::move(settings)), client_(client) {
  assert(!settings_.servers.empty());
}

std::shared_ptr<RpcConnection> RpcClient::connection() {
  if (!connection_ || connection_->is_broken()) {
    connection_ = std::make_shared<RpcConnection>(loop_, dialer_, settings_.servers[server_], client_,
                                                  encode_preamble(client_, settings_.user, settings_.protocol), settings_.times);
  }
  return connection_;
}

void RpcClient::move_on(const RpcConnection& from) {
  if (connection_.get() != &from) return;  // another call did already
  server_ = (server_ + 1) % settings_.servers.size();
  if (settings_.servers.size() > 1) connection_.reset();
}

Task<Result<std::string>> RpcClient::call(std::string method, std::string message, Deadline deadline) {
  const std::int32_t call_id = next_call_id_;
  next_call_id_ = next_call_id_ == std::numeric_limits<std::int32_t>::max() ? 0 : next_call_id_ + 1;
  Instant::duration pause = settings_.first_pause;
  std::vector<std::string> not_active(settings_.servers.size());  // why each server is not the active one, as far as it is known
  for (std::int32_t attempt = 0;; ++attempt) {
    const std::shared_ptr<RpcConnection> used = connection();
    const std::size_t asked = server_;
    const std::string place = host_and_port(used->server().host, used->server().port);
    RpcRequest request;
    request.call_id = call_id;
    request.retry_count = attempt;
    request.protocol = settings_.protocol;
    request.method = method;
    request.message = message;
    Result<RpcConnection::Answer> answer = co_await used->exchange(call_id, encode_request(client_, request), deadline);

    Status failure;
    bool is_hopeless = false;
    bool may_be_active = false;
    if (answer) {
      const RpcResponse& response = answer->response;
      if (response.outcome == RpcResponse::Outcome::Success) co_return std::string(as_text(response.message));
      RemoteError error = remote_error(response);
      failure = std::move(error.status);
      is_hopeless = error.action == RemoteAction::Report || error.action == RemoteAction::GiveUp;
      may_be_active = error.action != RemoteAction::AskAnother;
      if (!may_be_active) move_on(*used);
    } else {
      failure = std::move(answer).status();
      is_hopeless = used->is_hopeless() && settings_.servers.size() == 1;
      move_on(*used);
    }
    if (!failure.message().starts_with("connect to ")) failure = std::move(failure).with_context("NameNode " + place);
    not_active[asked] = may_be_active ? std::string() : failure.message();
    // A full round over the servers goes without a pause.
    const bool is_end_of_round = (static_cast<std::size_t>(attempt) + 1) % settings_.servers.size() == 0;
    const Instant::duration wait = is_end_of_round ? pause : Instant::duration::zero();
    if (is_hopeless) co_return failure;
    if (loop_.in(wait) >= deadline) co_return without_active(std::move(failure), not_active);
    co_await sleep_until(loop_, loop_.in(wait));
    if (is_end_of_round) pause = std::min(pause * 2, settings_.longest_pause);
  }
}

}  // namespace flume::hdfs
