#include "net/chosen_stream.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_network.h"

namespace flume {
namespace {

using State = Transfer::State;

class ChosenStreamTest : public testing::Test {
 protected:
  ChosenStreamTest() {
    auto listening = network_.listen("0.0.0.0", 80, loop_, {.on_accept = [this](std::unique_ptr<Stream> stream) {
                                       stream_ = std::make_unique<ChosenStream>(std::move(stream), [this](auto begun, std::byte first) {
                                         chosen_ += static_cast<char>(first);
                                         return begun;
                                       });
                                     }});
    EXPECT_TRUE(listening.ok());
    listening_ = *std::move(listening);
    client_ = network_.connect(80);
    loop_.run_until_idle();
  }

  std::string read_all() {
    std::string text;
    std::array<std::byte, 3> buffer{};
    for (;;) {
      const auto got = stream_->read_some(buffer);
      if (!got || got->state != State::Moved) return text;
      text += as_text(ByteView(buffer).first(got->bytes));
    }
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<ListeningSocket> listening_;
  std::unique_ptr<SimPeer> client_;
  std::unique_ptr<ChosenStream> stream_;
  std::string chosen_;
};

TEST_F(ChosenStreamTest, the_first_byte_chooses_once_and_is_read) {
  EXPECT_EQ(read_all(), "");
  EXPECT_EQ(chosen_, "");
  client_->send("hello");
  loop_.run_until_idle();
  EXPECT_EQ(read_all(), "hello");
  client_->send("more");
  loop_.run_until_idle();
  EXPECT_EQ(read_all(), "more");
  EXPECT_EQ(chosen_, "h");
}

TEST_F(ChosenStreamTest, nothing_is_written_before_the_client_has_spoken) {
  const ByteView answer = as_bytes("answer");
  EXPECT_EQ(stream_->write_some({&answer, 1})->state, State::WouldBlock);
  bool may_write = false;
  stream_->wait_writable([&] { may_write = true; });
  loop_.run_until_idle();
  EXPECT_FALSE(may_write);
  client_->send("x");
  loop_.run_until_idle();
  EXPECT_EQ(read_all(), "x");
  loop_.run_until_idle();
  EXPECT_TRUE(may_write);
  EXPECT_EQ(stream_->write_some({&answer, 1})->bytes, 6U);
  EXPECT_EQ(client_->received(), "answer");
}

TEST_F(ChosenStreamTest, a_client_that_says_nothing_and_goes_chooses_nothing) {
  client_->shutdown_write();
  loop_.run_until_idle();
  std::array<std::byte, 3> buffer{};
  EXPECT_EQ(stream_->read_some(buffer)->state, State::End);
  EXPECT_EQ(chosen_, "");
  stream_->close();
  EXPECT_TRUE(client_->is_closed());
}

}  // namespace
}  // namespace flume
