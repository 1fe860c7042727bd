#include "support/sim_network.h"

#include <array>
#include <optional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

using namespace std::chrono_literals;
using State = Transfer::State;
using testing::ElementsAre;

class SimNetworkTest : public testing::Test {
 protected:
  SimNetworkTest() {
    auto socket = network_.listen("0.0.0.0", 80, loop_, {.on_accept = [this](std::unique_ptr<Stream> s) { stream_ = std::move(s); }});
    EXPECT_TRUE(socket.ok());
    socket_ = std::move(*socket);
    client_ = network_.connect(80);
    loop_.run_until_idle();
    EXPECT_NE(stream_, nullptr);
  }
  std::string read(State* state = nullptr) {
    std::array<std::byte, 64> buffer{};
    const auto got = stream_->read_some(buffer);
    EXPECT_TRUE(got.ok());
    if (state != nullptr) *state = got->state;
    return std::string(as_text(ByteView(buffer).first(got->bytes)));
  }
  std::size_t write(std::string_view text) {
    const ByteView piece = as_bytes(text);
    const auto sent = stream_->write_some(std::span(&piece, 1));
    return sent.ok() ? sent->bytes : SIZE_MAX;
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<ListeningSocket> socket_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<SimPeer> client_;
};

TEST_F(SimNetworkTest, bytes_go_both_ways) {
  State state{};
  EXPECT_EQ(read(&state), "");
  EXPECT_EQ(state, State::WouldBlock);
  client_->send("hello");
  EXPECT_EQ(read(), "hello");
  EXPECT_EQ(write("world"), 5U);
  EXPECT_EQ(client_->received(), "world");
  client_->shutdown_write();
  read(&state);
  EXPECT_EQ(state, State::End);
  stream_->shutdown_write();
  EXPECT_TRUE(client_->at_end());
  EXPECT_FALSE(client_->is_closed());
  stream_.reset();
  EXPECT_TRUE(client_->is_closed());
}

TEST_F(SimNetworkTest, a_wait_is_answered_once_and_only_from_the_loop) {
  int woken = 0;
  client_->send("x");
  stream_->wait_readable([&] { ++woken; });
  EXPECT_EQ(woken, 0);
  loop_.run_until_idle();
  client_->send("y");
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1);
}

TEST_F(SimNetworkTest, nothing_is_called_after_close) {
  int woken = 0;
  client_->send("x");
  stream_->wait_readable([&] { ++woken; });
  stream_->close();
  loop_.run_until_idle();
  EXPECT_EQ(woken, 0);
}

TEST_F(SimNetworkTest, fragments_reads_and_writes) {
  client_->fragment(2);
  client_->send("hello");
  EXPECT_EQ(read(), "he");
  EXPECT_EQ(write("world"), 2U);
}

TEST_F(SimNetworkTest, a_stalled_client_blocks_writes_until_it_reads_on) {
  client_->set_window(3);
  EXPECT_EQ(write("hello"), 3U);
  EXPECT_EQ(write("lo"), 0U);
  int woken = 0;
  stream_->wait_writable([&] { ++woken; });
  loop_.run_until_idle();
  EXPECT_EQ(woken, 0);
  client_->set_window(10);
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1);
}

TEST_F(SimNetworkTest, a_cut_wakes_and_fails_both_directions) {
  int woken = 0;
  stream_->wait_readable([&] { ++woken; });
  client_->send("lost");
  client_->cut();
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1);
  std::array<std::byte, 8> buffer{};
  EXPECT_FALSE(stream_->read_some(buffer).ok());
  EXPECT_EQ(write("x"), SIZE_MAX);
}

TEST_F(SimNetworkTest, ports_are_taken_once_and_free_after_close) {
  EXPECT_EQ(network_.listen("0.0.0.0", 80, loop_, {}).status().message(), "0.0.0.0:80: address already in use");
  socket_->close();
  EXPECT_EQ(network_.connect(80), nullptr);
  EXPECT_TRUE(network_.listen("0.0.0.0", 80, loop_, {}).ok());
}

TEST_F(SimNetworkTest, timers_fire_at_their_own_moments) {
  std::vector<std::string> order;
  const Instant start = loop_.now();
  const auto late = loop_.make_timer();
  const auto early = loop_.make_timer();
  const auto never = loop_.make_timer();
  late->set(loop_.in(2s), [&] { order.push_back("late " + std::to_string((loop_.now() - start) / 1s)); });
  early->set(loop_.in(1s), [&] { order.push_back("early " + std::to_string((loop_.now() - start) / 1s)); });
  never->set(loop_.in(1s), [&] { order.push_back("cancelled"); });
  never->cancel();
  loop_.advance(10s);
  EXPECT_THAT(order, ElementsAre("early 1", "late 2"));
  EXPECT_EQ(loop_.now(), start + 10s);
}

