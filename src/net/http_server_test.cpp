#include "net/http_server.h"

#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/asio_network.h"
#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

HttpResponse echo(const HttpRequest& request) { return {.body = request.method + " " + request.target + " [" + request.body + "]"}; }

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerSettings settings = {}) {
    server_ = std::make_unique<HttpServer>(network_, loop_, settings, echo);
    const Status started = server_->start();
    ASSERT_TRUE(started.ok()) << started.message();
  }
  std::unique_ptr<SimPeer> connect() { return network_.connect(server_->port()); }
  /// What the server answers to `bytes`.
  std::string answer(std::string_view bytes) {
    const auto client = connect();
    client->send(bytes);
    loop_.run_until_idle();
    return client->received();
  }
  static std::size_t responses(const std::string& received) {
    std::size_t count = 0;
    for (auto at = received.find("HTTP/1.1 "); at != std::string::npos; at = received.find("HTTP/1.1 ", at + 1)) ++count;
    return count;
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<HttpServer> server_;
};

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(HttpServerTest, answers_a_request_and_keeps_the_connection) {
  start();
  const auto client = connect();
  client->send(kGet);
  loop_.run_until_idle();
  EXPECT_THAT(client->received(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client->received(), EndsWith("\r\n\r\nGET /metrics []"));
  EXPECT_FALSE(client->at_end());
  client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  loop_.run_until_idle();
  EXPECT_THAT(client->received(), EndsWith("\r\n\r\nPOST / [abc]"));
  EXPECT_EQ(server_->counts().requests, 2U);
  EXPECT_EQ(server_->counts().open_connections, 1U);
}

TEST_F(HttpServerTest, pipelined_requests_are_answered_in_order) {
  start();
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string received = answer(bytes);
  EXPECT_EQ(responses(received), 500U);
  std::size_t at = 0;
  for (int i = 0; i < 500; ++i) {
    at = received.find("GET /" + std::to_string(i) + " []", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(HttpServerTest, one_byte_at_a_time_changes_nothing) {
  start();
  const std::string whole = answer("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  const auto client = connect();
  client->fragment(1);
  for (const char byte : std::string_view("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    client->send({&byte, 1});
    loop_.run_until_idle();
  }
  EXPECT_EQ(client->received(), whole);
  EXPECT_THAT(whole, EndsWith("POST /x [abc]"));
}

TEST_F(HttpServerTest, head_is_answered_without_a_body) {
  start();
  const std::string received = answer("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(received, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(received, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, closes_when_the_client_wants_it) {
  start();
  const auto client = connect();
  client->send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_THAT(client->received(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client->at_end());
  client->shutdown_write();
  loop_.run_until_idle();
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpServerTest, a_client_that_goes_away_in_the_middle_leaves_nothing_behind) {
  start();
  const auto ended = connect();
  ended->send(kGet.substr(0, 20));
  const auto cut = connect();
  cut->send(kGet.substr(0, 20));
  loop_.run_until_idle();
  EXPECT_EQ(server_->counts().open_connections, 2U);
  ended->shutdown_write();
  cut->cut();
  loop_.run_until_idle();
  EXPECT_TRUE(ended->received().empty());
  EXPECT_EQ(server_->counts().open_connections, 0U);
}

TEST_F(HttpServerTest, bad_requests_are_told_and_end_the_connection) {
  start({.connection = {.limits = {.header_bytes = 200, .body_bytes = 10}}});
  EXPECT_THAT(answer("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(300, 'x')), StartsWith("HTTP/1.1 431 "));
  const std::string too_large = answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n" + std::string(kGet));
  EXPECT_THAT(too_large, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(too_large, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(responses(too_large), 1U) << "what follows is not taken for a request";
  EXPECT_EQ(server_->counts().bad_requests, 3U);
  EXPECT_EQ(server_->counts().requests, 0U);
}

TEST_F(HttpServerTest, a_refused_client_may_finish_sending_so_that_it_reads_the_answer) {
  start({.connection = {.limits = {.body_bytes = 10}}});
  const auto client = connect();
  client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_TRUE(client->at_end());
  client->send(std::string(100000, 'x'));
  loop_.run_until_idle();
  EXPECT_FALSE(client->is_closed());
  loop_.advance(2s);
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpServerTest, a_refused_client_that_sends_for_ever_is_closed) {
  start({.connection = {.limits = {.body_bytes = 10}}});
  const auto client = connect();
  client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
  client->send(std::string(2'000'000, 'x'));
  loop_.run_until_idle();
  EXPECT_TRUE(client->is_closed());
}

TEST_F(HttpServerTest, a_slow_request_is_timed_out_though_bytes_trickle_in) {
  start({.connection = {.request_timeout = 30s}});
  const auto client = connect();
  for (int i = 0; i < 29; ++i) {
    client->send(kGet.substr(static_cast<std::size_t>(i), 1));
    loop_.advance(1s);
  }
  EXPECT_EQ(client->received(), "");
  loop_.advance(2s);
  EXPECT_THAT(client->received(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(client->at_end());
}

TEST_F(HttpServerTest, an_idle_connection_is_closed_without_a_word) {
  start({.connection = {.idle_timeout = 60s}});
  const auto client = connect();
  client->send(kGet);
  loop_.advance(59s);
  EXPECT_FALSE(client->is_closed());
  const std::string before = client->received();
  loop_.advance(2s);
  EXPECT_TRUE(client->is_closed());
  EXPECT_EQ(client->received(), before);
}

TEST_F(HttpServerTest, a_client_that_takes_nothing_is_closed_and_one_that_is_slow_is_not) {
  start({.connection = {.write_timeout = 30s}});
  const auto stalled = connect();
  stalled->set_window(10);
  stalled->send(kGet);
  const auto slow = connect();
  slow->set_window(10);
  slow->send(kGet);
  for (int i = 0; i < 5; ++i) {
    loop_.advance(20s);
    slow->set_window(10);
  }
  EXPECT_TRUE(stalled->is_closed());
  EXPECT_FALSE(slow->is_closed());
  slow->set_window(1000);
  loop_.run_until_idle();
  EXPECT_THAT(slow->received(), EndsWith("GET /metrics []"));
}

TEST_F(HttpServerTest, connections_above_the_limit_are_refused_until_one_goes) {
  start({.max_connections = 2});
  const auto first = connect();
  const auto second = connect();
  EXPECT_THAT(answer(kGet), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server_->counts().refused_connections, 1U);
  first->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(answer(kGet), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, asks_for_the_body_of_a_client_that_waits_to_be_asked) {
  start();
  const auto client = connect();
  client->send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  loop_.run_until_idle();
  EXPECT_EQ(client->received(), "HTTP/1.1 100 Continue\r\n\r\n");
  client->send("abc");
  loop_.run_until_idle();
  EXPECT_THAT(client->received(), EndsWith("POST / [abc]"));
  EXPECT_EQ(responses(client->received()), 2U);
}

TEST_F(HttpServerTest, stop_closes_the_port_and_all_connections) {
  start();
  const auto client = connect();
  client->send(kGet.substr(0, 5));
  loop_.run_until_idle();
  const std::uint16_t port = server_->port();
  server_->stop();
  EXPECT_TRUE(client->is_closed());
  EXPECT_EQ(network_.connect(port), nullptr);
  loop_.advance(10min);
}

TEST_F(HttpServerTest, tells_which_port_it_could_not_open) {
  start({.port = 34545});
  HttpServer second(network_, loop_, {.port = 34545}, echo);
  EXPECT_THAT(second.start().message(), StartsWith("0.0.0.0:34545: "));
}

TEST_F(HttpServerTest, is_told_of_trouble_with_accepting) {
  HttpServer server(network_, loop_, {}, echo);
  std::string trouble;
  ASSERT_TRUE(server.start([&](const Status& status) { trouble = status.message(); }).ok());
  network_.fail_accept(server.port(), retryable("no handles"));
  loop_.run_until_idle();
  EXPECT_EQ(trouble, "no handles");
}

TEST(HttpServerOverLoopback, answers_pipelined_requests_and_ends_cleanly) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  HttpServer server(network, *loop, {.host = "127.0.0.1"}, echo);
  ASSERT_TRUE(server.start().ok());
  const std::uint16_t port = server.port();
  std::jthread thread([&](const std::stop_token& stop) { loop->run(stop); });

  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string request = std::string(kGet) + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(::send(client, request.data(), request.size(), 0), std::ssize(request));
  std::string received;
  char buffer[1024];
  for (ssize_t got = 0; (got = ::recv(client, buffer, sizeof buffer, 0)) > 0;) received.append(buffer, static_cast<std::size_t>(got));
  ::close(client);
  thread.request_stop();
  thread.join();
  EXPECT_THAT(received, HasSubstr("GET /metrics []HTTP/1.1 200 OK"));
  EXPECT_THAT(received, EndsWith("GET /last []"));
}

}  // namespace
}  // namespace flume
