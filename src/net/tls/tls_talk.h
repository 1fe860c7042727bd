// Two ends that talk TLS over the simulated network. For the tests of this folder.
#pragma once

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "net/tls/tls_client.h"
#include "net/tls/tls_server.h"
#include "support/captured_log.h"
#include "support/sim_files.h"
#include "support/sim_network.h"
#include "support/test_certificates.h"

namespace flume::tls {

/// A store of golden/.
inline std::string golden(const std::string& name) {
  std::ifstream file(std::string(FLUME_SOURCE_DIR) + "/src/net/tls/golden/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// One end: sends all that it has while it reads all that comes, then says that no more comes.
class Talker {
 public:
  Talker(std::unique_ptr<Stream> stream, std::string says, bool ends = true)
      : stream_(std::move(stream)), says_(std::move(says)), ends_(ends) {}
  void start() {
    write();
    read();
  }
  void say(const std::string& more) {
    says_ += more;
    write();
  }
  [[nodiscard]] const std::string& heard() const { return heard_; }
  [[nodiscard]] bool is_at_end() const { return is_at_end_; }
  /// Of reading, which tells more than that of writing.
  [[nodiscard]] const Status& failure() const { return read_failure_.ok() ? write_failure_ : read_failure_; }
  [[nodiscard]] std::string why() const { return failure().ok() ? "" : failure().message(); }
  [[nodiscard]] int wakes() const { return wakes_; }
  [[nodiscard]] Stream& stream() { return *stream_; }

 private:
  void write() {
    ++wakes_;
    while (sent_ < says_.size()) {
      const std::string_view rest = std::string_view(says_).substr(sent_);
      const std::array<ByteView, 3> pieces{as_bytes(rest.substr(0, 5)), ByteView(),
                                           as_bytes(rest.substr(std::min<std::size_t>(5, rest.size())))};
      const auto moved = stream_->write_some(pieces);
      if (!moved) {
        write_failure_ = moved.status();
        return;
      }
      if (moved->state == Transfer::State::WouldBlock) return stream_->wait_writable([this] { write(); });
      sent_ += moved->bytes;
    }
    if (ends_) stream_->shutdown_write();
  }
  void read() {
    ++wakes_;
    std::array<std::byte, 5000> buffer{};
    for (;;) {
      const auto got = stream_->read_some(buffer);
      if (!got) {
        read_failure_ = got.status();
        return;
      }
      if (got->state == Transfer::State::WouldBlock) return stream_->wait_readable([this] { read(); });
      if (got->state == Transfer::State::End) {
        is_at_end_ = true;
        return;
      }
      heard_ += as_text(ByteView(buffer).first(got->bytes));
    }
  }

  const std::unique_ptr<Stream> stream_;
  std::string says_;
  const bool ends_;
  std::size_t sent_ = 0;
  std::string heard_;
  bool is_at_end_ = false;
  Status read_failure_;
  Status write_failure_;
  int wakes_ = 0;
};

/// A server with a certificate of an authority that the client trusts, until a test changes the options.
class TlsTalk : public testing::Test {
 protected:
  TlsTalk() {
    files_.add_file("/c/server.pem", authority_.issue().both());
    files_.add_file("/c/ca.pem", authority_.pem());
    server_options_.keys.keystore = "/c/server.pem";
    client_options_.trust.truststore = "/c/ca.pem";
  }

  [[nodiscard]] TlsSeams seams() { return {files_, clock_, Log(log_, "tls")}; }
  void open() {
    auto server = TlsServer::open(server_options_, seams());
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = *std::move(server);
    auto client = TlsClient::open(client_options_, seams());
    ASSERT_TRUE(client.ok()) << client.status().message();
    client_ = *std::move(client);
  }
  /// Connects once more, with fresh talkers.
  void connect(std::string client_says, std::string server_says, const SimRoute& route = {}, bool ends = true) {
    if (!server_) open();
    listening_.reset();
    network_.set_routes([route](const std::string&, std::uint16_t) { return route; }, 7);
    auto listening = network_.listen("0.0.0.0", 4141, loop_, {.on_accept = [this, server_says, ends](std::unique_ptr<Stream> stream) {
                                       at_server_ = std::make_unique<Talker>(server_->wrap(std::move(stream), loop_), server_says, ends);
                                       at_server_->start();
                                     }});
    ASSERT_TRUE(listening.ok());
    listening_ = *std::move(listening);
    dialing_ = network_.connect(host_, 4141, loop_, Deadline::never(), [this, client_says, ends](Result<std::unique_ptr<Stream>> stream) {
      ASSERT_TRUE(stream.ok());
      auto below = between_ ? between_(*std::move(stream)) : *std::move(stream);
      at_client_ = std::make_unique<Talker>(client_->wrap(std::move(below), loop_, host_), client_says, ends);
      at_client_->start();
    });
  }
  void talk(const std::string& client_says, const std::string& server_says, const SimRoute& route = {}) {
    connect(client_says, server_says, route);
    loop_.advance(std::chrono::minutes(1));
    ASSERT_NE(at_client_, nullptr);
    ASSERT_NE(at_server_, nullptr);
  }
  void expect_all_heard(const std::string& client_says, const std::string& server_says) {
    EXPECT_TRUE(at_server_->heard() == client_says)
        << at_server_->heard().size() << " of " << client_says.size() << " " << at_server_->why();
    EXPECT_TRUE(at_client_->heard() == server_says)
        << at_client_->heard().size() << " of " << server_says.size() << " " << at_client_->why();
    EXPECT_TRUE(at_server_->is_at_end()) << at_server_->why();
    EXPECT_TRUE(at_client_->is_at_end()) << at_client_->why();
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  SimFiles files_{&clock_};
  CapturedLog log_;
  TestAuthority authority_;
  TlsServerOptions server_options_{.ssl = true};
  TlsClientOptions client_options_{.ssl = true};
  std::string host_ = "server.example";
  std::function<std::unique_ptr<Stream>(std::unique_ptr<Stream>)>
      between_;  ///< what the client's TLS is put on, made of the network's stream
  std::unique_ptr<TlsServer> server_;
  std::unique_ptr<TlsClient> client_;
  std::unique_ptr<ListeningSocket> listening_;
  std::unique_ptr<Dialing> dialing_;
  std::unique_ptr<Talker> at_server_;
  std::unique_ptr<Talker> at_client_;
};

}  // namespace flume::tls
