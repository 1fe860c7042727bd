#include "net/tls/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

using TlsStreamTest = TlsTalk;

std::string text_of_size(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

TEST_F(TlsStreamTest, carries_bytes_both_ways_and_ends_cleanly) {
  talk("hello server", "hello client");
  expect_all_heard("hello server", "hello client");
}

TEST_F(TlsStreamTest, carries_a_megabyte_both_ways_at_once_through_small_windows) {
  const std::string client_says = text_of_size(1 << 20);
  const std::string server_says = text_of_size((1 << 20) + 17);
  for (const std::size_t window : {std::size_t{1000}, std::size_t{16'500}, std::size_t{64} << 10U}) {
    talk(client_says, server_says, {.window = window});
    expect_all_heard(client_says, server_says);
  }
}

TEST_F(TlsStreamTest, does_not_mind_single_bytes) {
  talk("hello server", text_of_size(3000), {.fragment = 1});
  expect_all_heard("hello server", text_of_size(3000));
}

TEST_F(TlsStreamTest, does_not_mind_delays_and_the_order_of_wake_ups) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    loop_.shuffle_wake_ups(seed);
    talk(text_of_size(40'000), text_of_size(50'000), {.most_delay = 3ms, .fragment = 700 + seed, .window = 5000});
    expect_all_heard(text_of_size(40'000), text_of_size(50'000));
  }
}

TEST_F(TlsStreamTest, a_client_that_never_finishes_the_handshake_is_given_up) {
  open();
  auto listening = network_.listen("0.0.0.0", 4141, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                     at_server_ = std::make_unique<Talker>(server_->wrap(std::move(stream), loop_), "");
                                     at_server_->start();
                                   }});
  const auto client = network_.connect(4141);
  client->send("\x16\x03\x01");
  loop_.advance(29s);
  EXPECT_EQ(at_server_->why(), "");
  loop_.advance(2s);
  EXPECT_THAT(at_server_->why(), HasSubstr("handshake takes longer than 30 s"));
}

TEST_F(TlsStreamTest, an_established_connection_may_be_silent_for_long) {
  talk("hello server", "hello client");
  connect("hello server", "hello client", {}, false);
  loop_.advance(1h);
  at_client_->say(" again");
  loop_.advance(1s);
  EXPECT_EQ(at_server_->heard(), "hello server again");
}

TEST_F(TlsStreamTest, cut_at_any_byte_fails_at_both_ends_and_nothing_wrong_is_heard) {
  const std::string client_says = "hello server";
  const std::string server_says = "hello client";
  std::size_t whole = 0;
  for (std::size_t bytes = 1; whole < 3; ++bytes) {
    ASSERT_LT(bytes, 10'000U);
    connect(client_says, server_says, {.cut_after = bytes});
    loop_.advance(1min);
    ASSERT_NE(at_server_, nullptr);
    EXPECT_TRUE(std::string_view(client_says).starts_with(at_server_->heard()));
    EXPECT_TRUE(std::string_view(server_says).starts_with(at_client_->heard()));
    const bool is_whole = at_server_->is_at_end() && at_client_->is_at_end();
    whole += is_whole ? 1 : 0;
    for (const Talker* each : {at_server_.get(), at_client_.get()}) {
      if (each->is_at_end()) {
        EXPECT_EQ(each->heard().size(), 12U) << "cut after " << bytes;
      } else {
        EXPECT_EQ(each->failure().cause(), Cause::Disconnected) << bytes << " " << each->why();
        EXPECT_EQ(each->failure().kind(), ErrorKind::Retryable);
      }
    }
  }
}

TEST_F(TlsStreamTest, an_end_without_close_notify_is_a_cut) {
  connect("hello", "", {}, false);
  loop_.run_until_idle();
  EXPECT_EQ(at_server_->heard(), "hello");
  EXPECT_FALSE(at_server_->is_at_end());
  dialing_.reset();
  // What the network does when the peer's machine closes for it: the end of TCP alone.
  network_.cut_all(host_, 4141);
  loop_.run_until_idle();
  EXPECT_FALSE(at_server_->is_at_end());
  EXPECT_EQ(at_server_->failure().cause(), Cause::Disconnected);
}

TEST_F(TlsStreamTest, waits_without_a_wake_up_while_the_peer_is_silent) {
  connect("hello", "hello", {}, false);
  loop_.run_until_idle();
  const int wakes = at_server_->wakes() + at_client_->wakes();
  loop_.advance(1h);
  EXPECT_EQ(at_server_->wakes() + at_client_->wakes(), wakes);
  at_client_->say("more");
  loop_.run_until_idle();
  EXPECT_EQ(at_server_->heard(), "hellomore");
  EXPECT_LE(at_server_->wakes() + at_client_->wakes(), wakes + 3);
}

TEST_F(TlsStreamTest, waits_for_ever_for_a_peer_that_stalls_at_any_byte) {
  for (std::size_t bytes = 0; bytes < 1500; bytes += 37) {
    connect("hello server", "hello client", {.stall_after = bytes});
    loop_.advance(1h);
    const bool is_idle = !at_server_->is_at_end() || !at_client_->is_at_end();
    EXPECT_TRUE(is_idle || bytes > 1000);
    EXPECT_EQ(at_client_->why(), "");
    EXPECT_LT(at_client_->wakes(), 60) << "stalled after " << bytes;
  }
}

TEST_F(TlsStreamTest, bytes_that_wait_within_libssl_wake_the_reader_at_once) {
  connect("", "", {}, false);
  loop_.run_until_idle();
  auto& server = at_server_->stream();
  // Both are waiting by now: what comes next belongs to this test.
  int woken = 0;
  server.wait_readable([&] { ++woken; });
  at_client_->say("a");
  at_client_->say("b");
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1);
  std::byte one{};
  ASSERT_EQ(server.read_some(std::span(&one, 1))->bytes, 1U);
  server.wait_readable([&] { ++woken; });
  EXPECT_EQ(woken, 1) << "never from inside the call";
  loop_.run_until_idle();
  EXPECT_EQ(woken, 2) << "the second record is there already";
  ASSERT_EQ(server.read_some(std::span(&one, 1))->bytes, 1U);
  EXPECT_EQ(static_cast<char>(one), 'b');
}

