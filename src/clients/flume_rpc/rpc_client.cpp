#include "clients/flume_rpc/rpc_client.h"

#include <algorithm>
#include <utility>

namespace flume::rpc {
namespace {

using Fate = CallAnswer::Fate;
using Type = RpcClientSettings::Type;

}  // namespace

RpcClient::RpcClient(EventLoop& loop, Dialer& dialer, RpcClientSettings settings, OnConnectionChange on_change)
    : loop_(loop), settings_(std::move(settings)), on_change_(std::move(on_change)), turns_(settings_.turns) {
  for (const HostAddress& address : settings_.hosts) {
    hosts_.push_back(std::make_unique<HostClient>(loop, dialer, address, settings_.host, on_change_));
  }
  turns_.begin(hosts_.size());
}

void RpcClient::close() {
  for (const auto& host : hosts_) host->close();
}

std::vector<std::size_t> RpcClient::order() {
  std::vector<std::size_t> order;
  if (settings_.type == Type::LoadBalance) {
    turns_.order(loop_.now(), order);
  } else {
    const std::size_t attempts = settings_.type == Type::Default ? 1
                                 : settings_.most_attempts == 0  ? hosts_.size()
                                                                 : settings_.most_attempts;
    for (std::size_t i = 0; i < attempts; ++i) order.push_back((current_ + i) % hosts_.size());
  }
  if (in_doubt_) {
    std::erase(order, *in_doubt_);
    order.insert(order.begin(), *in_doubt_);
  }
  return order;
}

void RpcClient::note_failure(std::size_t host, bool is_in_doubt) {
  in_doubt_ = is_in_doubt ? std::optional(host) : std::nullopt;
  if (settings_.type == Type::LoadBalance) turns_.failed(host, loop_.now());
  // Flume's failover client does not go back to the first host as long as another one works.
  if (settings_.type == Type::Failover && !is_in_doubt) current_ = (host + 1) % hosts_.size();
}

Task<Result<std::vector<CallAnswer>>> RpcClient::append(std::vector<Append> calls) {
  std::vector<CallAnswer> answers(calls.size());
  std::vector<std::size_t> left(calls.size());  // places of calls that no host has stored
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  const std::vector<std::size_t> hosts = order();
  if (hosts.empty()) {
    for (CallAnswer& answer : answers) answer.why = retryable("all hosts failed lately, and are left alone for a while", Cause::NotReady);
  }
  std::string reasons;
  for (const std::size_t host : hosts) {
    std::vector<Append> some;
    for (const std::size_t i : left) some.push_back(calls[i]);
    std::vector<CallAnswer> fared = co_await hosts_[host]->append(std::move(some));
    std::vector<std::size_t> still_left;
    bool is_in_doubt = false;
    for (std::size_t i = 0; i < fared.size(); ++i) {
      if (fared[i].fate == Fate::NotStored) still_left.push_back(left[i]);
      is_in_doubt = is_in_doubt || fared[i].fate == Fate::InDoubt;
      answers[left[i]] = std::move(fared[i]);
    }
    left = std::move(still_left);
    if (left.empty() && !is_in_doubt) {
      in_doubt_.reset();
      if (settings_.type == Type::LoadBalance) turns_.took();
      if (settings_.type == Type::Failover) current_ = host;
      break;
    }
    note_failure(host, is_in_doubt);
    if (is_in_doubt) break;
    reasons += (reasons.empty() ? "" : "; ") + answers[left.front()].why.message();
  }
  // Of several hosts the last failure tells a part of what is wrong.
  if (hosts.size() > 1) {
    for (const std::size_t i : left) {
      const Status& last = answers[i].why;
      if (!reasons.empty()) answers[i].why = Status(last.kind(), "no host takes events: " + reasons, last.cause());
    }
  }
  co_return std::move(answers);
}

}  // namespace flume::rpc
