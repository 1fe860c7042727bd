// The module `http`: DocumentReader by libcurl. Its multi interface with one transfer, so that our clock and the stop token end it.
#include <algorithm>
#include <mutex>

#include <curl/curl.h>

#include "clients/http/document_reader.h"
#include "clients/http/http_status.h"
#include "flume/module.h"
#include "flume/version.h"

namespace flume::http {
namespace {

// Between two looks at the clock. libcurl wakes by itself when something comes, and by curl_multi_wakeup() when we are stopped.
constexpr auto kLongestPoll = std::chrono::milliseconds(500);

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;

struct Body {
  std::string bytes;
  std::size_t largest = 0;
  bool is_too_large = false;
};

std::size_t take_body(const char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<Body*>(to);
  const std::size_t length = size * count;
  if (length > body.largest - body.bytes.size()) {
    body.is_too_large = true;
    return 0;  // an error for libcurl, which ends the transfer
  }
  body.bytes.append(data, length);
  return length;
}

Status too_large(std::size_t largest) {
  return {ErrorKind::InvalidConfig, "the document is larger than " + std::to_string(largest) + " bytes", Cause::TooLarge};
}

Status status_of(CURLcode code, const char* words, const Body& body) {
  if (body.is_too_large || code == CURLE_FILESIZE_EXCEEDED) return too_large(body.largest);
  const std::string what = words[0] != '\0' ? words : curl_easy_strerror(code);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CIPHER:
      return invalid_config(what);
    case CURLE_COULDNT_RESOLVE_HOST:
      return retryable(what, Cause::UnknownHost);
    case CURLE_COULDNT_CONNECT:
      return retryable(what, Cause::Refused);
    case CURLE_OPERATION_TIMEDOUT:
      return retryable(what, Cause::Timeout);
    default:
      return retryable(what, Cause::Disconnected);
  }
}

class CurlDocumentReader final : public DocumentReader {
 public:
  explicit CurlDocumentReader(Clock& clock) : clock_(clock) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }

  Result<std::string> read(const DocumentRequest& request, Deadline deadline, const std::stop_token& stop) override {
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init());
    if (!multi || !easy) return fatal("libcurl gives no transfer");
    Body body{{}, request.largest};
    char words[CURL_ERROR_SIZE] = "";
    FLUME_TRY(prepare(easy.get(), request, body, words));
    curl_multi_add_handle(multi.get(), easy.get());
    const Status ran = run(multi.get(), deadline, stop);
    CURLcode ended = CURLE_OK;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg == CURLMSG_DONE) ended = message->data.result;
    }
    long code = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
    curl_multi_remove_handle(multi.get(), easy.get());
    FLUME_TRY(ran);
    if (ended != CURLE_OK) return status_of(ended, words, body);
    FLUME_TRY(check_status(code, !request.password.empty()));
    return std::move(body.bytes);
  }

 private:
  static Status prepare(CURL* easy, const DocumentRequest& request, Body& body, char* words) {
    CURLcode set = CURLE_OK;
    const auto option = [&](CURLoption name, auto value) {
      if (set == CURLE_OK) set = curl_easy_setopt(easy, name, value);
    };
    option(CURLOPT_ERRORBUFFER, words);
    option(CURLOPT_URL, request.url.c_str());
    option(CURLOPT_PROTOCOLS_STR, "http,https");
    // A document that was asked for in secret is not taken from an open line.
    option(CURLOPT_REDIR_PROTOCOLS_STR, request.url.starts_with("https") || request.url.starts_with("HTTPS") ? "https" : "http,https");
    option(CURLOPT_FOLLOWLOCATION, request.most_redirects > 0 ? 1L : 0L);
    option(CURLOPT_MAXREDIRS, static_cast<long>(request.most_redirects));
    option(CURLOPT_NOSIGNAL, 1L);
    option(CURLOPT_PROXY, "");  // as Java, which does not look at http_proxy
    option(CURLOPT_USERAGENT, ("flume-cpp/" + std::string(version())).c_str());
    option(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.largest));
    option(CURLOPT_WRITEFUNCTION, &take_body);
    option(CURLOPT_WRITEDATA, &body);
    if (!request.user.empty() && !request.password.empty()) {
      option(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      option(CURLOPT_USERNAME, request.user.c_str());
      option(CURLOPT_PASSWORD, request.password.c_str());
    }
    if (!request.trusted_pem.empty()) {
      curl_blob blob{const_cast<char*>(request.trusted_pem.data()), request.trusted_pem.size(), CURL_BLOB_COPY};
      option(CURLOPT_CAINFO_BLOB, &blob);
    }
    return set == CURLE_OK ? Status() : invalid_config(std::string("libcurl refuses the request: ") + curl_easy_strerror(set));
  }

  Status run(CURLM* multi, Deadline deadline, const std::stop_token& stop) {
    const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
    while (true) {
      int running = 0;
      if (curl_multi_perform(multi, &running) != CURLM_OK) return fatal("libcurl cannot go on");
      if (running == 0) return {};
      if (stop.stop_requested()) return retryable("stopped", Cause::Stopped);
      if (clock_.passed(deadline)) return retryable("no answer in time", Cause::Timeout);
      auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(kLongestPoll);
      if (!deadline.is_never())
        wait = std::min(
            wait, std::chrono::duration_cast<std::chrono::milliseconds>(deadline.when() - clock_.steady()) + std::chrono::milliseconds(1));
      curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
  }

  Clock& clock_;
};

}  // namespace
}  // namespace flume::http

extern "C" __attribute__((visibility("default"))) void flume_make_document_reader(flume::Clock& clock,
                                                                                  std::unique_ptr<flume::http::DocumentReader>& reader) {
  reader = std::make_unique<flume::http::CurlDocumentReader>(clock);
}

FLUME_MODULE(registry) {
  static_cast<void>(registry);  // it brings no components
  return {};
}