TEST_F(TlsStreamTest, calls_nobody_after_close) {
  connect("", "", {}, false);
  loop_.run_until_idle();
  auto& server = at_server_->stream();
  int woken = 0;
  server.wait_readable([&] { ++woken; });
  at_client_->say("a");
  server.close();
  loop_.run_until_idle();
  server.wait_readable([&] { ++woken; });
  server.wait_writable([&] { ++woken; });
  loop_.run_until_idle();
  EXPECT_EQ(woken, 0);
  std::byte one{};
  EXPECT_FALSE(server.read_some(std::span(&one, 1)).ok());
  EXPECT_TRUE(at_client_->is_at_end()) << "close() says goodbye: " << at_client_->why();
}

TEST_F(TlsStreamTest, a_callback_may_destroy_the_stream_while_the_other_direction_waits) {
  connect("", "", {.window = 2000}, false);
  loop_.run_until_idle();
  auto& server = at_server_->stream();
  const std::string much = text_of_size(100'000);
  const ByteView piece = as_bytes(much);
  for (int i = 0; i < 100 && server.write_some(std::span(&piece, 1))->state == Transfer::State::Moved; ++i) {
  }
  int written = 0;
  server.wait_writable([&] { ++written; });
  server.wait_readable([&] { at_server_.reset(); });
  at_client_->say("a");
  network_.cut_all(host_, 4141);
  loop_.run_until_idle();
  EXPECT_EQ(at_server_, nullptr);
  EXPECT_LE(written, 1);
}

TEST_F(TlsStreamTest, close_notify_waits_for_room_and_goes_out_then) {
  connect("", "", {.window = 600}, false);
  loop_.run_until_idle();
  auto& server = at_server_->stream();
  // The client does not read: it is not woken before the loop runs.
  const std::string filling(578, 'x');
  const ByteView piece = as_bytes(filling);
  ASSERT_EQ(server.write_some(std::span(&piece, 1))->bytes, 578U);
  server.shutdown_write();
  EXPECT_FALSE(server.write_some(std::span(&piece, 1)).ok()) << "after the end nothing is written";
  loop_.run_until_idle();
  EXPECT_EQ(at_client_->heard(), filling);
  EXPECT_TRUE(at_client_->is_at_end()) << at_client_->why();
}

TEST_F(TlsStreamTest, tells_what_came_instead_of_TLS) {
  const struct {
    std::string sent;
    const char* told;
  } cases[] = {{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "not TLS: the peer sent plain HTTP (\"GET / HTTP/1.1\")"},
               {"HTTP/1.1 400 Bad Request\r\n", "plain HTTP (\"HTTP/1.1 400 Bad"},
               {"hello world\n", "not TLS: the peer sent plain text (\"hello world\")"},
               {std::string("\0\0\0\1\0\0\0\1\0\0\0\0", 12), "not TLS: the peer sent bytes that are no TLS: 00 00 00 01"}};
  if (!server_) open();
  for (const auto& each : cases) {
    listening_.reset();
    auto listening = network_.listen("0.0.0.0", 4142, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                       at_server_ = std::make_unique<Talker>(server_->wrap(std::move(stream), loop_), "");
                                       at_server_->start();
                                     }});
    ASSERT_TRUE(listening.ok());
    const auto peer = network_.connect(4142);
    peer->send(each.sent);
    loop_.run_until_idle();
    EXPECT_THAT(at_server_->why(), AllOf(StartsWith("TLS with 10.0.0.1:"), HasSubstr(each.told))) << each.sent;
    EXPECT_EQ(at_server_->failure().cause(), Cause::Unsupported);
  }
}

