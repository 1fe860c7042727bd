#include "intake/datagram_server.h"

#include <utility>

namespace flume {
namespace {

/// Datagrams taken in one go, before others in the loop get their turn.
constexpr std::size_t kMostInARow = 16 * DatagramSocket::kMostAtOnce;
constexpr Instant::duration kPauseAfterError = std::chrono::milliseconds(100);
constexpr Instant::duration kPauseBetweenTellings = std::chrono::minutes(1);

}  // namespace

struct DatagramServer::Running {
  Running(EventLoop& event_loop, ChannelWriter& writer, SourceContext& context, const Log& log)
      : loop(event_loop), intake(loop, writer, context, log, {}), names(loop), pause(loop.make_timer()) {}

  EventLoop& loop;
  Intake intake;
  HostNames names;
  std::unique_ptr<LoopTimer> pause;
  std::unique_ptr<DatagramSocket> socket;
  std::uint64_t dropped = 0;  // as counted last
  std::uint64_t untold = 0;
  Instant told{};
  bool is_failing = false;
  std::shared_ptr<char> wanted = std::make_shared<char>();
};

DatagramServer::DatagramServer(const Services& services, DatagramServerSettings settings, Take take)
    : listener_(services.listener),
      log_(services.log),
      settings_(std::move(settings)),
      take_(std::move(take)),
      counters_(services.name),
      membership_(services.metrics.join(counters_)) {}

DatagramServer::~DatagramServer() { stop(Deadline::immediate()); }

Status DatagramServer::start(ChannelWriter& writer, SourceContext& context) {
  caller_ = make_loop_caller(listener_.make_loop());
  Status opened;
  caller_->run_in_loop([&] {
    running_ = std::make_unique<Running>(caller_->loop(), writer, context, log_);
    auto socket = listener_.open_datagrams(settings_.host, settings_.port, running_->loop, settings_.buffer_bytes);
    if (!socket) {
      opened = std::move(socket).status();
      return;
    }
    running_->socket = *std::move(socket);
    if (const std::size_t granted = running_->socket->buffer_bytes(); granted < settings_.buffer_bytes) {
      log_.info("the system keeps less for this port than it was asked to (sysctl net.core.rmem_max)",
                {{"bytes", granted}, {"asked_for", settings_.buffer_bytes}});
    }
    receive_later(*running_);
  });
  if (!opened.ok()) stop(Deadline::immediate());
  return opened;
}

void DatagramServer::receive_later(Running& running) {
  running.socket->wait_readable([this, &running] { receive(running); });
}

void DatagramServer::receive(Running& running) {
  if (receive_all(running)) receive_later(running);
}

bool DatagramServer::receive_all(Running& running) {
  for (std::size_t taken = 0; taken < kMostInARow;) {
    if (!running.intake.has_room()) {
      running.intake.await_room([this, &running, wanted = std::weak_ptr(running.wanted)] {
        if (!wanted.expired()) receive(running);
      });
      return false;
    }
    const auto datagrams = running.socket->receive();
    if (!datagrams) {
      // Such as a report of ICMP; the socket stays what it is.
      if (!std::exchange(running.is_failing, true))
        log_.warn("datagrams cannot be received now; trying again", {{"error", datagrams.status()}});
      running.pause->set(running.loop.in(kPauseAfterError), [this, &running] { receive(running); });
      return false;
    }
    running.is_failing = false;
    note_drops(running);
    if (datagrams->empty()) break;
    for (const Datagram& datagram : *datagrams) take_(datagram, running.names, running.intake.builder());
    running.intake.submit();
    taken += datagrams->size();
  }
  return true;
}

void DatagramServer::note_drops(Running& running) {
  const std::uint64_t more = running.socket->dropped() - running.dropped;
  if (more != 0) {
    running.dropped += more;
    running.untold += more;
    counters_.dropped.add(static_cast<std::int64_t>(more));
  }
  if (running.untold == 0) return;
  const Instant now = running.loop.now();
  if (running.told != Instant{} && now - running.told < kPauseBetweenTellings) return;
  running.told = now;
  log_.warn("datagrams came faster than they could be stored and are lost", {{"datagrams", std::exchange(running.untold, 0)}});
}

void DatagramServer::stop(Deadline deadline) {
  if (caller_ == nullptr) return;
  caller_->run_in_loop([this] {
    // What has arrived by now is still taken.
    if (running_->socket) receive_all(*running_);
    running_->wanted.reset();
    running_->pause->cancel();
    running_->socket.reset();
  });
  caller_->call(running_->intake.drain(deadline)).ignore();  // it only waits
  caller_->run_in_loop([this] { running_.reset(); });
  caller_.reset();
}

}  // namespace flume
