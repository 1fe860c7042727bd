// PostClient by libcurl: one handle, whose options are set once, and the connection that it keeps.
#include "clients/http/curl_post_client.h"

#include <algorithm>
#include <array>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "clients/http/curl_transfer.h"

namespace flume::http {
namespace {

using Fate = PostAnswer::Fate;

constexpr std::size_t kMostHeaderBytes = std::size_t{256} << 10U;  // interim answers included

/// What has come of one answer.
struct Incoming {
  std::string body;
  std::size_t body_bytes = 0;
  std::size_t header_bytes = 0;
  std::size_t kept_bytes = 0;
  std::size_t most_bytes = 0;
  int status = 0;
  bool has_status = false;  ///< a final one, with all its headers
};

/// Of "HTTP/1.1 200 OK"; 0: it is none.
int status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  int status = 0;
  for (const char c : line.substr(blank + 1, 3)) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

std::size_t take_header(const char* data, std::size_t size, std::size_t count, void* to) {
  auto& incoming = *static_cast<Incoming*>(to);
  const std::string_view line(data, size * count);
  incoming.header_bytes += line.size();
  if (incoming.header_bytes > kMostHeaderBytes) return 0;  // an error for libcurl, which ends the transfer
  if (line.starts_with("HTTP/")) incoming.status = status_of(line);
  if ((line == "\r\n" || line == "\n") && incoming.status >= 200) incoming.has_status = true;
  return line.size();
}

std::size_t take_body(const char* data, std::size_t size, std::size_t count, void* to) {
  auto& incoming = *static_cast<Incoming*>(to);
  const std::size_t length = size * count;
  incoming.body.append(data, std::min(length, incoming.kept_bytes - incoming.body.size()));
  incoming.body_bytes += length;
  return incoming.body_bytes <= incoming.most_bytes ? length : 0;
}

std::string scheme_of(std::string_view url) {
  std::string scheme(url.substr(0, url.find(':')));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return scheme;
}

/// libssl's number of a version as libcurl's, lowest or highest.
long curl_version(int libssl_number) {
  switch (libssl_number) {
    case TLS1_VERSION:
      return CURL_SSLVERSION_TLSv1_0;
    case TLS1_1_VERSION:
      return CURL_SSLVERSION_TLSv1_1;
    case TLS1_2_VERSION:
      return CURL_SSLVERSION_TLSv1_2;
    default:
      return CURL_SSLVERSION_TLSv1_3;
  }
}
long curl_highest_version(int libssl_number) { return curl_version(libssl_number) << 16U; }

class CurlPostClient final : public PostClient {
 public:
  CurlPostClient(Clock& clock, PostSettings settings) : clock_(clock), settings_(std::move(settings)) {}

  Status open() {
    initialise_libcurl();
    multi_.reset(curl_multi_init());
    easy_.reset(curl_easy_init());
    if (!multi_ || !easy_) return fatal("libcurl gives no transfer");
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 1L);
    for (const std::string& header : settings_.headers) add_header(header);
    add_header("Expect:");  // as Java: large bodies do not wait for 100 Continue
    TransferOptions options(easy_.get());
    options.set_common();
    options.set(CURLOPT_ERRORBUFFER, words_.data());
    options.set(CURLOPT_POST, 1L);
    options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    options.set(CURLOPT_HTTPHEADER, headers_.get());
    options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
    options.set(CURLOPT_TCP_KEEPALIVE, 1L);
    options.set(CURLOPT_FOLLOWLOCATION, 0L);
    options.set(CURLOPT_SOCKOPTFUNCTION, &note_socket);
    options.set(CURLOPT_SOCKOPTDATA, this);
    options.set(CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
    options.set(CURLOPT_CLOSESOCKETDATA, this);
    options.set(CURLOPT_HEADERFUNCTION, &take_header);
    options.set(CURLOPT_WRITEFUNCTION, &take_body);
    set_tls(options);
    return options.result();
  }

  PostAnswer post(const std::string& url, std::string_view body, const std::stop_token& stop,
                  const std::function<Deadline()>& stop_deadline) override {
    std::string at = url;
    int connections = 0;
    for (int redirects = 0;; ++redirects) {
      PostAnswer answer = post_once(at, body, stop, stop_deadline);
      answer.connections += connections;
      const bool is_redirect = answer.fate == Fate::Answered && (answer.status == 307 || answer.status == 308);
      if (!is_redirect || location_.empty() || redirects == settings_.most_redirects || scheme_of(location_) != scheme_of(at))
        return answer;
      connections = answer.connections;
      at = location_;
    }
  }

 private:
  void add_header(const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(headers_.release());
    headers_.reset(longer);
  }

