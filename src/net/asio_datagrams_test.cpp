#include <algorithm>
#include <array>
#include <cstring>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/asio_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A client's socket on the loopback.
class Sender {
 public:
  explicit Sender(std::uint16_t port) : handle_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    to_.sin_family = AF_INET;
    to_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to_.sin_port = htons(port);
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() { ::close(handle_); }
  void send(std::string_view bytes) const {
    const auto* const to = reinterpret_cast<const sockaddr*>(&to_);
    ASSERT_EQ(::sendto(handle_, bytes.data(), bytes.size(), 0, to, sizeof(to_)), static_cast<ssize_t>(bytes.size()));
  }

 private:
  const int handle_;
  sockaddr_in to_{};
};

class AsioDatagramsTest : public testing::Test {
 protected:
  std::unique_ptr<DatagramSocket> open(const std::string& host, std::uint16_t port = 0, std::size_t buffer = 0) {
    auto socket = network_.open_datagrams(host, port, *loop_, buffer);
    if (socket) return *std::move(socket);
    ADD_FAILURE() << socket.status().message();
    return nullptr;
  }
  /// Until so many have come.
  std::vector<std::string> receive(DatagramSocket& socket, std::size_t count) {
    std::vector<std::string> texts;
    std::stop_source done;
    const std::function<void()> on_readable = [&] {
      const auto got = socket.receive();
      ASSERT_TRUE(got.ok());
      for (const Datagram& each : *got) {
        texts.emplace_back(reinterpret_cast<const char*>(each.bytes.data()), each.bytes.size());
        last_sender_ = each.sender;
      }
      if (texts.size() >= count) {
        done.request_stop();
      } else {
        socket.wait_readable(on_readable);
      }
    };
    socket.wait_readable(on_readable);
    const auto limit = loop_->make_timer();
    limit->set(loop_->in(10s), [&] { done.request_stop(); });
    loop_->run(done.get_token());
    return texts;
  }

  AsioNetwork network_;
  std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  DatagramSender last_sender_;
};

TEST_F(AsioDatagramsTest, receives_each_with_its_sender) {
  const auto socket = open("127.0.0.1");
  const Sender sender(socket->port());
  sender.send("one");
  sender.send("");
  sender.send(std::string(60'000, 'x'));
  EXPECT_THAT(receive(*socket, 3), ElementsAre("one", "", std::string(60'000, 'x')));
  EXPECT_EQ(last_sender_.host(), "127.0.0.1");
  EXPECT_NE(last_sender_.port, 0);
  EXPECT_EQ(socket->receive()->size(), 0U);
}

TEST_F(AsioDatagramsTest, a_port_for_all_addresses_shows_ipv4_senders_as_such) {
  const auto socket = open("");
  Sender(socket->port()).send("one");
  EXPECT_THAT(receive(*socket, 1), ElementsAre("one"));
  EXPECT_EQ(last_sender_.host(), "127.0.0.1");
}

TEST_F(AsioDatagramsTest, what_the_system_throws_away_is_counted) {
  const auto socket = open("127.0.0.1", 0, 4096);
  const Sender sender(socket->port());
  for (int i = 0; i < 1000; ++i) sender.send(std::string(1000, 'x'));
  std::size_t received = receive(*socket, 1).size();
  for (std::size_t more = 1; more != 0; received += more) more = socket->receive()->size();
  EXPECT_LT(received, 1000U);
  sender.send("last");  // tells what was lost before it
  receive(*socket, 1);
  EXPECT_EQ(socket->dropped(), 1000U - received);
}

TEST_F(AsioDatagramsTest, keeps_as_much_as_it_was_asked_to) { EXPECT_EQ(open("127.0.0.1", 0, 100'000)->buffer_bytes(), 100'000U); }

TEST_F(AsioDatagramsTest, a_port_in_use_is_told) {
  const auto socket = open("127.0.0.1");
  const auto second = network_.open_datagrams("127.0.0.1", socket->port(), *loop_, 0);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.status().message(), HasSubstr("address already in use"));
  EXPECT_EQ(second.cause(), Cause::Exists);
}

}  // namespace
}  // namespace flume
