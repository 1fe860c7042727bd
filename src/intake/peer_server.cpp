#include "intake/peer_server.h"

#include <utility>

#include "net/tls/wrapping.h"

namespace flume {

struct PeerServer::Running {
  Running(EventLoop& event_loop, ChannelWriter& writer, SourceContext& source, const Log& log, const IntakeSettings& settings)
      : loop(event_loop), context(source), intake(loop, writer, source, log, settings), buffer(kReceiveBytes), names(loop), changed(loop) {}

  void end(std::uint64_t peer) {
    const auto gone = peers.extract(peer);
    if (gone.empty()) return;
    context.counters().open_connections.add(-1);
    changed.notify_all();
  }

  EventLoop& loop;
  SourceContext& context;
  Intake intake;
  std::vector<char> buffer;
  HostNames names;
  Signal changed;
  std::vector<std::unique_ptr<ListeningSocket>> sockets;
  std::map<std::uint64_t, std::unique_ptr<Peer>> peers;
  std::uint64_t last_peer = 0;
  bool has_told_limit = false;
};

PeerServer::PeerServer(const Services& services, PeerServerSettings settings, MakePeer make_peer)
    : services_(services), log_(services_.log), settings_(std::move(settings)), make_peer_(std::move(make_peer)) {}

PeerServer::~PeerServer() { stop(Deadline::immediate()); }

Status PeerServer::start(ChannelWriter& writer, SourceContext& context) {
  auto wrap = tls::server_wrapping(settings_.tls, services_.tls_defaults.get(), settings_.deflate_level,
                                   {services_.files, services_.clock, services_.log});
  if (!wrap) return std::move(wrap).status();
  wrap_ = *std::move(wrap);
  caller_ = make_loop_caller(services_.listener.make_loop());
  Status opened;
  caller_->run_in_loop([&] {
    running_ = std::make_unique<Running>(caller_->loop(), writer, context, log_, settings_.intake);
    opened = open(*running_);
  });
  if (!opened.ok()) stop(Deadline::immediate());
  return opened;
}

Status PeerServer::open(Running& running) {
  for (const std::uint16_t port : settings_.ports) {
    // The port that was asked for may be 0; a peer is told the one that is open.
    const auto number = std::make_shared<std::uint16_t>(port);
    auto socket = services_.listener.listen(
        settings_.host, port, running.loop,
        {.on_accept = [this, &running, number](std::unique_ptr<Stream> stream) { accept(running, std::move(stream), *number); },
         .on_trouble = [this](const Status& why) { log_.warn("connections cannot be accepted now; trying again", {{"error", why}}); }});
    if (!socket) {
      running.sockets.clear();
      return std::move(socket).status();
    }
    *number = (*socket)->port();
    running.sockets.push_back(*std::move(socket));
  }
  return {};
}

void PeerServer::accept(Running& running, std::unique_ptr<Stream> stream, std::uint16_t port) {
  if (running.peers.size() >= settings_.most_peers) {
    if (!std::exchange(running.has_told_limit, true)) {
      log_.warn("too many connections; further ones are closed", {{"most", settings_.most_peers}, {"peer", stream->peer()}});
    }
    return;
  }
  running.has_told_limit = false;
  if (wrap_) stream = wrap_(std::move(stream), running.loop, "");
  const std::uint64_t id = ++running.last_peer;
  running.context.counters().open_connections.increment();
  running.peers.emplace(id, make_peer_({.loop = running.loop,
                                        .intake = running.intake,
                                        .context = running.context,
                                        .log = log_,
                                        .stream = std::move(stream),
                                        .port = port,
                                        .receive_buffer = running.buffer,
                                        .names = running.names,
                                        .end = [&running, id] { running.end(id); }}));
}

Task<Status> PeerServer::finish(Running& running, Deadline deadline) {
  running.sockets.clear();
  std::vector<std::uint64_t> connected;
  for (const auto& [id, peer] : running.peers) connected.push_back(id);
  for (const std::uint64_t id : connected) {
    if (const auto peer = running.peers.find(id); peer != running.peers.end()) peer->second->finish();
  }
  FLUME_CO_TRY(co_await running.intake.drain(deadline));
  while (!running.peers.empty()) {
    const bool has_changed = co_await running.changed.wait(deadline);
    if (!has_changed) break;
  }
  co_return Status();
}

void PeerServer::stop(Deadline deadline) {
  if (caller_ == nullptr) return;
  caller_->call(finish(*running_, deadline)).ignore();  // it only waits
  caller_->run_in_loop([this] {
    while (!running_->peers.empty()) running_->end(running_->peers.begin()->first);
    running_.reset();
  });
  caller_.reset();
}

std::vector<std::uint16_t> PeerServer::ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& socket : running_->sockets) ports.push_back(socket->port());
  return ports;
}

}  // namespace flume
