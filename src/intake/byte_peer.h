// BytePeer: a peer that sends events as a stream of bytes (lines, frames) and reads short answers, or none. It reads in large
// pieces into the buffer of the loop, keeps what is unfinished, pauses while the intake has no room, and writes what it is given.
// Lives in its loop; see Peer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "intake/peer_server.h"

namespace flume {

class BytePeer : public Peer {
 public:
  BytePeer(const BytePeer&) = delete;
  BytePeer& operator=(const BytePeer&) = delete;
  ~BytePeer() override = default;

  /// What has arrived by now is still read: the peer's system has told it that it is through. Who gets no answers cannot know more,
  /// so a Talk::OneWay peer is told that we end, and what it sends until it has ended too, or for kPatience, is still taken. One that
  /// has not noticed by then finds its connection reset: its next write fails, and it sends that message again elsewhere, or later.
  void finish() override;

  static constexpr Instant::duration kPatience = std::chrono::milliseconds(500);

 protected:
  enum class Begin : std::uint8_t { Now, Later };
  enum class Talk : std::uint8_t { WithAnswers, OneWay };
  /// Begins to read, from the loop; with Later when begin() is called. OneWay: it never writes.
  explicit BytePeer(PeerPlace place, Begin when = Begin::Now, Talk talk = Talk::WithAnswers);
  void begin();

  /// Builds the events of the bytes, and submits them. Returns how many are done with; the others come again, in front of the next
  /// ones: the protocol bounds them. `is_end`: no more comes. After close_soon() what is returned does not matter.
  virtual std::size_t take(std::string_view bytes, bool is_end) = 0;

  /// Written as the peer takes it, in order.
  void write(std::string_view answer);
  /// An answer that comes later, from the intake: until it has come, the connection is kept. See answered().
  void expect_answer() { ++answers_expected_; }
  void answered();
  /// Reads nothing more; closes when every answer is written.
  void close_soon();
  /// The same from the loop, for a constructor.
  void close_later();
  /// For answers that may come after the peer has gone.
  [[nodiscard]] std::weak_ptr<char> lifetime() const { return wanted_; }
  [[nodiscard]] const PeerPlace& place() const noexcept { return place_; }

 private:
  void read_later();
  void read();
  /// Begins with the bytes that are kept.
  [[nodiscard]] std::span<char> buffer_behind_kept();
  /// Keeps all but the first `taken` of the bytes in the buffer.
  void keep(std::string_view bytes, std::size_t taken);
  void write_now();
  void end();
  /// Closes if there is nothing left to do; the peer is gone then.
  void end_if_done();

  PeerPlace place_;
  std::string unfinished_;  // of it, kept_ bytes; the rest is room
  std::size_t kept_ = 0;
  std::string unwritten_;
  std::size_t answers_expected_ = 0;
  const Talk talk_;
  std::size_t last_bytes_ = 0;           // still read after finish()
  std::unique_ptr<LoopTimer> patience_;  // while it lasts, after finish()
  bool has_begun_ = false;
  bool is_reading_ = true;
  bool is_finishing_ = false;
  bool is_taking_ = false;   // ends behind take()
  bool is_writing_ = false;  // waits until the peer takes more
  bool is_held_up_ = false;  // not read until it takes its answers
  std::shared_ptr<char> wanted_ = std::make_shared<char>();
};

}  // namespace flume
