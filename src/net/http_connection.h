// One client of an HTTP/1.1 server, over any Stream. Requests are handed over as they come, also while earlier ones wait for their
// answers (pipelining); the answers leave in the order of the requests, whatever the order in which they are given. Slow, oversized
// and broken requests cannot hold up the others. Lives in its loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "flume/net.h"
#include "net/http_codec.h"

namespace flume {

struct HttpConnectionSettings {
  HttpLimits limits = {};
  std::size_t most_unanswered = 1;                               // further requests are not read
  Instant::duration request_timeout = std::chrono::seconds(30);  // from a request's first byte to its last
  Instant::duration idle_timeout = std::chrono::seconds(60);     // between requests
  Instant::duration write_timeout = std::chrono::seconds(30);    // a client that takes nothing
};

class HttpConnection {
 public:
  /// Called once, in the loop: from inside on_request or later, also when the connection has gone meanwhile.
  using Answer = std::function<void(const HttpResponse&)>;
  struct Callbacks {
    std::function<void(HttpRequest, Answer)> on_request;
    std::function<void()> on_bad_request = [] {};  // answered with 4xx by the connection itself
    /// False: nothing is read or parsed until `resume` is called, from the loop and never from inside.
    std::function<bool(std::function<void()> resume)> may_read = [](const auto&) { return true; };
    std::function<void()> end;  // destroys the connection
  };

  /// `buffer` is the loop's, shared by its connections; it outlives this.
  HttpConnection(EventLoop& loop, std::unique_ptr<Stream> stream, HttpConnectionSettings settings, std::span<std::byte> buffer,
                 Callbacks callbacks);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  /// Serves what is there. May destroy this, as may finish().
  void run();
  /// The same from the loop, not from inside.
  void run_soon();
  /// Reads nothing more; ends when the requests that have come whole are answered.
  void finish();
  [[nodiscard]] const Stream& stream() const { return *stream_; }

 private:
  enum class Next : std::uint8_t { Go, Wait, Close };
  enum class Waiting : std::uint8_t { Nothing, Turn, NextRequest, RestOfRequest, Write, Linger };
  struct Unanswered {
    std::uint64_t number;
    bool is_head;
    bool keep_alive;
    std::string answer{};  // encoded; empty: not there yet
  };

  Next step();
  Next write();
  Next parse();
  Next hand_over();
  Next read();
  Next begin_to_linger();
  Next linger();
  void answer(std::uint64_t number, const HttpResponse& response);
  void collect_answers();
  void refuse(unsigned status, std::string_view why);
  void set_timer(Waiting waiting, Instant::duration wait);
  void time_out();
  void close();

  EventLoop& loop_;
  const std::unique_ptr<Stream> stream_;
  const HttpConnectionSettings settings_;
  const std::span<std::byte> buffer_;
  const Callbacks callbacks_;
  const std::unique_ptr<LoopTimer> timer_;
  HttpRequestParser parser_;
  std::string input_;  // read and not yet parsed: less than a header and a read
  std::deque<Unanswered> unanswered_;
  std::uint64_t last_number_ = 0;
  std::string output_;
  std::size_t written_ = 0;
  Waiting waiting_ = Waiting::Nothing;
  bool is_due_ = false;  // run_soon() was called
  bool is_waiting_for_room_ = false;
  bool has_told_to_continue_ = false;
  bool has_read_all_ = false;  // nothing is read any more; closes when all is answered
  bool is_lingering_ = false;
  bool is_at_end_ = false;  // the client sends no more
  std::size_t lingered_bytes_ = 0;
  const std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace flume
