#include "net/deflate_stream.h"

#include <array>
#include <random>
#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sim_network.h"

namespace flume {
namespace {

using namespace std::chrono_literals;
using State = Transfer::State;
using testing::HasSubstr;

std::string text_of_size(std::size_t size) {
  std::string text(size, '\0');
  std::minstd_rand random(7);
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

/// What a peer writes: several texts, each flushed, then the end of the stream if asked for.
std::string compressed(const std::vector<std::string>& texts, bool ends = true, int level = 6) {
  z_stream zlib{};
  deflateInit(&zlib, level);
  std::string out;
  const auto push = [&](const std::string& text, int flush) {
    std::string room(text.size() + 1000, '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef*>(room.data());
    zlib.avail_out = static_cast<uInt>(room.size());
    deflate(&zlib, flush);
    out += room.substr(0, room.size() - zlib.avail_out);
  };
  for (const std::string& text : texts) push(text, Z_SYNC_FLUSH);
  if (ends) push({}, Z_FINISH);
  deflateEnd(&zlib);
  return out;
}

/// What a peer reads of one stream, as far as it goes. `is_whole`: with its end.
std::string inflated(const std::string& bytes, bool* is_whole = nullptr) {
  z_stream zlib{};
  inflateInit(&zlib);
  std::string out(8 << 20, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib.avail_in = static_cast<uInt>(bytes.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&zlib, Z_SYNC_FLUSH);
  if (is_whole != nullptr) *is_whole = result == Z_STREAM_END;
  out.resize(zlib.total_out);
  inflateEnd(&zlib);
  return out;
}

class DeflateStreamTest : public testing::Test {
 protected:
  DeflateStreamTest() { connect(6); }

  void connect(int level) {
    listening_.reset();
    auto listening = network_.listen("0.0.0.0", 80, loop_, {.on_accept = [this, level](std::unique_ptr<Stream> stream) {
                                       stream_ = std::make_unique<DeflateStream>(std::move(stream), loop_, level);
                                     }});
    EXPECT_TRUE(listening.ok());
    listening_ = *std::move(listening);
    peer_ = network_.connect(80);
    loop_.run_until_idle();
    heard_.clear();
    failure_ = {};
    is_at_end_ = false;
  }
  void read(std::size_t room = 1000) {
    std::vector<std::byte> buffer(room);
    for (;;) {
      const auto got = stream_->read_some(buffer);
      if (!got) {
        failure_ = got.status();
        return;
      }
      if (got->state == State::WouldBlock) return stream_->wait_readable([this, room] { read(room); });
      if (got->state == State::End) {
        is_at_end_ = true;
        return;
      }
      ASSERT_LE(got->bytes, room);
      heard_ += as_text(ByteView(buffer).first(got->bytes));
    }
  }
  /// The state of the one call.
  State write(const std::string& text, std::size_t* moved = nullptr) {
    const std::array<ByteView, 3> pieces{as_bytes(std::string_view(text).substr(0, 3)), ByteView(),
                                         as_bytes(std::string_view(text).substr(std::min<std::size_t>(3, text.size())))};
    const auto sent = stream_->write_some(pieces);
    EXPECT_TRUE(sent.ok());
    if (moved != nullptr) *moved = sent ? sent->bytes : 0;
    return sent ? sent->state : State::End;
  }

  SimClock clock_;
  SimNetwork network_{clock_};
  SimEventLoop loop_{clock_};
  std::unique_ptr<ListeningSocket> listening_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<SimPeer> peer_;
  std::string heard_;
  Status failure_;
  bool is_at_end_ = false;
};

TEST_F(DeflateStreamTest, each_write_can_be_read_at_once) {
  std::size_t moved = 0;
  EXPECT_EQ(write("hello", &moved), State::Moved);
  EXPECT_EQ(moved, 5U);
  EXPECT_EQ(inflated(peer_->received()), "hello");
  write(" world");
  EXPECT_EQ(inflated(peer_->received()), "hello world");
  stream_->shutdown_write();
  bool is_whole = false;
  EXPECT_EQ(inflated(peer_->received(), &is_whole), "hello world");
  EXPECT_TRUE(is_whole);
  EXPECT_TRUE(peer_->at_end());
  EXPECT_FALSE(stream_->write_some({}).ok());
}

TEST_F(DeflateStreamTest, what_is_flushed_is_read_at_once) {
  const std::string first = compressed({"hello"}, false);
  const std::string both = compressed({"hello", " world"});
  read();
  peer_->send(first);
  loop_.run_until_idle();
  EXPECT_EQ(heard_, "hello");
  peer_->send(std::string_view(both).substr(first.size()));
  loop_.run_until_idle();
  EXPECT_EQ(heard_, "hello world");
  EXPECT_TRUE(is_at_end_);
}

TEST_F(DeflateStreamTest, does_not_mind_single_bytes_and_small_buffers) {
  const std::string text = text_of_size(20'000);
  peer_->fragment(1);
  peer_->send(compressed({text, text}));
  read(7);
  loop_.run_until_idle();
  EXPECT_EQ(heard_, text + text);
  EXPECT_TRUE(is_at_end_);
}

TEST_F(DeflateStreamTest, writes_as_the_peers_window_opens) {
  const std::string text = text_of_size(300'000);
  peer_->set_window(100);
  std::size_t sent = 0;
  int blocked = 0;
  while (sent < text.size()) {
    std::size_t moved = 0;
    if (write(text.substr(sent), &moved) == State::WouldBlock) {
      EXPECT_EQ(moved, 0U);
      ++blocked;
      bool woken = false;
      stream_->wait_writable([&] { woken = true; });
      loop_.run_until_idle();
      EXPECT_FALSE(woken);
      peer_->set_window(5000);
      loop_.run_until_idle();
      EXPECT_TRUE(woken);
    }
    sent += moved;
  }
  EXPECT_GT(blocked, 3);
  EXPECT_EQ(inflated(peer_->received()), text);
}

TEST_F(DeflateStreamTest, its_end_goes_out_when_there_is_room) {
  peer_->set_window(0);
  EXPECT_EQ(write("hello"), State::WouldBlock);
  stream_->shutdown_write();
  EXPECT_FALSE(peer_->at_end());
  bool woken = false;
  stream_->wait_writable([&] { woken = true; });
  peer_->set_window(1000);
  loop_.run_until_idle();
  EXPECT_TRUE(woken);
  EXPECT_TRUE(peer_->at_end());
  EXPECT_EQ(inflated(peer_->received()), "hello");
}

TEST_F(DeflateStreamTest, an_end_between_flushes_is_an_end_as_Java_peers_leave) {
  peer_->send(compressed({"hello"}, false));
  peer_->shutdown_write();
  read();
  loop_.run_until_idle();
  EXPECT_EQ(heard_, "hello");
  EXPECT_TRUE(is_at_end_);
}

TEST_F(DeflateStreamTest, an_end_before_the_first_byte_is_an_end) {
  peer_->shutdown_write();
  read();
  loop_.run_until_idle();
  EXPECT_TRUE(is_at_end_);
}

TEST_F(DeflateStreamTest, an_end_within_a_block_is_a_cut) {
  const std::string bytes = compressed({text_of_size(100)}, false);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    connect(6);
    peer_->send(std::string_view(bytes).substr(0, size));
    peer_->shutdown_write();
    read();
    loop_.run_until_idle();
    EXPECT_TRUE(text_of_size(100).starts_with(heard_));
    // Between two blocks nothing is half: behind the header, and behind the text before the flush's own empty block.
    const bool is_between_blocks = size == 2 || heard_.size() == 100;
    EXPECT_TRUE(is_between_blocks || failure_.cause() == Cause::Disconnected) << size;
    EXPECT_NE(is_at_end_, !failure_.ok()) << size;
  }
}

TEST_F(DeflateStreamTest, what_is_not_compressed_is_told) {
  peer_->send("GET / HTTP/1.1\r\n");
  read();
  loop_.run_until_idle();
  EXPECT_THAT(failure_.message(), HasSubstr("deflate with 10.0.0.1:"));
  EXPECT_THAT(failure_.message(), HasSubstr("not compressed: is compression-type the same at both ends?"));
  EXPECT_EQ(failure_.cause(), Cause::Unsupported);
  std::byte one{};
  EXPECT_EQ(stream_->read_some(std::span(&one, 1)).status().message(), failure_.message()) << "it stays so";
}

TEST_F(DeflateStreamTest, damage_is_told_and_never_read) {
  const std::string text = text_of_size(3000);
  const std::string bytes = compressed({text});
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    connect(6);
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
    peer_->send(damaged);
    peer_->shutdown_write();
    read();
    loop_.run_until_idle();
    // The digest is at the end: until then what is read may be wrong, but not unnoticed.
    EXPECT_FALSE(failure_.ok() && is_at_end_ && heard_ != text) << at;
  }
}

TEST_F(DeflateStreamTest, a_bomb_is_read_in_bites) {
  const std::string zeros(4 << 20, '\0');
  const std::string bomb = compressed({zeros});
  EXPECT_LT(bomb.size(), 10'000U);
  peer_->send(bomb);
  std::array<std::byte, 100> bite{};
  for (int i = 0; i < 50; ++i) {
    const auto got = stream_->read_some(bite);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(got->bytes, bite.size());
  }
  int woken = 0;
  stream_->wait_readable([&] { ++woken; });
  EXPECT_EQ(woken, 0) << "never from inside the call";
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1) << "there is more, though nothing comes from below";
  stream_->wait_readable([&] { ++woken; });
  stream_->close();
  loop_.run_until_idle();
  EXPECT_EQ(woken, 1);
}

TEST_F(DeflateStreamTest, takes_any_level) {
  for (const int level : {0, 1, 9, -5, 77}) {
    connect(level);
    write(text_of_size(10'000));
    EXPECT_EQ(inflated(peer_->received()), text_of_size(10'000)) << level;
    EXPECT_EQ(peer_->received().size() > 10'000, level == 0) << level;
  }
}

TEST_F(DeflateStreamTest, errors_below_are_its_own) {
  peer_->cut();
  read();
  EXPECT_EQ(failure_.cause(), Cause::Disconnected);
  const ByteView piece = as_bytes("hello");
  EXPECT_EQ(stream_->write_some(std::span(&piece, 1)).cause(), Cause::Disconnected);
}

}  // namespace
}  // namespace flume
