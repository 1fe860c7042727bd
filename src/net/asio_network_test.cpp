#include "net/asio_network.h"

#include <array>
#include <fcntl.h>
#include <future>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace flume {
namespace {

using namespace std::chrono_literals;
using State = Transfer::State;

/// A plain blocking client.
class Client {
 public:
  Client() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(descriptor_); }

  [[nodiscard]] bool connect(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  void send(std::string_view text) const { EXPECT_EQ(::send(descriptor_, text.data(), text.size(), 0), std::ssize(text)); }
  void end() const { ::shutdown(descriptor_, SHUT_WR); }
  [[nodiscard]] std::string read_all() const {
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::recv(descriptor_, buffer.data(), buffer.size(), 0)) > 0;)
      all.append(buffer.data(), static_cast<std::size_t>(got));
    return all;
  }

 private:
  int descriptor_;
};

/// Sends back all it reads; ends the run when the client ends.
class Echo {
 public:
  Echo(std::unique_ptr<Stream> stream, std::function<void()> done) : stream_(std::move(stream)), done_(std::move(done)) {}
  void run() {
    std::array<std::byte, 1024> buffer{};
    for (;;) {
      if (!pending_.empty()) {
        const std::array<ByteView, 2> pieces{as_bytes(std::string_view(pending_).substr(0, 1)),
                                             as_bytes(std::string_view(pending_).substr(1))};
        const auto sent = stream_->write_some(pieces);
        ASSERT_TRUE(sent.ok()) << sent.status().message();
        if (sent->state == State::WouldBlock) return stream_->wait_writable([this] { run(); });
        pending_.erase(0, sent->bytes);
        continue;
      }
      const auto got = stream_->read_some(buffer);
      ASSERT_TRUE(got.ok()) << got.status().message();
      if (got->state == State::WouldBlock) return stream_->wait_readable([this] { run(); });
      if (got->state == State::End) {
        stream_->close();
        return done_();
      }
      pending_ += as_text(ByteView(buffer).first(got->bytes));
    }
  }
  [[nodiscard]] const std::string& peer() const { return stream_->peer(); }

 private:
  std::unique_ptr<Stream> stream_;
  std::function<void()> done_;
  std::string pending_;
};

TEST(AsioNetwork, carries_bytes_both_ways_over_loopback) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::stop_source stop;
  std::unique_ptr<Echo> echo;
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [&](std::unique_ptr<Stream> stream) {
                                       echo = std::make_unique<Echo>(std::move(stream), [&] { stop.request_stop(); });
                                       echo->run();
                                     }});
  ASSERT_TRUE(socket.ok()) << socket.status().message();
  const std::string sent(3'000'000, 'x');  // more than the kernel buffers: both directions block now and then
  std::string received;
  std::jthread client_thread([&, port = (*socket)->port()] {
    const Client client;
    ASSERT_TRUE(client.connect(port));
    std::jthread writer([&] {
      client.send(sent);
      client.end();
    });
    received = client.read_all();
  });
  loop->run(stop.get_token());
  client_thread.join();
  EXPECT_EQ(received.size(), sent.size());
  EXPECT_THAT(echo->peer(), testing::StartsWith("127.0.0.1:"));
}

TEST(AsioNetwork, tells_a_port_in_use_by_its_name) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  const auto first = network.listen("127.0.0.1", 0, *loop, {});
  ASSERT_TRUE(first.ok());
  const auto second = network.listen("127.0.0.1", (*first)->port(), *loop, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.cause(), Cause::Exists);
  EXPECT_THAT(second.status().message(), testing::StartsWith("127.0.0.1:" + std::to_string((*first)->port()) + ": address already in use"));
  (*first)->close();
  EXPECT_TRUE(network.listen("127.0.0.1", (*first)->port(), *loop, {}).ok()) << "free again after close";
}

