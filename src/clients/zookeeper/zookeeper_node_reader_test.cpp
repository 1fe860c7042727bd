// The module `zookeeper` against a scripted server, and where there is none. With real servers: tests/e2e/test_zookeeper_configuration.py.
#include <map>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "clients/zookeeper/node_reader.h"
#include "net/asio_network.h"

namespace flume::zookeeper {
namespace {

using namespace std::chrono_literals;

class ZooKeeperNodeReader : public testing::Test {
 protected:
  void SetUp() override {
    auto reader = load_node_reader(clock_);
    ASSERT_TRUE(reader.ok()) << reader.status().message();
    reader_ = *std::move(reader);
    auto socket = network_.listen("127.0.0.1", 0, *loop_, {});
    ASSERT_TRUE(socket.ok()) << socket.status().message();
    socket_ = *std::move(socket);
    address_ = "127.0.0.1:" + std::to_string(socket_->port());
  }

  SystemClock clock_;
  AsioNetwork network_;
  std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  std::unique_ptr<ListeningSocket> socket_;  // takes connections, and says nothing
  std::string address_;
  std::unique_ptr<NodeReader> reader_;
};

TEST_F(ZooKeeperNodeReader, says_that_nobody_listens) {
  socket_.reset();
  const Status refused = reader_->read({address_, "/flume/a1"}, clock_.in(200ms), {}).status();
  EXPECT_EQ(refused.kind(), ErrorKind::Retryable);
  EXPECT_EQ(refused.cause(), Cause::Refused);
  EXPECT_EQ(refused.message(), "no server takes a connection: Connection refused (asked: " + address_ + ")");
}

TEST_F(ZooKeeperNodeReader, ends_at_its_deadline_and_when_it_is_stopped) {
  const Status late = reader_->read({address_, "/flume/a1"}, clock_.in(50ms), {}).status();
  EXPECT_EQ(late.kind(), ErrorKind::Retryable);
  EXPECT_EQ(late.cause(), Cause::Timeout) << late.message();
  std::stop_source stop;
  std::jthread stopper([&stop] { stop.request_stop(); });
  EXPECT_EQ(reader_->read({address_, "/flume/a1"}, clock_.in(60s), stop.get_token()).cause(), Cause::Stopped);
}

TEST_F(ZooKeeperNodeReader, waits_for_names_that_do_not_resolve_and_refuses_what_is_no_list) {
  const Status unknown = reader_->read({"no-such-host.invalid:2181", "/flume/a1"}, clock_.in(200ms), {}).status();
  EXPECT_EQ(unknown.kind(), ErrorKind::Retryable);
  EXPECT_EQ(unknown.cause(), Cause::UnknownHost);
  EXPECT_EQ(unknown.message(), "no server's name resolves (asked: no-such-host.invalid:2181)");
  EXPECT_EQ(reader_->read({"/flume", "/flume/a1"}, clock_.in(200ms), {}).status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(reader_->read({address_ + ",", "/flume/a1"}, clock_.in(200ms), {}).status().kind(), ErrorKind::InvalidConfig);
}

/// As much of ZooKeeper's protocol as one look needs: frames of big-endian numbers. Serves one connection in a thread of its own.
class ScriptedZooKeeper {
 public:
  struct Node {
    std::int32_t error = 0;
    std::string data{};
    std::vector<std::string> children{};
    std::int32_t said_length = -1;  ///< what Stat says instead of the data's length
  };

  explicit ScriptedZooKeeper(std::map<std::string, Node> nodes) : nodes_(std::move(nodes)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 1), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedZooKeeper() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  static std::string number(std::int64_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
    return text;
  }
  static std::string text(const std::string& value) { return number(static_cast<std::int64_t>(value.size()), 4) + value; }
  static std::int32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    return static_cast<std::int32_t>(value);
  }

  /// Empty: the connection is gone.
  static std::string exactly(int connection, std::size_t count) {
    std::string bytes(count, '\0');
    return ::recv(connection, bytes.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count) ? bytes : std::string();
  }
  static std::string frame(int connection) {
    const std::string length = exactly(connection, 4);
    return length.empty() ? length : exactly(connection, static_cast<std::size_t>(number_at(length, 0)));
  }
  static void send(int connection, const std::string& body) {
    const std::string bytes = text(body);
    EXPECT_EQ(::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }

  void serve() {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection < 0) return;
    frame(connection);
    send(connection, number(0, 4) + number(30'000, 4) + number(7, 8) + text(std::string(16, 'p')) + number(0, 1));
    for (std::string request = frame(connection); !request.empty(); request = frame(connection)) {
      const std::int32_t kind = number_at(request, 4);
      if (kind == -11) break;
      const std::string path = kind == 11 ? "" : request.substr(12, static_cast<std::size_t>(number_at(request, 8)));
      send(connection, request.substr(0, 4) + number(1, 8) + answer(kind, path));
    }
    ::close(connection);
  }

  std::string answer(std::int32_t kind, const std::string& path) const {
    constexpr std::int32_t kExists = 3;
    constexpr std::int32_t kGetData = 4;
    constexpr std::int32_t kGetChildren = 8;
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return number(-101, 4);
    const Node& node = found->second;
    if (node.error != 0) return number(node.error, 4);
    const std::int64_t length = node.said_length >= 0 ? node.said_length : static_cast<std::int64_t>(node.data.size());
    const std::string stat = std::string(52, '\0') + number(length, 4) + number(0, 4) + number(0, 8);
    if (kind == kExists) return number(0, 4) + stat;
    if (kind == kGetData) return number(0, 4) + text(node.data) + stat;
    EXPECT_EQ(kind, kGetChildren);
    std::string names = number(static_cast<std::int64_t>(node.children.size()), 4);
    for (const std::string& child : node.children) names += text(child);
    return number(0, 4) + names;
  }

  const std::map<std::string, Node> nodes_;
  const int socket_;
  std::string address_;
  std::thread thread_;
};

TEST_F(ZooKeeperNodeReader, gives_the_data_of_a_node_below_a_root) {
  ScriptedZooKeeper server({{"/root/flume/a1", {.data = "a1.sources = r1\n"}}});
  const auto data = reader_->read({server.address() + "/root", "/flume/a1"}, clock_.in(60s), {});
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(*data, "a1.sources = r1\n");
}

TEST_F(ZooKeeperNodeReader, says_what_is_missing_and_what_there_is_instead) {
  const auto missing = [&](std::map<std::string, ScriptedZooKeeper::Node> nodes, const std::string& root) {
    ScriptedZooKeeper server(std::move(nodes));
    const Status status = reader_->read({server.address() + root, "/flume/agent1"}, clock_.in(60s), {}).status();
    EXPECT_EQ(status.kind(), ErrorKind::Retryable);
    EXPECT_EQ(status.cause(), Cause::NotFound);
    return status.message();
  };
  EXPECT_EQ(missing({{"/flume", {.children = {"other", "agent2"}}}}, ""), "there is no node /flume/agent1 (did you mean agent2?)");
  EXPECT_EQ(missing({{"/flume", {}}}, ""), "there is no node /flume/agent1");
  EXPECT_EQ(missing({}, ""), "there is no node /flume/agent1, nor /flume above it");
  EXPECT_EQ(missing({{"/flume", {}}}, "/root"), "there is no root /root (what stands behind the servers' names)");
}

TEST_F(ZooKeeperNodeReader, refuses_what_is_too_large_before_it_comes_and_what_it_may_not_read) {
  constexpr std::int32_t kNoAuth = -102;
  ScriptedZooKeeper large({{"/flume/a1", {.data = "x", .said_length = 11}}});
  const Status too_large = reader_->read({large.address(), "/flume/a1", 10}, clock_.in(60s), {}).status();
  EXPECT_EQ(too_large.kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(too_large.cause(), Cause::TooLarge);
  ScriptedZooKeeper closed({{"/flume/a1", {.error = kNoAuth}}});
  EXPECT_EQ(reader_->read({closed.address(), "/flume/a1"}, clock_.in(60s), {}).cause(), Cause::Permission);
}

TEST(ServersOfZooKeeper, have_the_port_of_Java_where_none_is_given) {
  EXPECT_EQ(*with_ports("a"), "a:2181");
  EXPECT_EQ(*with_ports("a,b:1,[::1],[::1]:7/root/deep"), "a:2181,b:1,[::1]:2181,[::1]:7/root/deep");
  for (const char* bad : {"", ",", "a,", ",a", "a:", "a:x", "a:123456", "a:65536", "a:0", ":1", "a b:1", "/root"}) {
    EXPECT_EQ(with_ports(bad).status().kind(), ErrorKind::InvalidConfig) << bad;
  }
  EXPECT_EQ(root_of("a:1,b:2/root/deep"), "/root/deep");
  EXPECT_EQ(root_of("a:1"), "");
}

}  // namespace
}  // namespace flume::zookeeper
