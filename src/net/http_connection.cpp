#include "net/http_connection.h"

#include <algorithm>
#include <utility>

namespace flume {
namespace {

// A client that pipelines without end gives way to the other connections after so many steps.
constexpr int kStepsAtOnce = 64;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = 1024 * 1024;

}  // namespace

HttpConnection::HttpConnection(EventLoop& loop, std::unique_ptr<Stream> stream, HttpConnectionSettings settings,
                               std::span<std::byte> buffer, Callbacks callbacks)
    : loop_(loop),
      stream_(std::move(stream)),
      settings_(settings),
      buffer_(buffer),
      callbacks_(std::move(callbacks)),
      timer_(loop.make_timer()),
      parser_(settings.limits) {}

HttpConnection::~HttpConnection() = default;

/// Between steps the connection waits for its stream, its timer, an answer or room.
void HttpConnection::run() {
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

void HttpConnection::finish() {
  if (!has_read_all_) {
    has_read_all_ = true;
    if (unanswered_.empty() && output_.empty()) return close();
  }
  run();
}

HttpConnection::Next HttpConnection::step() {
  if (!output_.empty()) return write();
  if (is_lingering_) return linger();
  if (has_read_all_) {
    if (unanswered_.empty()) return begin_to_linger();
    set_timer(Waiting::Nothing, {});
    return Next::Wait;
  }
  if (unanswered_.size() >= settings_.most_unanswered) {
    set_timer(Waiting::Nothing, {});
    return Next::Wait;
  }
  if (is_waiting_for_room_) return Next::Wait;
  const auto resume = [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    is_waiting_for_room_ = false;
    run();
  };
  if (!callbacks_.may_read(resume)) {
    is_waiting_for_room_ = true;
    set_timer(Waiting::Nothing, {});  // it is not the client who is slow
    return Next::Wait;
  }
  if (!input_.empty()) {
    const Next next = parse();
    if (next != Next::Wait) return next;
  }
  // Behind the answers of earlier requests: the client would take it for one of them.
  if (parser_.expects_continue() && unanswered_.empty() && !std::exchange(has_told_to_continue_, true)) {
    output_ = "HTTP/1.1 100 Continue\r\n\r\n";
    return Next::Go;
  }
  return read();
}

HttpConnection::Next HttpConnection::write() {
  const ByteView piece = as_bytes(std::string_view(output_).substr(written_));
  const auto sent = stream_->write_some(std::span(&piece, 1));
  if (!sent) return Next::Close;
  if (sent->state == Transfer::State::WouldBlock) {
    set_timer(Waiting::Write, settings_.write_timeout);
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

/// Go: a request was handed over or refused. Wait: more input is needed.
HttpConnection::Next HttpConnection::parse() {
  switch (parser_.parse(input_)) {
    case HttpRequestParser::State::NeedMore:
      return Next::Wait;
    case HttpRequestParser::State::Bad:
      refuse(parser_.error_status(), parser_.error());
      return Next::Go;
    case HttpRequestParser::State::Done:
      break;
  }
  return hand_over();
}

HttpConnection::Next HttpConnection::hand_over() {
  set_timer(Waiting::Nothing, {});
  has_told_to_continue_ = false;
  const bool keep_alive = parser_.keep_alive();
  HttpRequest request = parser_.take();
  request.peer = stream_->peer();
  const std::uint64_t number = ++last_number_;
  unanswered_.push_back({.number = number, .is_head = request.method == "HEAD", .keep_alive = keep_alive});
  has_read_all_ = !keep_alive;
  const bool was_due = std::exchange(is_due_, true);  // what is answered from inside is collected below
  callbacks_.on_request(std::move(request), [this, number, alive = std::weak_ptr(alive_)](const HttpResponse& response) {
    if (!alive.expired()) answer(number, response);
  });
  is_due_ = was_due;
  collect_answers();
  return Next::Go;
}

void HttpConnection::answer(std::uint64_t number, const HttpResponse& response) {
  const auto found = std::find_if(unanswered_.begin(), unanswered_.end(), [number](const auto& each) { return each.number == number; });
  if (found == unanswered_.end() || !found->answer.empty()) return;
  // The last one of a connection that ends says so.
  const bool is_last = has_read_all_ && number == last_number_;
  found->answer = encode_http_response(response, found->is_head, found->keep_alive && !is_last);
  // Soon, not now: answers come in groups, and leave in one write.
  if (found == unanswered_.begin()) run_soon();
}

void HttpConnection::collect_answers() {
  while (!unanswered_.empty() && !unanswered_.front().answer.empty()) {
    output_ += unanswered_.front().answer;
    unanswered_.pop_front();
  }
}

void HttpConnection::run_soon() {
  if (std::exchange(is_due_, true)) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    is_due_ = false;
    collect_answers();
    run();
  });
}

void HttpConnection::refuse(unsigned status, std::string_view why) {
  callbacks_.on_bad_request();
  has_read_all_ = true;
  unanswered_.push_back({.number = ++last_number_,
                         .is_head = false,
                         .keep_alive = false,
                         .answer = encode_http_response({.status = status, .body = std::string(why) + "\n"}, false, false)});
  collect_answers();
}

HttpConnection::Next HttpConnection::read() {
  const auto got = stream_->read_some(buffer_);
  if (!got) return Next::Close;
  if (got->state == Transfer::State::End) {
    is_at_end_ = true;
    has_read_all_ = true;
    return unanswered_.empty() ? Next::Close : Next::Go;
  }
  if (got->state == Transfer::State::Moved) {
    input_ += as_text(ByteView(buffer_).first(got->bytes));
    return Next::Go;
  }
  if (parser_.has_begun() || !input_.empty()) {
    set_timer(Waiting::RestOfRequest, settings_.request_timeout);
  } else if (unanswered_.empty()) {
    set_timer(Waiting::NextRequest, settings_.idle_timeout);
  } else {
    set_timer(Waiting::Nothing, {});
  }
  stream_->wait_readable([this] { run(); });
  return Next::Wait;
}

HttpConnection::Next HttpConnection::begin_to_linger() {
  if (is_at_end_) return Next::Close;
  is_lingering_ = true;
  stream_->shutdown_write();
  return Next::Go;
}

/// The client may still be sending: what it sends is thrown away for a while, so that it gets our answer.
HttpConnection::Next HttpConnection::linger() {
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
void HttpConnection::set_timer(Waiting waiting, Instant::duration wait) {
  if (waiting == waiting_) return;
  waiting_ = waiting;
  if (waiting == Waiting::Nothing) return timer_->cancel();
  timer_->set(loop_.in(wait), [this] { time_out(); });
}

void HttpConnection::time_out() {
  const Waiting waited = std::exchange(waiting_, Waiting::Nothing);
  if (waited == Waiting::RestOfRequest) {
    refuse(408, "the request did not come in time");
  } else if (waited != Waiting::Turn) {
    return close();
  }
  run();
}

void HttpConnection::close() {
  const std::function<void()> end = callbacks_.end;  // it is destroyed with this
  end();
}

}  // namespace flume
