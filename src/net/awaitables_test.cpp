#include "net/awaitables.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/asio_network.h"
#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class SignalTest : public testing::Test {
 protected:
  static Task<void> wait_for(Signal& signal, Deadline deadline, std::string name, std::vector<std::string>& woken) {
    const bool in_time = co_await signal.wait(deadline);
    woken.push_back(name + (in_time ? "" : " late"));
  }
  void start(const std::string& name, Deadline deadline) {
    tasks_.start(wait_for(*signal_, deadline, name, woken_));
    loop_.run_until_idle();
  }

  SimClock clock_;
  SimEventLoop loop_{clock_};
  std::optional<Signal> signal_{std::in_place, loop_};
  std::vector<std::string> woken_;
  TaskSet tasks_{loop_};
};

TEST_F(SignalTest, wakes_one_or_all_in_the_order_of_waiting_and_from_the_loop) {
  for (const char* name : {"a", "b", "c"}) start(name, Deadline::never());
  signal_->notify_one();
  EXPECT_THAT(woken_, ElementsAre());
  loop_.run_until_idle();
  EXPECT_THAT(woken_, ElementsAre("a"));
  signal_->notify_all();
  loop_.run_until_idle();
  EXPECT_THAT(woken_, ElementsAre("a", "b", "c"));
  signal_->notify_all();
  signal_->notify_one();
}

TEST_F(SignalTest, tells_those_whose_deadline_passed) {
  start("a", loop_.in(2s));
  start("b", loop_.in(1s));
  loop_.advance(3s);
  EXPECT_THAT(woken_, ElementsAre("b late", "a late"));
  signal_->notify_all();
  loop_.run_until_idle();
  EXPECT_EQ(woken_.size(), 2U);
}

TEST_F(SignalTest, forgets_tasks_that_are_gone_also_when_they_were_woken_already) {
  start("a", Deadline::never());
  start("b", Deadline::never());
  signal_->notify_one();
  tasks_.cancel_all();
  signal_->notify_all();
  loop_.run_until_idle();
  EXPECT_THAT(woken_, ElementsAre());
}

TEST_F(SignalTest, may_go_before_those_who_wait) {
  start("a", loop_.in(1s));
  signal_.reset();
  loop_.advance(2s);
  EXPECT_THAT(woken_, ElementsAre("a late"));
}

/// One server and one client of ours on a simulated route.
class ConnectionTest : public testing::Test {
 protected:
  void connect(const SimRoute& route) {
    network_.set_routes([route](const std::string&, std::uint16_t) { return route; });
    auto socket = network_.listen("server", 80, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                    server_ = std::make_unique<Connection>(loop_, std::move(stream));
                                  }});
    socket_ = std::move(*socket);
    auto stream = run_to_end(loop_, dial(network_, "server", 80, loop_, loop_.in(10s)));
    ASSERT_TRUE(stream.has_value());
    ASSERT_TRUE(stream->ok()) << stream->status().message();
    client_ = std::make_unique<Connection>(loop_, std::move(**stream));
    loop_.run_until_idle();
    ASSERT_NE(server_, nullptr);
  }
  static Task<Status> write(Connection& to, std::string text, Deadline deadline) {
    const std::string_view all(text);
    std::vector<ByteView> pieces{as_bytes(all.substr(0, 1)), {}, as_bytes(all.substr(1))};
    co_return co_await to.write_all(std::move(pieces), deadline);
  }
  static Task<Result<std::string>> read(Connection& from, std::size_t bytes, Deadline deadline) {
    std::string text(bytes, '\0');
    FLUME_CO_TRY(co_await from.read_exactly(std::as_writable_bytes(std::span(text)), deadline));
    co_return text;
  }
  static Task<Result<std::size_t>> read_any(Connection& from, std::span<std::byte> into, Deadline deadline) {
    co_return co_await from.read_some(into, deadline);
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<ListeningSocket> socket_;
  std::unique_ptr<Connection> server_;
  std::unique_ptr<Connection> client_;
};

