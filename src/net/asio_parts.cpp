#include "net/asio_parts.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

namespace flume::asio_net {

AsioStream::AsioStream(tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {
  error_code ignored;  // without it answers are late, not wrong
  socket_.set_option(tcp::no_delay(true), ignored);
}

AsioStream::~AsioStream() { AsioStream::close(); }

Result<Transfer> AsioStream::read_some(std::span<std::byte> buffer) {
  if (buffer.empty()) return Transfer{};
  for (;;) {
    const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) return Transfer{Transfer::State::Moved, static_cast<std::size_t>(got)};
    if (got == 0) return Transfer{Transfer::State::End, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Transfer{Transfer::State::WouldBlock, 0};
    if (errno != EINTR) return failure("read from");
  }
}

Result<Transfer> AsioStream::write_some(std::span<const ByteView> pieces) {
  std::array<iovec, 64> vectors;
  std::size_t count = 0;
  for (const ByteView piece : pieces.first(std::min(pieces.size(), vectors.size()))) {
    vectors[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return Transfer{Transfer::State::Moved, static_cast<std::size_t>(sent)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Transfer{Transfer::State::WouldBlock, 0};
    if (errno != EINTR) return failure("write to");
  }
}

void AsioStream::wait_readable(std::function<void()> callback) { wait(tcp::socket::wait_read, reading_, std::move(callback)); }
void AsioStream::wait_writable(std::function<void()> callback) { wait(tcp::socket::wait_write, writing_, std::move(callback)); }

void AsioStream::shutdown_write() {
  error_code ignored;  // the peer may be gone already; the next read tells
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void AsioStream::close() {
  reading_.reset();
  writing_.reset();
  error_code ignored;  // nothing is to be saved by knowing it
  socket_.close(ignored);
}

void AsioStream::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void AsioStream::wait(tcp::socket::wait_type what, Wanted& wanted, std::function<void()> callback) {
  wanted = make_wanted();
  // An error wakes too: the read or write that follows finds out what it is.
  socket_.async_wait(what, [still = std::weak_ptr(wanted), callback = std::move(callback)](error_code) {
    if (!still.expired()) callback();
  });
}

Status AsioStream::failure(std::string_view what) const { return Status::from_errno(errno, std::string(what) + " " + peer_); }

}  // namespace flume::asio_net
