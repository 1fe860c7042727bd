#include "net/tls/tls_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "net/tls/tls_errors.h"

namespace flume::tls {
namespace {

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

/// Cuts pieces into what fits a record: long ones as they are, short ones gathered, as each record costs bytes and a write below.
class Gather {
 public:
  explicit Gather(std::span<const ByteView> pieces) : pieces_(pieces) {}

  /// The next bytes, up to a record's; empty: none are left. Valid until the next call.
  ByteView next() {
    while (!pieces_.empty() && pieces_.front().size() == taken_) {
      pieces_ = pieces_.subspan(1);
      taken_ = 0;
    }
    if (pieces_.empty()) return {};
    const ByteView first = pieces_.front().subspan(taken_);
    if (first.size() >= kRecordBytes) return first.first(kRecordBytes);
    if (pieces_.size() == 1) return first;
    std::size_t size = 0;
    std::size_t from = taken_;
    for (const ByteView piece : pieces_) {
      const ByteView part = piece.subspan(from, std::min(piece.size() - from, kRecordBytes - size));
      std::ranges::copy(part, record_.begin() + static_cast<std::ptrdiff_t>(size));
      size += part.size();
      from = 0;
      if (size == kRecordBytes) break;
    }
    return ByteView(record_).first(size);
  }

  void advance(std::size_t bytes) {
    while (bytes > 0) {
      const std::size_t step = std::min(bytes, pieces_.front().size() - taken_);
      taken_ += step;
      bytes -= step;
      if (taken_ == pieces_.front().size()) {
        pieces_ = pieces_.subspan(1);
        taken_ = 0;
      }
    }
  }

 private:
  std::span<const ByteView> pieces_;
  std::size_t taken_ = 0;  // of the first piece
  std::array<std::byte, kRecordBytes> record_;
};

}  // namespace

TlsStream::TlsStream(Ssl ssl, std::unique_ptr<Stream> inner, EventLoop& loop, std::string host)
    : inner_(std::move(inner)), loop_(loop), port_{*inner_}, ssl_(std::move(ssl)), host_(std::move(host)) {
  BioHandle bio = ssl_ ? make_stream_bio(port_) : nullptr;
  if (!bio) {
    ERR_clear_error();
    failed_ = retryable("TLS with " + peer() + ": libssl cannot make a connection (out of memory?)", Cause::Full);
    return;
  }
  BIO* both = bio.release();
  SSL_set_bio(ssl_.get(), both, both);
  SSL_set_app_data(ssl_.get(), this);
}

TlsStream::~TlsStream() { TlsStream::close(); }

Result<Transfer> TlsStream::read_some(std::span<std::byte> buffer) {
  if (buffer.empty()) return Transfer{};
  if (peer_has_ended_) return Transfer{Transfer::State::End, 0};
  if (!failed_.ok()) return failed_;
  port_.has_read = port_.has_written = false;
  std::size_t got = 0;
  while (got == 0 || (got < buffer.size() && SSL_has_pending(ssl_.get()) == 1)) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data() + got, buffer.size() - got, &bytes);
    if (result != 1) {
      settle(result, reading_);
      break;
    }
    got += bytes;
    // Records that wait within libssl are not seen below.
    reading_.need = SSL_has_pending(ssl_.get()) == 1 ? Need::Nothing : Need::Readable;
  }
  see_handshake_done();
  tell(writing_);
  if (is_ending_ && !has_told_end_ && !ending_.callback) finish_writing();
  if (got > 0) return Transfer{Transfer::State::Moved, got};
  if (peer_has_ended_) return Transfer{Transfer::State::End, 0};
  if (!failed_.ok()) return failed_;
  return Transfer{Transfer::State::WouldBlock, 0};
}

Result<Transfer> TlsStream::write_some(std::span<const ByteView> pieces) {
  if (!failed_.ok()) return failed_;
  if (is_ending_) return Status::from_errno(EPIPE, "write to " + peer());
  port_.has_read = port_.has_written = false;
  std::size_t moved = 0;
  Gather gather(pieces);
  ByteView next = gather.next();
  const bool is_nothing_to_do = next.empty();
  while (!next.empty()) {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_.get(), next.data(), next.size(), &bytes);
    if (result != 1) {
      settle(result, writing_);
      break;
    }
    moved += bytes;
    writing_.need = Need::Writable;
    gather.advance(bytes);
    next = gather.next();
  }
  see_handshake_done();
  tell(reading_);
  if (moved > 0 || is_nothing_to_do) return Transfer{Transfer::State::Moved, moved};
  if (!failed_.ok()) return failed_;
  return Transfer{Transfer::State::WouldBlock, 0};
}

void TlsStream::limit_handshake(Instant::duration longest) {
  handshake_limit_ = loop_.make_timer();
  handshake_limit_->set(loop_.in(longest), [this, longest] { handshake_is_late(longest); });
}

void TlsStream::see_handshake_done() {
  if (handshake_limit_ && (!failed_.ok() || SSL_is_init_finished(ssl_.get()) == 1)) handshake_limit_.reset();
}

void TlsStream::handshake_is_late(Instant::duration longest) {
  if (!failed_.ok()) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest).count();
  failed_ = retryable("TLS with " + peer() + ": the handshake takes longer than " + std::to_string(seconds) + " s", Cause::Timeout);
  for (Side* side : {&reading_, &writing_}) wake_later(*side);
}

