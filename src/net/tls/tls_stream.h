// A Stream that speaks TLS over another one. The handshake happens within the first reads and writes. A clean end (close_notify)
// is End; an end without it is an error with Cause Disconnected, for something may be missing. What fails once stays failed, and
// says why. One connection's thread, that of its loop, as of every Stream; it owns the stream below.
//
// As libssl demands: after a write that would block, the next one begins with the same bytes.
#pragma once

#include <memory>
#include <string>

#include "net/tls/stream_bio.h"

namespace flume::tls {

class TlsStream final : public Stream {
 public:
  /// `ssl` is of a context that make_*_context() made, told which side it is, and without a BIO; null: libssl had no memory, and
  /// every call fails. `host`: for messages of a client that checks names.
  TlsStream(Ssl ssl, std::unique_ptr<Stream> inner, EventLoop& loop, std::string host = {});
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override;

  Result<Transfer> read_some(std::span<std::byte> buffer) override;
  Result<Transfer> write_some(std::span<const ByteView> pieces) override;
  void wait_readable(std::function<void()> callback) override { wait(reading_, std::move(callback)); }
  void wait_writable(std::function<void()> callback) override { wait(writing_, std::move(callback)); }
  /// Sends close_notify, then tells the stream below, as soon as the handshake is done and what is before it has gone out.
  void shutdown_write() override;
  /// With close_notify if it goes out at once.
  void close() override;
  void reset() override;
  [[nodiscard]] const std::string& peer() const override { return inner_->peer(); }

  /// A handshake that is not done by then fails.
  void limit_handshake(Instant::duration longest);

  /// For libssl's check of certificates.
  [[nodiscard]] const std::string& host() const noexcept { return host_; }
  void note_certificate_problem(std::string problem);

 private:
  /// What has to happen below before a direction can go on.
  enum class Need { Nothing, Readable, Writable };
  struct Side {
    Need need = Need::Nothing;
    std::function<void()> callback;
  };

  /// After a call of libssl that moved nothing: what `side` needs, or how it ended.
  void settle(int result, Side& side);
  void fail();
  [[nodiscard]] Status failure_below() const;
  /// What one direction did below may be what the other one waits for.
  void tell(Side& other);
  void wait(Side& side, std::function<void()> callback);
  void listen(Need need);
  void wake(Need need);
  void wake_later(Side& side);
  void finish_writing();
  /// No callback is given any more, and every call fails.
  void forget();
  void handshake_is_late(Instant::duration longest);
  void see_handshake_done();

  const std::unique_ptr<Stream> inner_;
  EventLoop& loop_;
  StreamPort port_;
  const Ssl ssl_;  // after port_: its BIO works on it
  const std::string host_;
  std::string certificate_problem_;
  std::unique_ptr<LoopTimer> handshake_limit_;  // while it lasts
  Status failed_;
  Side reading_;
  Side writing_;
  Side ending_;  // close_notify waits to go out
  bool listens_readable_ = false;
  bool listens_writable_ = false;
  bool peer_has_ended_ = false;
  bool is_ending_ = false;
  bool has_told_end_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // while open: calls that were posted are still wanted
};

}  // namespace flume::tls
