#include "net/http_server.h"

#include <array>
#include <utility>

namespace flume {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
// A client that pipelines without end gives way to the other connections after so many steps.
constexpr int kStepsAtOnce = 64;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = 1024 * 1024;

std::string error_response(unsigned status, std::string_view why) {
  return encode_http_response({.status = status, .body = std::string(why) + "\n"}, false, false);
}

}  // namespace

/// One client. step() does the next thing there is to do; between steps the connection waits for its
/// stream or its timer, never for both of reading and writing.
class HttpServer::Connection {
 public:
  Connection(HttpServer& server, std::unique_ptr<Stream> stream)
      : server_(server), stream_(std::move(stream)), timer_(server.loop_.make_timer()), parser_(server.settings_.limits) {}

  void run() {
    for (int steps = 0; steps < kStepsAtOnce; ++steps) {
      switch (step()) {
        case Next::Go:
          break;
        case Next::Wait:
          return;
        case Next::Close:
          return close();
      }
    }
    set_timer(Waiting::Turn, {});
  }

 private:
  enum class Next { Go, Wait, Close };
  enum class Waiting { Nothing, Turn, NextRequest, RestOfRequest, Write, Linger };

  Next step() {
    if (!output_.empty()) return write();
    if (is_lingering_) return linger();
    if (closes_after_output_) return begin_to_linger();
    if (!input_.empty()) {
      const Next next = parse();
      if (next != Next::Wait) return next;
    }
    return read();
  }

  Next write() {
    const ByteView piece = as_bytes(std::string_view(output_).substr(written_));
    const auto sent = stream_->write_some(std::span(&piece, 1));
    if (!sent) return Next::Close;
    if (sent->state == Transfer::State::WouldBlock) {
      set_timer(Waiting::Write, server_.settings_.write_timeout);
      stream_->wait_writable([this] { run(); });
      return Next::Wait;
    }
    set_timer(Waiting::Nothing, {});  // progress: the time for the next byte begins anew
    written_ += sent->bytes;
    if (written_ == output_.size()) {
      output_.clear();
      written_ = 0;
    }
    return Next::Go;
  }

  /// Go: a response is there to be written. Wait: more input is needed.
  Next parse() {
    switch (parser_.parse(input_)) {
      case HttpRequestParser::State::NeedMore:
        if (!parser_.expects_continue() || std::exchange(has_told_to_continue_, true)) return Next::Wait;
        output_ = "HTTP/1.1 100 Continue\r\n\r\n";
        return Next::Go;
      case HttpRequestParser::State::Bad:
        refuse(parser_.error_status(), parser_.error());
        return Next::Go;
      case HttpRequestParser::State::Done:
        break;
    }
    set_timer(Waiting::Nothing, {});
    has_told_to_continue_ = false;
    const bool keep_alive = parser_.keep_alive();
    HttpRequest request = parser_.take();
    request.peer = stream_->peer();
    ++server_.counts_.requests;
    output_ = encode_http_response(server_.handler_(request), request.method == "HEAD", keep_alive);
    closes_after_output_ = !keep_alive;
    return Next::Go;
  }

  void refuse(unsigned status, std::string_view why) {
    ++server_.counts_.bad_requests;
    output_ = error_response(status, why);
    closes_after_output_ = true;
  }

  Next read() {
    const auto got = stream_->read_some(buffer_);
    if (!got || got->state == Transfer::State::End) return Next::Close;
    if (got->state == Transfer::State::Moved) {
      input_ += as_text(ByteView(buffer_).first(got->bytes));
      return Next::Go;
    }
    if (parser_.has_begun() || !input_.empty()) {
      set_timer(Waiting::RestOfRequest, server_.settings_.request_timeout);
    } else {
      set_timer(Waiting::NextRequest, server_.settings_.idle_timeout);
    }
    stream_->wait_readable([this] { run(); });
    return Next::Wait;
  }

  Next begin_to_linger() {
    is_lingering_ = true;
    stream_->shutdown_write();
    return Next::Go;
  }

  /// The client may still be sending: what it sends is thrown away for a while, so that it gets our answer.
  Next linger() {
    const auto got = stream_->read_some(buffer_);
    if (!got || got->state == Transfer::State::End) return Next::Close;
    if (got->state == Transfer::State::Moved) {
      lingered_bytes_ += got->bytes;
      return lingered_bytes_ > kLingerBytes ? Next::Close : Next::Go;
    }
    set_timer(Waiting::Linger, kLingerTime);
    stream_->wait_readable([this] { run(); });
    return Next::Wait;
  }

  /// One deadline per thing waited for: bytes that trickle in do not move it.
  void set_timer(Waiting waiting, Instant::duration wait) {
    if (waiting == waiting_) return;
    waiting_ = waiting;
    if (waiting == Waiting::Nothing) return timer_->cancel();
    timer_->set(server_.loop_.in(wait), [this] { time_out(); });
  }

  void time_out() {
    const Waiting waited = std::exchange(waiting_, Waiting::Nothing);
    if (waited == Waiting::RestOfRequest) {
      refuse(408, "the request did not come in time");
    } else if (waited != Waiting::Turn) {
      return close();
    }
    run();
  }

  /// Destroys this.
  void close() { server_.connections_.erase(this); }

  HttpServer& server_;
  const std::unique_ptr<Stream> stream_;
  const std::unique_ptr<LoopTimer> timer_;
  HttpRequestParser parser_;
  std::string input_;   // read and not yet parsed: less than a header and a read
  std::string output_;  // at most one response
  std::size_t written_ = 0;
  Waiting waiting_ = Waiting::Nothing;
  bool has_told_to_continue_ = false;
  bool closes_after_output_ = false;
  bool is_lingering_ = false;
  std::size_t lingered_bytes_ = 0;
  std::array<std::byte, kReadBytes> buffer_;
};

HttpServer::HttpServer(Listener& listener, EventLoop& loop, HttpServerSettings settings, Handler handler)
    : listener_(listener), loop_(loop), settings_(std::move(settings)), handler_(std::move(handler)) {}

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
  auto connection = std::make_unique<Connection>(*this, std::move(stream));
  Connection& accepted = *connection;
  connections_.emplace(&accepted, std::move(connection));
  accepted.run();
}

}  // namespace flume
