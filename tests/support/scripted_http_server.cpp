#include "support/scripted_http_server.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include "net/tls/tls_handles.h"
#include "text/ascii.h"

namespace flume {
namespace {

tls::BioHandle memory_of(const std::string& text) { return tls::BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

tls::SslContext context_of(const ScriptedHttpServer::Tls& tls) {
  tls::SslContext context(SSL_CTX_new(TLS_server_method()));
  const auto certificate_bio = memory_of(tls.certificate_pem);
  const tls::Certificate certificate(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
  const auto key_bio = memory_of(tls.certificate_pem);
  const tls::Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  if (tls.client_authority.empty()) return context;
  const auto authority_bio = memory_of(tls.client_authority);
  const tls::Certificate authority(PEM_read_bio_X509(authority_bio.get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

}  // namespace

std::string http_answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " As told\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
         body;
}

/// One connection, blocking.
class ScriptedHttpServer::Peer {
 public:
  Peer(int socket, SSL_CTX* context) : socket_(socket) {
    if (context == nullptr) return;
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), socket_);
    is_open_ = SSL_accept(ssl_.get()) == 1;
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    ssl_.reset();
    ::close(socket_);
  }

  [[nodiscard]] bool is_open() const noexcept { return is_open_; }
  std::optional<ScriptedRequest> read() {
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    ScriptedRequest request;
    const std::string head = input_.substr(0, end);
    request.line = head.substr(0, head.find("\r\n"));
    for (std::size_t at = request.line.size(); at < head.size();) {
      const std::size_t line_end = std::min(head.find("\r\n", at + 2), head.size());
      const std::string line = head.substr(at + 2, line_end - at - 2);
      const std::size_t colon = std::min(line.find(':'), line.size());
      request.headers[to_lower(line.substr(0, colon))] = line.substr(std::min(colon + 2, line.size()));
      at = line_end;
    }
    input_.erase(0, end + 4);
    const auto length = request.headers.find("content-length");
    const std::size_t bytes = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (input_.size() < bytes) {
      if (!more()) return std::nullopt;
    }
    request.body = input_.substr(0, bytes);
    input_.erase(0, bytes);
    return request;
  }
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  void wait_for_acknowledgement(bool waits) const {
    const int at_once = waits ? 0 : 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  }
  void wait_for_end() {
    while (more()) input_.clear();
  }

 private:
  bool more() {
    std::array<char, 16384> buffer;
    const ssize_t got =
        ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size())) : ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  const int socket_;
  tls::Ssl ssl_;
  bool is_open_ = true;
  std::string input_;
};

ScriptedHttpServer::ScriptedHttpServer(Script script, Tls tls) : script_(std::move(script)), tls_(std::move(tls)) {
  std::signal(SIGPIPE, SIG_IGN);  // libssl writes without MSG_NOSIGNAL
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listening_, 16) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::perror("scripted HTTP server");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

ScriptedHttpServer::~ScriptedHttpServer() {
  thread_.request_stop();
  ::shutdown(listening_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    if (open_ != -1) ::shutdown(open_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listening_);
}

void ScriptedHttpServer::serve(const std::stop_token& stop) {
  const tls::SslContext context = tls_.certificate_pem.empty() ? tls::SslContext() : context_of(tls_);
  while (!stop.stop_requested()) {
    const int socket = ::accept(listening_, nullptr, nullptr);
    if (socket == -1) return;
    {
      const std::lock_guard lock(mutex_);
      if (stop.stop_requested()) ::shutdown(socket, SHUT_RDWR);
      open_ = socket;
      ++connections_;
    }
    std::optional<Peer> peer(std::in_place, socket, context.get());
    if (peer->is_open()) serve(*peer);
    const std::lock_guard lock(mutex_);
    open_ = -1;
    peer.reset();
  }
}

void ScriptedHttpServer::serve(Peer& peer) {
  while (auto request = peer.read()) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    const ScriptedAnswer answer = script_(*request);
    peer.wait_for_acknowledgement(answer.waits_for_acknowledgement);
    std::string_view rest = answer.bytes;
    while (!rest.empty()) {
      if (!peer.write(rest.substr(0, answer.piece))) return;
      rest.remove_prefix(std::min(answer.piece, rest.size()));
      if (!rest.empty()) std::this_thread::sleep_for(answer.pause);
    }
    if (answer.then == ScriptedAnswer::Then::Silence) peer.wait_for_end();
    if (answer.then != ScriptedAnswer::Then::KeepOpen) return;
  }
}

std::string ScriptedHttpServer::url(const std::string& path) const {
  return (tls_.certificate_pem.empty() ? "http" : "https") + ("://localhost:" + std::to_string(port_)) + path;
}

std::vector<ScriptedRequest> ScriptedHttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> ScriptedHttpServer::bodies() const {
  std::vector<std::string> bodies;
  for (const ScriptedRequest& request : requests()) bodies.push_back(request.body);
  return bodies;
}

int ScriptedHttpServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

}  // namespace flume