TEST(AsioNetwork, tells_hosts_that_are_unknown_or_not_of_this_machine) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  EXPECT_THAT(network.listen("no such host", 1, *loop, {}).status().message(), testing::StartsWith("no such host:1: unknown host"));
  EXPECT_THAT(network.listen("192.0.2.1", 1, *loop, {}).status().message(), testing::StartsWith("listen on 192.0.2.1:1: "));
  EXPECT_TRUE(network.listen("localhost", 0, *loop, {}).ok());
}

TEST(AsioNetwork, names_ipv6_places_in_brackets) {
  EXPECT_EQ(host_and_port("::1", 80), "[::1]:80");
  EXPECT_EQ(host_and_port("10.0.0.7", 80), "10.0.0.7:80");
  AsioNetwork network;
  const auto loop = network.make_loop();
  const auto socket = network.listen("::1", 0, *loop, {});
  if (!socket) GTEST_SKIP() << "needs IPv6: " << socket.status().message();
  EXPECT_NE((*socket)->port(), 0);
}

TEST(AsioNetwork, posts_and_timers_run_in_the_loop_in_order) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::stop_source stop;
  std::vector<std::string> order;
  const auto timer = loop->make_timer();
  const auto cancelled = loop->make_timer();
  loop->post([&] {
    order.push_back("first");
    cancelled->set(loop->in(0ns), [&] { order.push_back("cancelled"); });
    cancelled->cancel();
    timer->set(loop->in(1ms), [&] {
      order.push_back("timer");
      stop.request_stop();
    });
  });
  std::jthread other([&] { loop->post([&] { order.push_back("second"); }); });
  other.join();
  loop->run(stop.get_token());
  EXPECT_THAT(order, testing::ElementsAre("first", "second", "timer"));
}

TEST(AsioNetwork, a_stop_from_another_thread_ends_run_and_it_can_run_again) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  for (int i = 0; i < 3; ++i) {
    std::promise<void> running;
    std::jthread thread([&](const std::stop_token& stop) { loop->run(stop); });
    loop->post([&] { running.set_value(); });
    running.get_future().wait();
    thread.request_stop();
    thread.join();
  }
  std::stop_source stopped;
  stopped.request_stop();
  loop->run(stopped.get_token());
}

TEST(AsioNetwork, nothing_is_called_after_close) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::stop_source stop;
  bool woken = false;
  std::unique_ptr<Stream> accepted;
  const auto timer = loop->make_timer();
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [&](std::unique_ptr<Stream> stream) {
                                       accepted = std::move(stream);
                                       accepted->wait_writable([&] { woken = true; });
                                       accepted->wait_readable([&] { woken = true; });
                                       accepted->close();
                                       timer->set(loop->in(5ms), [&] { stop.request_stop(); });
                                     }});
  const Client client;
  ASSERT_TRUE(client.connect((*socket)->port()));
  loop->run(stop.get_token());
  EXPECT_FALSE(woken);
}

TEST(AsioNetwork, waits_for_handles_instead_of_spinning) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  std::stop_source stop;
  int troubles = 0;
  std::string trouble;
  bool accepted = false;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const auto restore = loop->make_timer();
  const auto socket = network.listen("127.0.0.1", 0, *loop,
                                     {.on_accept =
                                          [&](std::unique_ptr<Stream>) {
                                            accepted = true;
                                            stop.request_stop();
                                          },
                                      .on_trouble =
                                          [&](const Status& status) {
                                            ++troubles;
                                            trouble = status.message();
                                            // Two pauses later there are handles again.
                                            restore->set(loop->in(150ms), [&] { ::setrlimit(RLIMIT_NOFILE, &before); });
                                          }});
  const Client client;
  ASSERT_TRUE(client.connect((*socket)->port()));
  const int next_free = ::fcntl(0, F_DUPFD_CLOEXEC, 0);
  ::close(next_free);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(next_free), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  loop->run(stop.get_token());
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(accepted);
  EXPECT_EQ(troubles, 1);
  EXPECT_THAT(trouble, testing::HasSubstr("Too many open files"));
}

}  // namespace
}  // namespace flume