void TlsStream::shutdown_write() {
  if (std::exchange(is_ending_, true)) return;
  finish_writing();
}

void TlsStream::finish_writing() {
  if (failed_.ok() && SSL_is_init_finished(ssl_.get()) != 1) return;  // the handshake writes yet: read_some() comes back here
  if (failed_.ok()) {
    ERR_clear_error();
    const int result = SSL_shutdown(ssl_.get());
    if (result < 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_WRITE) {
      ending_.need = Need::Writable;
      ending_.callback = [this] { finish_writing(); };
      return listen(Need::Writable);
    }
    ERR_clear_error();
  }
  has_told_end_ = true;
  inner_->shutdown_write();
}

void TlsStream::close() {
  if (!alive_) return;
  const bool had_failed = !failed_.ok();
  forget();
  if (!had_failed) {
    const bool is_told = has_told_end_ || SSL_is_init_finished(ssl_.get()) != 1;
    if (!is_told) SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  inner_->close();
}

void TlsStream::reset() {
  if (!alive_) return;
  forget();
  inner_->reset();
}

void TlsStream::forget() {
  alive_.reset();
  handshake_limit_.reset();
  for (Side* side : {&reading_, &writing_, &ending_}) side->callback = nullptr;
  if (failed_.ok()) failed_ = Status::from_errno(EBADF, "closed connection to " + peer());
}

void TlsStream::note_certificate_problem(std::string problem) {
  // What is found first is the reason; the rest follows from it.
  if (certificate_problem_.empty()) certificate_problem_ = std::move(problem);
}

void TlsStream::settle(int result, Side& side) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      side.need = Need::Readable;
      return;
    case SSL_ERROR_WANT_WRITE:
      side.need = Need::Writable;
      return;
    case SSL_ERROR_ZERO_RETURN:
      side.need = Need::Nothing;
      // Met by a write, too: while the peer reads on, what it means is that nothing comes any more.
      if (&side == &reading_) {
        peer_has_ended_ = true;
        return;
      }
      [[fallthrough]];
    default:
      side.need = Need::Nothing;
      fail();
  }
}

void TlsStream::fail() {
  if (!has_told_why() && !port_.failure.ok() && !port_.has_ended && SSL_is_init_finished(ssl_.get()) == 1) {
    // The connection broke while we wrote. The peer may have said why before: that is worth more.
    ERR_clear_error();
    const Status broken = std::exchange(port_.failure, Status());
    std::byte unread{};
    std::size_t bytes = 0;
    SSL_peek_ex(ssl_.get(), &unread, 1, &bytes);
    port_.failure = broken;
  }
  if (has_told_why()) {
    failed_ = tls_failure(peer(), {ssl_.get(), port_.first_bytes(), certificate_problem_, host_});
  } else {
    failed_ = failure_below();
  }
  ERR_clear_error();
}

Status TlsStream::failure_below() const {
  const bool is_in_handshake = SSL_is_init_finished(ssl_.get()) != 1;
  const std::string with = "TLS with " + peer() + ": ";
  if (!port_.has_ended) {
    if (port_.failure.ok()) return retryable(with + "libssl fails without a reason", Cause::Disconnected);
    return Status(port_.failure).with_context(is_in_handshake ? "TLS handshake" : "TLS");
  }
  if (!is_in_handshake) {
    return retryable(with + "the connection ended without TLS's own end (close_notify): it was cut, and bytes may be missing",
                     Cause::Disconnected);
  }
  return retryable(with + "the peer ended the connection during the handshake" +
                       (port_.first_size == 0 ? " without a word; does it speak TLS on this port?" : ""),
                   Cause::Disconnected);
}

void TlsStream::tell(Side& other) {
  if (!other.callback) return;
  const bool is_due =
      !failed_.ok() || (other.need == Need::Readable && port_.has_read) || (other.need == Need::Writable && port_.has_written);
  if (is_due) wake_later(other);
}

void TlsStream::wait(Side& side, std::function<void()> callback) {
  if (!alive_) return;
  side.callback = std::move(callback);
  if (!failed_.ok() || (peer_has_ended_ && &side == &reading_) || side.need == Need::Nothing) return wake_later(side);
  listen(side.need);
}

void TlsStream::listen(Need need) {
  if (need == Need::Readable && !std::exchange(listens_readable_, true)) {
    inner_->wait_readable([this] {
      listens_readable_ = false;
      wake(Need::Readable);
    });
  } else if (need == Need::Writable && !std::exchange(listens_writable_, true)) {
    inner_->wait_writable([this] {
      listens_writable_ = false;
      wake(Need::Writable);
    });
  }
}

void TlsStream::wake(Need need) {
  // Each callback may close or destroy this.
  const std::weak_ptr<char> alive = alive_;
  for (Side* side : {&ending_, &reading_, &writing_}) {
    if (alive.expired()) return;
    if (!side->callback || side->need != need) continue;
    const auto callback = std::exchange(side->callback, nullptr);
    callback();
  }
}

void TlsStream::wake_later(Side& side) {
  loop_.post([&side, alive = std::weak_ptr<char>(alive_)] {
    if (alive.expired() || !side.callback) return;
    const auto callback = std::exchange(side.callback, nullptr);
    callback();
  });
}

}  // namespace flume::tls
