#include "clients/http/curl_transfer.h"

#include <algorithm>
#include <chrono>
#include <mutex>

#include "flume/version.h"

namespace flume::http {
namespace {

using std::chrono::milliseconds;

// Between two looks at the clock. libcurl wakes by itself when something comes, and by curl_multi_wakeup() when we are stopped.
constexpr milliseconds kLongestPoll(500);

}  // namespace

void initialise_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

void TransferOptions::set_pem(CURLoption name, const std::string& pem) {
  if (pem.empty()) return;
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
  set(name, &blob);
}

void TransferOptions::set_trusted(const std::string& pem) {
  if (pem.empty()) return;
  set_pem(CURLOPT_CAINFO_BLOB, pem);
  // Else a folder of the machine's authorities, if libcurl was built with one, would count beside them.
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
}

void TransferOptions::set_common() {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");  // as Java, which does not look at http_proxy
  set(CURLOPT_USERAGENT, ("flume-cpp/" + std::string(version())).c_str());
}

Status TransferOptions::result() const {
  if (refused_ == CURLE_OK) return {};
  return invalid_config(std::string("libcurl refuses the request: ") + curl_easy_strerror(refused_));
}

Status transfer_error(CURLcode code, const char* words) {
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
    case CURLE_SSL_CERTPROBLEM:
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

Status drive(CURLM* multi, const Clock& clock, const std::stop_token& stop, const std::function<Result<Deadline>()>& latest) {
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  while (true) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) return fatal("libcurl cannot go on");
    if (running == 0) return {};
    const auto deadline = latest();
    if (!deadline) return deadline.status();
    if (clock.passed(*deadline)) return retryable("no answer in time", Cause::Timeout);
    milliseconds wait = kLongestPoll;
    if (!deadline->is_never()) {
      wait = std::min(wait, std::chrono::duration_cast<milliseconds>(deadline->when() - clock.steady()) + milliseconds(1));
    }
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
  }
}

CURLcode end_of_transfer(CURLM* multi) {
  CURLcode ended = CURLE_OK;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg == CURLMSG_DONE) ended = message->data.result;
  }
  return ended;
}

}  // namespace flume::http
