#include "net/http_server.h"

#include <utility>

namespace flume {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

std::string error_response(unsigned status, std::string_view why) {
  return encode_http_response({.status = status, .body = std::string(why) + "\n"}, false, false);
}

}  // namespace

HttpServer::HttpServer(Listener& listener, EventLoop& loop, HttpServerSettings settings, Handler handler)
    : listener_(listener), loop_(loop), settings_(std::move(settings)), handler_(std::move(handler)), buffer_(kReadBytes) {}

HttpServer::~HttpServer() = default;

Status HttpServer::start(std::function<void(const Status&)> on_trouble) {
  auto socket = listener_.listen(
      settings_.host, settings_.port, loop_,
      {.on_accept = [this](std::unique_ptr<Stream> stream) { accept(std::move(stream)); }, .on_trouble = std::move(on_trouble)});
  if (!socket) return std::move(socket).status();
  socket_ = std::move(*socket);
  return {};
}

void HttpServer::stop() {
  if (socket_) socket_->close();
  connections_.clear();
}

HttpServer::Counts HttpServer::counts() const {
  Counts counts = counts_;
  counts.open_connections = connections_.size();
  return counts;
}

void HttpServer::accept(std::unique_ptr<Stream> stream) {
  if (connections_.size() >= settings_.max_connections) {
    ++counts_.refused_connections;
    const std::string full = error_response(503, "too many connections");
    const ByteView piece = as_bytes(full);
    // As much as goes out at once; waiting for this client would make it one connection more.
    if (const auto sent = stream->write_some(std::span(&piece, 1)); sent.ok()) stream->shutdown_write();
    return;
  }
  const std::uint64_t id = ++last_connection_;
  const auto connection =
      connections_.emplace(id, std::make_unique<HttpConnection>(
                                   loop_, std::move(stream), settings_.connection, buffer_,
                                   HttpConnection::Callbacks{.on_request =
                                                                 [this](const HttpRequest& request, const HttpConnection::Answer& answer) {
                                                                   ++counts_.requests;
                                                                   answer(handler_(request));
                                                                 },
                                                             .on_bad_request = [this] { ++counts_.bad_requests; },
                                                             .end = [this, id] { connections_.erase(id); }}));
  connection.first->second->run();
}

}  // namespace flume
