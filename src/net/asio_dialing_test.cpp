#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/asio_network.h"
#include "net/awaitables.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;
using Dialled = Result<std::unique_ptr<Stream>>;

Resolve fixed(std::vector<std::string> addresses) {
  return [addresses = std::move(addresses)](const std::string&) -> Result<std::vector<std::string>> { return addresses; };
}

Dialled dial_on(AsioNetwork& network, EventLoop& loop, const std::string& host, std::uint16_t port, Instant::duration patience = 1min) {
  auto dialled = run_to_end(loop, dial(network, host, port, loop, loop.in(patience)));
  return std::move(*dialled);
}

/// A port at which nobody listens: it was ours a moment ago.
std::uint16_t closed_port(AsioNetwork& network, EventLoop& loop) {
  const auto socket = network.listen("127.0.0.1", 0, loop, {});
  return (*socket)->port();
}

TEST(AsioDialing, connects_to_an_address_and_to_a_name) {
  AsioNetwork network(fixed({"127.0.0.1"}));
  const auto loop = network.make_loop();
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [](std::unique_ptr<Stream>) {}});
  const std::string place = "127.0.0.1:" + std::to_string((*socket)->port());
  for (const char* host : {"127.0.0.1", "nn1"}) {
    const Dialled stream = dial_on(network, *loop, host, (*socket)->port());
    ASSERT_TRUE(stream.ok()) << stream.status().message();
    EXPECT_EQ((*stream)->peer(), place);
  }
}

TEST(AsioDialing, tries_one_address_after_the_other) {
  AsioNetwork network(fixed({"127.0.0.3", "127.0.0.2", "127.0.0.1"}));
  const auto loop = network.make_loop();
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [](std::unique_ptr<Stream>) {}});
  const Dialled stream = dial_on(network, *loop, "nn1", (*socket)->port());
  ASSERT_TRUE(stream.ok()) << stream.status().message();
  EXPECT_THAT((*stream)->peer(), StartsWith("127.0.0.1:"));
}

TEST(AsioDialing, names_every_address_that_refused) {
  AsioNetwork network(fixed({"127.0.0.2", "127.0.0.1"}));
  const auto loop = network.make_loop();
  const std::uint16_t port = closed_port(network, *loop);
  const std::string number = std::to_string(port);
  const Dialled by_name = dial_on(network, *loop, "nn1", port);
  EXPECT_EQ(by_name.cause(), Cause::Refused);
  EXPECT_EQ(by_name.status().message(),
            "connect to nn1:" + number + ": 127.0.0.2:" + number + ": Connection refused; 127.0.0.1:" + number + ": Connection refused");
  EXPECT_EQ(dial_on(network, *loop, "127.0.0.1", port).status().message(), "connect to 127.0.0.1:" + number + ": Connection refused");
}

TEST(AsioDialing, tells_a_name_that_does_not_resolve) {
  AsioNetwork network([](const std::string&) -> Result<std::vector<std::string>> { return retryable("no such name", Cause::UnknownHost); });
  const auto loop = network.make_loop();
  const Dialled stream = dial_on(network, *loop, "nn1", 8020);
  EXPECT_EQ(stream.cause(), Cause::UnknownHost);
  EXPECT_EQ(stream.status().message(), "connect to nn1:8020: unknown host (no such name)");
}

TEST(AsioDialing, the_systems_resolver_knows_localhost_and_refuses_nonsense) {
  const auto addresses = resolve_by_system("localhost");
  ASSERT_TRUE(addresses.ok()) << addresses.status().message();
  EXPECT_THAT(*addresses, testing::Each(testing::AnyOf("127.0.0.1", "::1")));
  EXPECT_EQ(resolve_by_system("no such host").cause(), Cause::UnknownHost);
}

/// A resolver whose server does not answer until the test lets it.
struct StuckResolver {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_released = false;
  int answered = 0;

  Result<std::vector<std::string>> resolve() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return is_released; });
    ++answered;
    changed.notify_all();
    return std::vector<std::string>{"127.0.0.1"};
  }
  void release_and_await(int answers) {
    std::unique_lock lock(mutex);
    is_released = true;
    changed.notify_all();
    changed.wait(lock, [&] { return answered == answers; });
  }
};

TEST(AsioDialing, a_stuck_resolver_holds_up_neither_the_loop_nor_its_end) {
  const auto stuck = std::make_shared<StuckResolver>();
  {
    AsioNetwork network([stuck](const std::string&) { return stuck->resolve(); });
    const auto loop = network.make_loop();
    const Dialled stream = dial_on(network, *loop, "nn1", 8020, 20ms);
    EXPECT_EQ(stream.cause(), Cause::Timeout);
    EXPECT_EQ(stream.status().message(), "connect to nn1:8020: the look-up of its name did not end in time");
    const auto given_up = network.connect("nn1", 8020, *loop, Deadline::never(), [](const Dialled&) { FAIL() << "given up"; });
  }
  stuck->release_and_await(2);
}

TEST(AsioDialing, an_answer_that_comes_after_the_end_of_the_attempt_is_dropped) {
  const auto stuck = std::make_shared<StuckResolver>();
  AsioNetwork network([stuck](const std::string&) { return stuck->resolve(); });
  const auto loop = network.make_loop();
  {
    const auto given_up = network.connect("nn1", 8020, *loop, Deadline::never(), [](const Dialled&) { FAIL() << "given up"; });
    stuck->release_and_await(1);
  }
  const auto socket = network.listen("127.0.0.1", 0, *loop, {.on_accept = [](std::unique_ptr<Stream>) {}});
  EXPECT_TRUE(dial_on(network, *loop, "nn1", (*socket)->port()).ok());
}

TEST(AsioDialing, gives_up_at_the_deadline_when_nobody_answers) {
  AsioNetwork network;
  const auto loop = network.make_loop();
  const Dialled stream = dial_on(network, *loop, "192.0.2.1", 9, 50ms);  // reserved for documentation: no machine has it
  ASSERT_FALSE(stream.ok());
  EXPECT_THAT(stream.cause(), testing::AnyOf(Cause::Timeout, Cause::Unreachable, Cause::Refused, Cause::Permission));
  EXPECT_THAT(stream.status().message(), StartsWith("connect to 192.0.2.1:9: "));
}

}  // namespace
}  // namespace flume