TEST_F(ConnectionTest, carries_all_bytes_over_every_kind_of_slow_network) {
  const std::string text(300'000, 'x');  // more than the window
  for (const std::size_t fragment : {std::size_t{1000}, std::size_t{65536}, sim::kUnlimited}) {
    for (const Instant::duration delay : {Instant::duration(0), Instant::duration(3ms)}) {
      socket_.reset();
      connect({.most_delay = delay, .fragment = fragment});
      Status written = retryable("not done");
      const RunningTask writing = RunningTask::start<Status>(loop_, write(*client_, text, loop_.in(1h)),
                                                             [&written](Status status) { written = std::move(status); });
      const auto received = run_to_end(loop_, read(*server_, text.size(), loop_.in(1h)));
      ASSERT_TRUE(received.has_value() && received->ok());
      EXPECT_EQ(**received, text);
      EXPECT_TRUE(written.ok()) << written.message();
    }
  }
}

TEST_F(ConnectionTest, looks_at_bytes_before_taking_them) {
  connect({.fragment = 3});
  ASSERT_TRUE(run_to_end(loop_, write(*server_, "0123456789", loop_.in(1s)))->ok());
  const auto look = [](Connection& from, Deadline deadline) -> Task<Result<std::string>> {
    FLUME_CO_TRY(co_await from.fill(2, deadline));
    std::string text(as_text(from.buffered().first(2)));
    from.consume(1);
    FLUME_CO_TRY(co_await from.fill(5, deadline));
    text += as_text(from.buffered().first(5));
    from.consume(2);
    std::string rest(7, '\0');
    FLUME_CO_TRY(co_await from.read_exactly(std::as_writable_bytes(std::span(rest)), deadline));
    co_return text + rest;
  };
  const auto seen = run_to_end(loop_, look(*client_, loop_.in(1s)));
  ASSERT_TRUE(seen.has_value() && seen->ok());
  EXPECT_EQ(**seen, "01123453456789");
  EXPECT_TRUE(client_->buffered().empty());
}

TEST_F(ConnectionTest, tells_silence_from_an_end_and_from_a_break) {
  connect({});
  const auto late = run_to_end(loop_, read(*client_, 1, loop_.in(5s)));
  EXPECT_EQ(late->cause(), Cause::Timeout);
  EXPECT_EQ(late->status().message(), "read from server:80: nothing came in time");

  ASSERT_TRUE(run_to_end(loop_, write(*server_, "ab", loop_.in(1s)))->ok());
  server_->shutdown_write();
  const auto ended = run_to_end(loop_, read(*client_, 3, loop_.in(5s)));
  EXPECT_EQ(ended->cause(), Cause::Disconnected);
  EXPECT_EQ(ended->status().message(), "read from server:80: closed by the peer");
  std::vector<std::byte> buffer(8);
  EXPECT_EQ(**run_to_end(loop_, read_any(*client_, buffer, loop_.in(1s))), 0U);

  network_.cut_all("server", 80);
  EXPECT_EQ(run_to_end(loop_, read(*client_, 1, loop_.in(5s)))->cause(), Cause::Disconnected);
  EXPECT_EQ(run_to_end(loop_, write(*client_, "x", loop_.in(5s)))->cause(), Cause::Disconnected);
}

TEST_F(ConnectionTest, gives_up_writing_to_a_peer_that_takes_nothing) {
  connect({.window = 100});
  const Instant start = loop_.now();
  const auto late = run_to_end(loop_, write(*client_, std::string(1000, 'x'), loop_.in(5s)));
  EXPECT_EQ(late->cause(), Cause::Timeout);
  EXPECT_EQ(loop_.now() - start, 5s);
}

TEST_F(ConnectionTest, a_task_that_is_gone_is_not_woken_by_the_bytes_it_waited_for) {
  connect({});
  {
    const RunningTask reading = RunningTask::start<Result<std::string>>(loop_, read(*client_, 1, Deadline::never()),
                                                                        [](const Result<std::string>&) { FAIL() << "cancelled"; });
    loop_.run_until_idle();
  }
  ASSERT_TRUE(run_to_end(loop_, write(*server_, "x", loop_.in(1s)))->ok());
  loop_.run_until_idle();
  EXPECT_EQ(**run_to_end(loop_, read(*client_, 1, loop_.in(1s))), "x") << "the byte waits for the next reader";
}

TEST_F(ConnectionTest, cuts_and_stalls_after_as_many_bytes_as_the_route_says) {
  connect({.cut_after = 4});
  ASSERT_TRUE(run_to_end(loop_, write(*server_, "abcdef", loop_.in(1s)))->ok());
  EXPECT_EQ(**run_to_end(loop_, read(*client_, 4, loop_.in(1s))), "abcd");
  EXPECT_EQ(run_to_end(loop_, read(*client_, 1, loop_.in(1s)))->cause(), Cause::Disconnected);
  socket_.reset();
  connect({.stall_after = 4});
  ASSERT_TRUE(run_to_end(loop_, write(*server_, "abcdef", loop_.in(1s)))->ok());
  EXPECT_EQ(**run_to_end(loop_, read(*client_, 4, loop_.in(1s))), "abcd");
  server_->shutdown_write();
  EXPECT_EQ(run_to_end(loop_, read(*client_, 1, loop_.in(1s)))->cause(), Cause::Timeout) << "not even the end arrives";
}

Task<Status> echo(Connection& connection, Deadline deadline) {
  std::vector<std::byte> buffer(64 * 1024);
  for (;;) {
    const Result<std::size_t> got = co_await connection.read_some(buffer, deadline);
    if (!got) co_return got.status();
    if (*got == 0) co_return Status();
    FLUME_CO_TRY(co_await connection.write_all(ByteView(buffer).first(*got), deadline));
  }
}
Task<Status> send_all(Connection& connection, const std::string& text, Deadline deadline) {
  FLUME_CO_TRY(co_await connection.write_all(as_bytes(text), deadline));
  connection.shutdown_write();
  co_return Status();
}
Task<Result<std::string>> talk(Dialer& dialer, EventLoop& loop, std::uint16_t port, const std::string& text) {
  const Deadline deadline = loop.in(1min);
  Result<std::unique_ptr<Stream>> stream = co_await dial(dialer, "127.0.0.1", port, loop, deadline);
  if (!stream) co_return stream.status();
  Connection connection(loop, std::move(*stream));
  Status sent = retryable("not sent");
  const RunningTask sending =
      RunningTask::start<Status>(loop, send_all(connection, text, deadline), [&sent](Status done) { sent = std::move(done); });
  std::string answer(text.size(), '\0');
  FLUME_CO_TRY(co_await connection.read_exactly(std::as_writable_bytes(std::span(answer)), deadline));
  FLUME_CO_TRY(std::move(sent));
  co_return answer;
}

TEST(Connection, carries_bytes_both_ways_at_once_over_loopback) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::unique_ptr<Connection> server;
  RunningTask serving;
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [&](std::unique_ptr<Stream> stream) {
                                       server = std::make_unique<Connection>(*loop, std::move(stream));
                                       serving = RunningTask::start<Status>(*loop, echo(*server, loop->in(1min)), [](const Status&) {});
                                     }});
  ASSERT_TRUE(socket.ok());
  std::string text(5'000'000, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
  const auto answer = run_to_end(*loop, talk(network, *loop, (*socket)->port(), text));
  ASSERT_TRUE(answer.has_value());
  ASSERT_TRUE(answer->ok()) << answer->status().message();
  EXPECT_EQ(**answer, text);
}

}  // namespace
}  // namespace flume
