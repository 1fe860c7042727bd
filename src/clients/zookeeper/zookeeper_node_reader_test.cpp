// The module `zookeeper` where there is no ZooKeeper. With real servers: tests/e2e/test_zookeeper_configuration.py.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(refused.message(), "no server takes a connection: Connection refused");
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
  EXPECT_EQ(unknown.cause(), Cause::UnknownHost) << unknown.message();
  EXPECT_EQ(reader_->read({"/flume", "/flume/a1"}, clock_.in(200ms), {}).status().kind(), ErrorKind::InvalidConfig);
  EXPECT_EQ(reader_->read({address_ + ",", "/flume/a1"}, clock_.in(200ms), {}).status().kind(), ErrorKind::InvalidConfig);
}

TEST(ServersOfZooKeeper, have_the_port_of_Java_where_none_is_given) {
  EXPECT_EQ(*with_ports("a"), "a:2181");
  EXPECT_EQ(*with_ports("a,b:1,[::1],[::1]:7/root/deep"), "a:2181,b:1,[::1]:2181,[::1]:7/root/deep");
  for (const char* bad : {"", ",", "a,", ",a", "a:", "a:x", "a:123456", ":1", "a b:1", "/root"}) {
    EXPECT_EQ(with_ports(bad).status().kind(), ErrorKind::InvalidConfig) << bad;
  }
  EXPECT_EQ(root_of("a:1,b:2/root/deep"), "/root/deep");
  EXPECT_EQ(root_of("a:1"), "");
}

}  // namespace
}  // namespace flume::zookeeper
