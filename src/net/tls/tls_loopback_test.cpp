// Over real sockets, with libssl's own blocking streams as the peers.
#include <array>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include "flume/clock.h"
#include "net/asio_network.h"
#include "net/tls/tls_handles.h"
#include "net/tls/tls_talk.h"

namespace flume::tls {
namespace {

using State = Transfer::State;

/// A blocking socket on loopback.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Sends back all it reads, then ends the run.
class Echo {
 public:
  Echo(std::unique_ptr<Stream> stream, std::function<void()> done) : stream_(std::move(stream)), done_(std::move(done)) {}
  void run() {
    for (;;) {
      if (!pending_.empty()) {
        const ByteView piece = as_bytes(pending_);
        const auto sent = stream_->write_some(std::span(&piece, 1));
        if (!sent) return finish(sent.status());
        if (sent->state == State::WouldBlock) return stream_->wait_writable([this] { run(); });
        pending_.erase(0, sent->bytes);
        continue;
      }
      const auto got = stream_->read_some(buffer_);
      if (!got) return finish(got.status());
      if (got->state == State::WouldBlock) return stream_->wait_readable([this] { run(); });
      if (got->state == State::End) return finish({});
      pending_ += as_text(ByteView(buffer_).first(got->bytes));
    }
  }
  [[nodiscard]] const Status& failure() const { return failure_; }

 private:
  void finish(Status failure) {
    failure_ = std::move(failure);
    stream_->close();
    done_();
  }

  std::unique_ptr<Stream> stream_;
  std::function<void()> done_;
  std::string pending_;
  Status failure_;
  std::array<std::byte, 20'000> buffer_{};
};

class TlsLoopback : public testing::Test {
 protected:
  TlsLoopback() {
    files_.add_file("/c/server.pem", authority_.issue().both());
    files_.add_file("/c/ca.pem", authority_.pem());
  }
  SystemClock clock_;
  AsioNetwork network_;
  SimFiles files_;
  CapturedLog log_;
  TestAuthority authority_;
};

TEST_F(TlsLoopback, a_blocking_client_of_libssl_hears_its_echo) {
  const auto server = TlsServer::open({.ssl = true, .keys = {.keystore = "/c/server.pem"}}, {files_, clock_, Log(log_, "tls")});
  ASSERT_TRUE(server.ok()) << server.status().message();
  const auto loop = network_.make_loop();
  std::stop_source stop;
  std::unique_ptr<Echo> echo;
  const auto socket = network_.listen("127.0.0.1", 0, *loop, {.on_accept = [&](std::unique_ptr<Stream> stream) {
                                        echo =
                                            std::make_unique<Echo>((*server)->wrap(std::move(stream), *loop), [&] { stop.request_stop(); });
                                        echo->run();
                                      }});
  ASSERT_TRUE(socket.ok()) << socket.status().message();
  std::size_t heard = 0;
  bool is_clean = false;
  std::jthread client([&, port = (*socket)->port()] {
    const Socket plain(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    ASSERT_EQ(::connect(plain.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const SslContext context(SSL_CTX_new(TLS_client_method()));
    const Ssl ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), plain.get());
    ASSERT_EQ(SSL_connect(ssl.get()), 1);
    std::string block(100'000, 'x');
    std::string back(block.size(), '\0');
    for (int round = 0; round < 30; ++round) {
      block[static_cast<std::size_t>(round)] = 'y';
      ASSERT_EQ(SSL_write(ssl.get(), block.data(), static_cast<int>(block.size())), std::ssize(block));
      for (std::size_t got = 0; got < back.size();) {
        const int bytes = SSL_read(ssl.get(), back.data() + got, static_cast<int>(back.size() - got));
        ASSERT_GT(bytes, 0);
        got += static_cast<std::size_t>(bytes);
      }
      ASSERT_EQ(back, block);
      heard += back.size();
    }
    SSL_shutdown(ssl.get());
    is_clean = SSL_shutdown(ssl.get()) == 1;
  });
  loop->run(stop.get_token());
  client.join();
  EXPECT_EQ(heard, 3'000'000U);
  EXPECT_TRUE(is_clean) << "both sides said close_notify";
  EXPECT_TRUE(echo->failure().ok()) << echo->failure().message();
}

TEST_F(TlsLoopback, a_blocking_server_of_libssl_is_talked_to) {
  const Socket listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  ASSERT_EQ(::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string pem = authority_.issue({.host_names = {"127.0.0.1"}}).both();
  std::string server_heard;
  std::jthread server([&] {
    const Socket plain(::accept(listening.get(), nullptr, nullptr));
    const SslContext context(SSL_CTX_new(TLS_server_method()));
    const BioHandle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    ASSERT_EQ(SSL_CTX_use_certificate(context.get(), certificate.get()), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey(context.get(), key.get()), 1);
    const Ssl ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), plain.get());
    ASSERT_EQ(SSL_accept(ssl.get()), 1);
    std::array<char, 1000> buffer{};
    for (int bytes = 0; (bytes = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0;) {
      server_heard.append(buffer.data(), static_cast<std::size_t>(bytes));
    }
    const std::string answer(200'000, 'z');
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  });
  const auto client =
      TlsClient::open({.ssl = true, .verify_hostname = true, .trust = {.truststore = "/c/ca.pem"}}, {files_, clock_, Log(log_, "tls")});
  ASSERT_TRUE(client.ok()) << client.status().message();
  const auto loop = network_.make_loop();
  std::unique_ptr<Talker> talker;
  const auto dialing = network_.connect(
      "127.0.0.1", ntohs(address.sin_port), *loop, clock_.in(std::chrono::seconds(10)), [&](Result<std::unique_ptr<Stream>> stream) {
        ASSERT_TRUE(stream.ok()) << stream.status().message();
        talker = std::make_unique<Talker>((*client)->wrap(*std::move(stream), *loop, "127.0.0.1"), std::string(50'000, 'a'));
        talker->start();
      });
  std::stop_source stop;
  const auto look = loop->make_timer();
  std::function<void()> poll = [&] {
    if (talker && (talker->is_at_end() || !talker->failure().ok())) return stop.request_stop(), void();
    look->set(loop->in(std::chrono::milliseconds(2)), poll);
  };
  poll();
  loop->run(stop.get_token());
  server.join();
  EXPECT_EQ(talker->why(), "");
  EXPECT_EQ(server_heard, std::string(50'000, 'a'));
  EXPECT_EQ(talker->heard(), std::string(200'000, 'z'));
}

}  // namespace
}  // namespace flume::tls