  void set_tls(TransferOptions& options) const {
    const tls::ClientPem& tls = settings_.tls;
    options.set(CURLOPT_SSL_VERIFYPEER, tls.trusts_all ? 0L : 1L);
    options.set(CURLOPT_SSL_VERIFYHOST, tls.trusts_all || !tls.verifies_host ? 0L : 2L);
    options.set_trusted(tls.trusted);
    options.set_pem(CURLOPT_SSLCERT_BLOB, tls.certificates);
    options.set_pem(CURLOPT_SSLKEY_BLOB, tls.key);
    if (tls.lowest_version != 0)
      options.set(CURLOPT_SSLVERSION, curl_version(tls.lowest_version) | curl_highest_version(tls.highest_version));
    if (!tls.suites_up_to_tls12.empty()) options.set(CURLOPT_SSL_CIPHER_LIST, tls.suites_up_to_tls12.c_str());
    if (!tls.suites_of_tls13.empty()) options.set(CURLOPT_TLS13_CIPHERS, tls.suites_of_tls13.c_str());
  }

  PostAnswer post_once(const std::string& url, std::string_view body, const std::stop_token& stop,
                       const std::function<Deadline()>& stop_deadline) {
    CURL* easy = easy_.get();
    Incoming incoming;
    incoming.kept_bytes = settings_.kept_bytes;
    incoming.most_bytes = settings_.most_bytes;
    words_[0] = '\0';
    TransferOptions options(easy);
    options.set(CURLOPT_URL, url.c_str());
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    options.set(CURLOPT_POSTFIELDS, body.data());
    options.set(CURLOPT_HEADERDATA, &incoming);
    options.set(CURLOPT_WRITEDATA, &incoming);
    if (Status refused = options.result(); !refused.ok()) return {.why = std::move(refused)};

    curl_multi_add_handle(multi_.get(), easy);
    Instant moved = clock_.steady();
    curl_off_t sent = -1;
    const Status ran = drive(multi_.get(), clock_, stop, [&]() -> Result<Deadline> {
      curl_off_t now_sent = 0;
      curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &now_sent);
      const bool is_connecting = request_bytes() == 0;  // for which libcurl has a limit of its own
      if (now_sent != sent || is_connecting) moved = clock_.steady();
      sent = now_sent;
      if (!is_connecting) acknowledge_at_once();
      const Deadline stopping = stop.stop_requested() ? stop_deadline() : Deadline::never();
      return is_connecting ? stopping : std::min(Deadline(moved + settings_.answer_timeout), stopping);
    });
    const CURLcode ended = end_of_transfer(multi_.get());
    PostAnswer answer = make_answer(std::move(incoming), ran, ended);
    curl_multi_remove_handle(multi_.get(), easy);
    return answer;
  }

  PostAnswer make_answer(Incoming&& incoming, const Status& ran, CURLcode ended) {
    PostAnswer answer;
    long connections = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connections);
    answer.connections = static_cast<int>(connections);
    char* location = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &location);
    location_ = location != nullptr ? location : "";
    if (incoming.has_status) {
      answer.fate = Fate::Answered;
      answer.status = incoming.status;
      answer.body = std::move(incoming.body);
      return answer;
    }
    answer.fate = request_bytes() == 0 ? Fate::NotSent : Fate::InDoubt;
    if (!ran.ok()) {
      answer.why = ran;
    } else if (incoming.header_bytes > kMostHeaderBytes) {
      answer.why = retryable("the answer's headers do not end", Cause::TooLarge);
    } else if (ended != CURLE_OK) {
      answer.why = transfer_error(ended, words_.data());
    } else {
      answer.why = retryable("the answer is no HTTP", Cause::Unsupported);
    }
    return answer;
  }

  static int note_socket(void* to, curl_socket_t socket, curlsocktype) {
    static_cast<CurlPostClient*>(to)->sockets_.push_back(socket);
    return CURL_SOCKOPT_OK;
  }
  static int close_socket(void* to, curl_socket_t socket) {
    std::erase(static_cast<CurlPostClient*>(to)->sockets_, socket);
    return ::close(socket);
  }
  /// Many servers write headers and body of an answer apart, and hold the second back until the first is acknowledged, which a
  /// system does after 40 ms unless told otherwise: again and again, since it forgets.
  void acknowledge_at_once() const {
    const int on = 1;
    for (const curl_socket_t socket : sockets_) {
      static_cast<void>(setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on));  // it is merely slower without
    }
  }

  /// Of this transfer's request that have left; 0: not even a connection is there.
  [[nodiscard]] long request_bytes() const {
    long bytes = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
    return bytes;
  }

  Clock& clock_;
  const PostSettings settings_;         // its PEM texts are libcurl's, too
  std::vector<curl_socket_t> sockets_;  // that are open
  List headers_;
  Multi multi_;
  Easy easy_;  // goes before the rest
  std::array<char, CURL_ERROR_SIZE> words_{};
  std::string location_;  // of the last answer
};

}  // namespace

Result<std::unique_ptr<PostClient>> make_curl_post_client(Clock& clock, PostSettings settings) {
  auto client = std::make_unique<CurlPostClient>(clock, std::move(settings));
  FLUME_TRY(client->open());
  return std::unique_ptr<PostClient>(std::move(client));
}

}  // namespace flume::http
