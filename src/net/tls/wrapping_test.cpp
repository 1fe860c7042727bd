#include "net/tls/wrapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/deflate_stream.h"
#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class WrappingTest : public TlsTalk {
 protected:
  WrappingTest() { client_options_.verify_hostname = true; }

  WrapStream client(std::optional<int> level) {
    auto wrap = client_wrapping(client_options_, nullptr, level, seams());
    EXPECT_TRUE(wrap.ok()) << wrap.status().message();
    return *std::move(wrap);
  }

  /// Both say something, and must be heard.
  void expect_talk(std::optional<int> server_level, const WrapStream& client, const SimRoute& route = {}) {
    auto server = server_wrapping(server_options_, nullptr, server_level, seams());
    ASSERT_TRUE(server.ok()) << server.status().message();
    const auto around = [this](const WrapStream& wrap, std::unique_ptr<Stream> stream) {
      return wrap ? wrap(std::move(stream), loop_, host_) : std::move(stream);
    };
    listening_.reset();
    network_.set_routes([route](const std::string&, std::uint16_t) { return route; }, 7);
    const auto accept = [&](std::unique_ptr<Stream> stream) {
      at_server_ = std::make_unique<Talker>(around(*server, std::move(stream)), server_says_);
      at_server_->start();
    };
    auto listening = network_.listen("0.0.0.0", 4141, loop_, {.on_accept = accept});
    ASSERT_TRUE(listening.ok());
    listening_ = *std::move(listening);
    dialing_ = network_.connect(host_, 4141, loop_, Deadline::never(), [&](Result<std::unique_ptr<Stream>> stream) {
      ASSERT_TRUE(stream.ok());
      at_client_ = std::make_unique<Talker>(around(client, *std::move(stream)), client_says_);
      at_client_->start();
    });
    loop_.advance(10s);
    ASSERT_NE(at_server_, nullptr);
    expect_all_heard(client_says_, server_says_);
  }

  const std::string client_says_ = std::string(100'000, 'c');
  const std::string server_says_ = std::string(90'000, 's');
};

TEST_F(WrappingTest, nothing_asked_for_is_nothing) {
  client_options_.ssl = server_options_.ssl = false;
  EXPECT_FALSE(client(std::nullopt));
  EXPECT_FALSE(*server_wrapping(server_options_, nullptr, std::nullopt, seams()));
}

TEST_F(WrappingTest, each_combination_understands_itself) {
  for (const std::size_t fragment : {0, 1}) {
    const SimRoute route{.fragment = fragment == 0 ? SimRoute{}.fragment : 1};
    expect_talk(std::nullopt, client(std::nullopt), route);
    expect_talk(6, client(9), route);
  }
  client_options_.ssl = server_options_.ssl = false;
  expect_talk(6, client(0));
}

TEST_F(WrappingTest, a_server_understands_the_order_of_flume_1_9_too) {
  const WrapStream tls_outside = [tls = client(std::nullopt)](std::unique_ptr<Stream> stream, EventLoop& loop, const std::string& host) {
    return std::make_unique<DeflateStream>(tls(std::move(stream), loop, host), loop, 6);
  };
  expect_talk(6, tls_outside);
  expect_talk(6, tls_outside, {.fragment = 1});
}

TEST_F(WrappingTest, a_store_that_cannot_be_used_is_named) {
  server_options_.keys.keystore = "/c/none.pem";
  EXPECT_THAT(server_wrapping(server_options_, nullptr, std::nullopt, seams()).status().message(), HasSubstr("/c/none.pem"));
  client_options_.trust.truststore = "/c/nothing.pem";
  EXPECT_THAT(client_wrapping(client_options_, nullptr, 6, seams()).status().message(), HasSubstr("/c/nothing.pem"));
}

}  // namespace
}  // namespace flume::tls
