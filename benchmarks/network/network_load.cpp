// Load on a network source, at little cost of its own: what is sent is built once, and goes out in large blocks.
//   network_load syslog|lines|http PORT EVENTS BYTES CONNECTIONS
//   network_load udp PORT EVENTS BYTES RATE          RATE: datagrams a second; 0: as fast as it goes
// syslog: RFC 5424 messages of BYTES each, newline included, on TCP; lines: the same as lines without a meaning. http: JSON arrays of
// 100 events with bodies of BYTES, each request sent when the one before it has been answered with 200. Each connection has a thread.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr std::uint64_t kEventsOfRequest = 100;

class Socket {
 public:
  Socket(int type, std::uint16_t port) : descriptor_(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor_ < 0 || ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error(fmt::format("connect to port {}: {}", port, std::strerror(errno)));
    }
    const int on = 1;
    if (type == SOCK_STREAM) ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }

  void send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::runtime_error(fmt::format("send: {}", std::strerror(errno)));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Until the peer has closed.
  void finish() const {
    ::shutdown(descriptor_, SHUT_WR);
    std::array<char, 4096> unread;
    while (::recv(descriptor_, unread.data(), unread.size(), 0) > 0) continue;
  }

 private:
  int descriptor_;
};

std::string padded(std::string text, std::size_t bytes) {
  if (text.size() < bytes) text.append(bytes - text.size(), 'x');
  return text;
}

std::string message_of(std::string_view kind, std::size_t bytes) {
  const std::string head = kind == "lines" ? "" : "<165>1 2024-11-05T22:14:15.003Z host.example app 8710 ID47 - ";
  return padded(head, bytes - 1) + '\n';
}

void send_messages(std::uint16_t port, const std::string& message, std::uint64_t events) {
  const Socket socket(SOCK_STREAM, port);
  const std::uint64_t in_block = std::max<std::uint64_t>(1, kBlockBytes / message.size());
  std::string block;
  for (std::uint64_t i = 0; i < in_block; ++i) block += message;
  while (events != 0) {
    const std::uint64_t some = std::min(events, in_block);
    socket.send_all(std::string_view(block).substr(0, some * message.size()));
    events -= some;
  }
  socket.finish();
}

std::string request_of(std::uint64_t events, std::size_t bytes) {
  std::string body = "[";
  for (std::uint64_t i = 0; i < events; ++i) {
    body += fmt::format(R"({}{{"headers":{{"host":"host.example","n":"{}"}},"body":"{}"}})", i == 0 ? "" : ",", i, std::string(bytes, 'x'));
  }
  body += "]";
  return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                     body);
}

/// How many bytes the body of an answer has: as many as it says, or those of an empty last chunk, which is how Jetty says that there is
/// none.
std::size_t length_of_body(std::string head) {
  std::ranges::transform(head, head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kLastChunk = "0\r\n\r\n";
  if (head.find("transfer-encoding: chunked") != std::string::npos) return kLastChunk.size();
  constexpr std::string_view kLength = "content-length:";
  const std::size_t at = head.find(kLength);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + kLength.size()));
}

void read_answer(const Socket& socket, std::string& buffer) {
  std::array<char, 4096> piece;
  for (;;) {
    const std::size_t end = buffer.find("\r\n\r\n");
    if (end != std::string::npos) {
      if (!buffer.starts_with("HTTP/1.1 200")) throw std::runtime_error("answer: " + buffer.substr(0, buffer.find('\r')));
      const std::size_t length = end + 4 + length_of_body(buffer.substr(0, end));
      if (buffer.size() >= length) {
        buffer.erase(0, length);
        return;
      }
    }
    const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (got <= 0) throw std::runtime_error("no answer");
    buffer.append(piece.data(), static_cast<std::size_t>(got));
  }
}

void send_requests(std::uint16_t port, std::size_t bytes, std::uint64_t events) {
  const Socket socket(SOCK_STREAM, port);
  const std::string whole = request_of(kEventsOfRequest, bytes);
  std::string answers;
  while (events != 0) {
    const std::uint64_t some = std::min(events, kEventsOfRequest);
    socket.send_all(some == kEventsOfRequest ? whole : request_of(some, bytes));
    read_answer(socket, answers);
    events -= some;
  }
}

void send_datagrams(std::uint16_t port, std::string message, std::uint64_t events, double rate) {
  constexpr std::uint64_t kAtOnce = 64;
  message.pop_back();  // the datagram ends the message
  const Socket socket(SOCK_DGRAM, port);
  std::vector<iovec> pieces(kAtOnce, iovec{message.data(), message.size()});
  std::vector<mmsghdr> messages(kAtOnce);
  for (std::uint64_t i = 0; i < kAtOnce; ++i) messages[i].msg_hdr.msg_iov = &pieces[i], messages[i].msg_hdr.msg_iovlen = 1;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t sent = 0; sent < events;) {
    const int done = ::sendmmsg(socket.get(), messages.data(), static_cast<unsigned>(std::min(kAtOnce, events - sent)), 0);
    if (done < 0) throw std::runtime_error(fmt::format("sendmmsg: {}", std::strerror(errno)));
    sent += static_cast<std::uint64_t>(done);
    if (rate > 0)
      std::this_thread::sleep_until(
          begin + std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(static_cast<double>(sent) / rate)));
  }
}

int run(const std::vector<std::string>& words) {
  if (words.size() != 5) throw std::runtime_error("syslog|lines|http PORT EVENTS BYTES CONNECTIONS, or udp PORT EVENTS BYTES RATE");
  const std::string& kind = words[0];
  const auto port = static_cast<std::uint16_t>(std::stoul(words[1]));
  const std::uint64_t events = std::stoull(words[2]);
  const std::size_t bytes = std::stoul(words[3]);
  if (kind == "udp") {
    send_datagrams(port, message_of(kind, bytes), events, std::stod(words[4]));
    return 0;
  }
  const std::uint64_t connections = std::stoull(words[4]);
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < connections; ++i) {
    const std::uint64_t share = events / connections + (i < events % connections ? 1 : 0);
    threads.emplace_back([&kind, port, bytes, share] {
      try {
        if (kind == "http") {
          send_requests(port, bytes, share);
        } else {
          send_messages(port, message_of(kind, bytes), share);
        }
      } catch (const std::exception& error) {
        fmt::print(stderr, "network_load: {}\n", error.what());
        std::exit(1);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run({arguments + 1, arguments + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "network_load: {}\n", error.what());
    return 1;
  }
}