TEST_F(SimNetworkTest, run_ends_when_nothing_can_happen_or_at_a_stop) {
  int ticks = 0;
  const auto timer = loop_.make_timer();
  std::stop_source stop;
  std::function<void()> tick = [&] {
    if (++ticks == 3) stop.request_stop();
    timer->set(loop_.in(1s), tick);
  };
  tick();
  loop_.run(stop.get_token());
  EXPECT_EQ(ticks, 3);
  timer->cancel();
  loop_.run({});
}

TEST_F(SimNetworkTest, shuffling_reorders_wake_ups_but_not_posts_and_repeats_with_the_seed) {
  const auto order_of = [&](std::uint64_t seed) {
    loop_.shuffle_wake_ups(seed);
    std::string order;
    for (const char name : {'a', 'b', 'c', 'd'}) loop_.wake_up([&order, name] { order += name; });
    for (const char name : {'1', '2', '3'}) loop_.post([&order, name] { order += name; });
    loop_.run_until_idle();
    EXPECT_EQ(order.substr(0, 3), "123");
    return order;
  };
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(order_of(seed), order_of(seed));
    seen.insert(order_of(seed));
  }
  EXPECT_GT(seen.size(), 10U);
}

class SimDialingTest : public testing::Test {
 protected:
  Status dial(const SimRoute& route, const std::string& host = "nn1") {
    network_.set_routes([route](const std::string&, std::uint16_t) { return route; });
    std::optional<Status> answer;
    const auto dialing = network_.connect(host, 80, loop_, loop_.in(30s), [&](Result<std::unique_ptr<Stream>> stream) {
      answer = stream.status();
      if (stream) stream_ = std::move(*stream);
    });
    EXPECT_FALSE(answer.has_value()) << "only from the loop";
    const Instant start = loop_.now();
    loop_.run({});
    took_ = loop_.now() - start;
    return answer.value_or(fatal("never called back"));
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<Stream> stream_;
  Instant::duration took_{};
};

TEST_F(SimDialingTest, answers_as_the_route_says) {
  using Answer = SimRoute::Answer;
  EXPECT_EQ(dial({}).cause(), Cause::Refused) << "nobody listens";
  const auto socket = network_.listen("0.0.0.0", 80, loop_, {.on_accept = [](std::unique_ptr<Stream>) {}});
  EXPECT_TRUE(dial({}).ok());
  EXPECT_EQ(stream_->peer(), "nn1:80");
  const Status refused = dial({.answer = Answer::Refuse});
  EXPECT_EQ(refused.cause(), Cause::Refused);
  EXPECT_EQ(refused.message(), "connect to nn1:80: Connection refused");
  EXPECT_EQ(dial({.answer = Answer::Unreachable}).cause(), Cause::Unreachable);
  EXPECT_EQ(dial({.answer = Answer::UnknownHost}).cause(), Cause::UnknownHost);
  EXPECT_EQ(dial({.answer = Answer::Silence}).cause(), Cause::Timeout);
  EXPECT_EQ(took_, 30s);
}

TEST_F(SimDialingTest, hosts_have_ports_of_their_own) {
  const auto accept = AcceptHandlers{.on_accept = [](std::unique_ptr<Stream>) {}};
  const auto first = network_.listen("dn1", 80, loop_, accept);
  const auto second = network_.listen("dn2", 80, loop_, accept);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(dial({}, "dn1").ok());
  EXPECT_EQ(dial({}, "dn3").cause(), Cause::Refused);
}

TEST_F(SimDialingTest, a_dialing_that_is_gone_calls_nobody) {
  {
    const auto dialing = network_.connect("nn1", 80, loop_, loop_.in(1s), [](const auto&) { FAIL(); });
  }
  loop_.run({});
}

TEST_F(SimDialingTest, delays_differ_with_the_seed_and_repeat_with_it) {
  const auto socket = network_.listen("0.0.0.0", 80, loop_, {.on_accept = [](std::unique_ptr<Stream>) {}});
  std::set<Instant::duration> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto time = [&] {
      network_.set_routes([](const std::string&, std::uint16_t) { return SimRoute{.most_delay = 1s}; }, seed);
      const auto dialing = network_.connect("nn1", 80, loop_, loop_.in(30s), [](const auto&) {});
      const Instant start = loop_.now();
      loop_.run({});
      return loop_.now() - start;
    };
    const Instant::duration took = time();
    EXPECT_EQ(time(), took);
    EXPECT_LE(took, 1s);
    seen.insert(took);
  }
  EXPECT_GT(seen.size(), 10U);
}

}  // namespace
}  // namespace flume
