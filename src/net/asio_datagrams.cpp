#include "net/asio_datagrams.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>

namespace flume::asio_net {
namespace {

constexpr std::size_t kLongest = 65536;  // of UDP 65507; pages that no datagram reaches cost nothing

DatagramSender sender_of(const sockaddr_storage& from) {
  DatagramSender sender;
  if (from.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &from, sizeof(address));
    std::memcpy(sender.address.data(), &address.sin_addr, 4);
    sender.port = ntohs(address.sin_port);
    return sender;
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &from, sizeof(address));
  sender.port = ntohs(address.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&address.sin6_addr)) {
    std::memcpy(sender.address.data(), &address.sin6_addr.s6_addr[12], 4);
    return sender;
  }
  std::memcpy(sender.address.data(), &address.sin6_addr, sender.address.size());
  sender.is_ipv6 = true;
  return sender;
}

class AsioDatagramSocket final : public DatagramSocket {
 public:
  AsioDatagramSocket(udp::socket socket, std::size_t buffer_bytes)
      : socket_(std::move(socket)), buffer_(std::make_unique_for_overwrite<char[]>(kMostAtOnce * kLongest)) {
    error_code ignored;
    port_ = socket_.local_endpoint(ignored).port();
    const int handle = socket_.native_handle();
    if (buffer_bytes != 0) {
      const int wanted = static_cast<int>(std::min<std::size_t>(buffer_bytes, INT32_MAX / 2));
      // Only root may have more than the system's limit; others get as much as that.
      if (::setsockopt(handle, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) != 0) {
        ::setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
      }
    }
    const int is_on = 1;
    ::setsockopt(handle, SOL_SOCKET, SO_RXQ_OVFL, &is_on, sizeof(is_on));
    for (std::size_t i = 0; i < kMostAtOnce; ++i) {
      pieces_[i] = {buffer_.get() + i * kLongest, kLongest};
      msghdr& header = messages_[i].msg_hdr;
      header.msg_name = &senders_[i];
      header.msg_iov = &pieces_[i];
      header.msg_iovlen = 1;
      header.msg_control = controls_[i].data();
    }
  }
  AsioDatagramSocket(const AsioDatagramSocket&) = delete;
  AsioDatagramSocket& operator=(const AsioDatagramSocket&) = delete;
  ~AsioDatagramSocket() override { AsioDatagramSocket::close(); }

  Result<std::span<const Datagram>> receive() override {
    for (mmsghdr& message : messages_) {
      message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      message.msg_hdr.msg_controllen = kControlBytes;
    }
    int count = 0;
    do {
      count = ::recvmmsg(socket_.native_handle(), messages_.data(), kMostAtOnce, MSG_DONTWAIT, nullptr);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) count = 0;
    if (count < 0) return Status::from_errno(errno, "receive datagrams on port " + std::to_string(port_));
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      datagrams_[i] = {std::as_bytes(std::span(buffer_.get() + i * kLongest, messages_[i].msg_len)), sender_of(senders_[i])};
    }
    if (count != 0) note_drops(messages_[static_cast<std::size_t>(count) - 1].msg_hdr);
    return std::span<const Datagram>(datagrams_.data(), static_cast<std::size_t>(count));
  }

  void wait_readable(std::function<void()> callback) override {
    wanted_ = make_wanted();
    socket_.async_wait(udp::socket::wait_read, [still = std::weak_ptr(wanted_), callback = std::move(callback)](error_code) {
      if (!still.expired()) callback();
    });
  }
  [[nodiscard]] std::uint64_t dropped() const override { return dropped_; }
  [[nodiscard]] std::size_t buffer_bytes() const override {
    int bytes = 0;
    socklen_t size = sizeof(bytes);
    auto& socket = const_cast<udp::socket&>(socket_);  // Asio gives the handle of a const socket to nobody
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0) return 0;
    return static_cast<std::size_t>(bytes) / 2;  // Linux counts what it needs itself, too
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void close() override {
    wanted_.reset();
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  static constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(std::uint32_t));

  /// The kernel counts modulo 2^32.
  void note_drops(msghdr& header) {
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t count = 0;
      std::memcpy(&count, CMSG_DATA(control), sizeof(count));
      dropped_ += static_cast<std::uint32_t>(count - last_count_);
      last_count_ = count;
    }
  }

  udp::socket socket_;
  std::uint16_t port_ = 0;
  const std::unique_ptr<char[]> buffer_;
  std::array<mmsghdr, kMostAtOnce> messages_{};
  std::array<iovec, kMostAtOnce> pieces_{};
  std::array<sockaddr_storage, kMostAtOnce> senders_{};
  struct alignas(cmsghdr) Control : std::array<char, kControlBytes> {};
  std::array<Control, kMostAtOnce> controls_{};
  std::array<Datagram, kMostAtOnce> datagrams_{};
  std::uint64_t dropped_ = 0;
  std::uint32_t last_count_ = 0;
  Wanted wanted_;
};

}  // namespace

std::unique_ptr<DatagramSocket> make_datagram_socket(udp::socket socket, std::size_t buffer_bytes) {
  return std::make_unique<AsioDatagramSocket>(std::move(socket), buffer_bytes);
}

}  // namespace flume::asio_net
