// The UDP part of SimNetwork.
#include <deque>
#include <utility>
#include <vector>

#include "support/sim_network.h"

namespace flume {

class SimDatagramSocket final : public DatagramSocket {
 public:
  SimDatagramSocket(SimNetwork& network, std::uint16_t port, EventLoop& loop, std::size_t buffer_bytes)
      : network_(network), port_(port), loop_(loop), timer_(loop.make_timer()), buffer_bytes_(buffer_bytes == 0 ? 212'992 : buffer_bytes) {
    network_.datagram_ports_[port_] = this;
  }
  SimDatagramSocket(const SimDatagramSocket&) = delete;
  SimDatagramSocket& operator=(const SimDatagramSocket&) = delete;
  ~SimDatagramSocket() override { SimDatagramSocket::close(); }

  Result<std::span<const Datagram>> receive() override {
    received_.clear();
    datagrams_.clear();
    while (!arrived_.empty() && received_.size() < kMostAtOnce) {
      received_.push_back(std::move(arrived_.front()));
      arrived_.pop_front();
      kept_bytes_ -= received_.back().first.size();
    }
    for (const auto& [bytes, sender] : received_) datagrams_.push_back({std::as_bytes(std::span(bytes)), sender});
    return std::span<const Datagram>(datagrams_);
  }
  void wait_readable(std::function<void()> callback) override {
    callback_ = std::move(callback);
    wake();
  }
  [[nodiscard]] std::uint64_t dropped() const override { return dropped_; }
  [[nodiscard]] std::size_t buffer_bytes() const override { return buffer_bytes_; }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void close() override {
    timer_->cancel();
    network_.datagram_ports_.erase(port_);
  }

  void arrive(std::string_view bytes, const DatagramSender& sender) {
    if (kept_bytes_ + bytes.size() > buffer_bytes_) {
      ++dropped_;
      return;
    }
    kept_bytes_ += bytes.size();
    arrived_.emplace_back(bytes, sender);
    wake();
  }

 private:
  void wake() {
    if (arrived_.empty() || !callback_) return;
    timer_->set(Deadline(loop_.now()), [this] { std::exchange(callback_, nullptr)(); });
  }

  SimNetwork& network_;
  const std::uint16_t port_;
  EventLoop& loop_;
  const std::unique_ptr<LoopTimer> timer_;
  const std::size_t buffer_bytes_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::deque<std::pair<std::string, DatagramSender>> arrived_;
  std::vector<std::pair<std::string, DatagramSender>> received_;
  std::vector<Datagram> datagrams_;
  std::function<void()> callback_;
};

Result<std::unique_ptr<DatagramSocket>> SimNetwork::open_datagrams(const std::string& host, std::uint16_t port, EventLoop& loop,
                                                                   std::size_t buffer_bytes) {
  if (port == 0) port = next_port_++;
  if (datagram_ports_.contains(port)) return retryable(host_and_port(host, port) + ": address already in use", Cause::Exists);
  return std::unique_ptr<DatagramSocket>(std::make_unique<SimDatagramSocket>(*this, port, loop, buffer_bytes));
}

bool SimNetwork::send_datagram(std::uint16_t port, std::string_view bytes, const DatagramSender& sender) {
  const auto open = datagram_ports_.find(port);
  if (open == datagram_ports_.end()) return false;
  open->second->arrive(bytes, sender);
  return true;
}

}  // namespace flume