TEST_F(TlsStreamTest, tells_that_the_peer_left_without_a_word) {
  open();
  auto listening = network_.listen("0.0.0.0", 4142, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                     at_server_ = std::make_unique<Talker>(server_->wrap(std::move(stream), loop_), "");
                                     at_server_->start();
                                   }});
  ASSERT_TRUE(listening.ok());
  const auto peer = network_.connect(4142);
  peer->shutdown_write();
  loop_.run_until_idle();
  EXPECT_THAT(at_server_->why(), HasSubstr("ended the connection during the handshake without a word"));
  EXPECT_EQ(at_server_->failure().cause(), Cause::Disconnected);
}

/// Changes one bit of what is read, at a place.
class FlippingStream final : public Stream {
 public:
  FlippingStream(std::unique_ptr<Stream> inner, std::size_t at) : inner_(std::move(inner)), at_(at) {}
  Result<Transfer> read_some(std::span<std::byte> buffer) override {
    auto got = inner_->read_some(buffer);
    if (got && got->bytes > at_) buffer[at_] ^= std::byte{0x10};
    if (got) at_ = got->bytes > at_ ? SIZE_MAX : at_ - got->bytes;
    return got;
  }
  Result<Transfer> write_some(std::span<const ByteView> pieces) override { return inner_->write_some(pieces); }
  void wait_readable(std::function<void()> callback) override { inner_->wait_readable(std::move(callback)); }
  void wait_writable(std::function<void()> callback) override { inner_->wait_writable(std::move(callback)); }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  [[nodiscard]] const std::string& peer() const override { return inner_->peer(); }

 private:
  std::unique_ptr<Stream> inner_;
  std::size_t at_;
};

TEST_F(TlsStreamTest, a_bit_changed_on_the_way_is_noticed_wherever_it_is) {
  std::size_t unharmed = 0;
  for (std::size_t at = 0; unharmed < 3; ++at) {
    ASSERT_LT(at, 10'000U);
    between_ = [at](std::unique_ptr<Stream> stream) { return std::make_unique<FlippingStream>(std::move(stream), at); };
    connect("hello server", "hello client");
    loop_.advance(1min);
    ASSERT_NE(at_server_, nullptr);
    EXPECT_TRUE(std::string_view("hello client").starts_with(at_client_->heard())) << at;
    const bool is_whole = at_client_->is_at_end();
    unharmed += is_whole ? 1 : 0;
    // A length that grew waits for more, which is for time-outs; all else fails, and stays so.
    if (is_whole || at_client_->failure().ok()) continue;
    EXPECT_THAT(at_client_->why(), HasSubstr("TLS")) << at;
    std::array<std::byte, 64> buffer{};
    EXPECT_EQ(at_client_->stream().read_some(buffer).status().message(), at_client_->why());
  }
  EXPECT_GT(unharmed, 0U);
}

TEST_F(TlsStreamTest, an_end_of_writing_before_the_handshake_waits_for_it) {
  talk("", "");
  expect_all_heard("", "");
}

TEST(TlsHello, is_told_from_other_bytes) {
  EXPECT_TRUE(looks_like_tls(as_bytes(std::string_view("\x16\x03\x01\x02\x00\x01", 6))));
  EXPECT_FALSE(looks_like_tls(as_bytes("GET / ")));
  EXPECT_FALSE(looks_like_tls({}));
}

}  // namespace
}  // namespace flume::tls
