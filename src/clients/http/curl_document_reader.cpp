// DocumentReader by libcurl: its multi interface with one transfer, so that our clock and the stop token end it.
#include "clients/http/curl_document_reader.h"

#include "clients/http/curl_transfer.h"
#include "clients/http/http_status.h"

namespace flume::http {
namespace {

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

class CurlDocumentReader final : public DocumentReader {
 public:
  explicit CurlDocumentReader(Clock& clock) : clock_(clock) { initialise_libcurl(); }

  Result<std::string> read(const DocumentRequest& request, Deadline deadline, const std::stop_token& stop) override {
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init());
    if (!multi || !easy) return fatal("libcurl gives no transfer");
    Body body{{}, request.largest};
    char words[CURL_ERROR_SIZE] = "";
    FLUME_TRY(prepare(easy.get(), request, body, words));
    curl_multi_add_handle(multi.get(), easy.get());
    const Status ran = drive(multi.get(), clock_, stop, [&]() -> Result<Deadline> {
      if (stop.stop_requested()) return retryable("stopped", Cause::Stopped);
      return deadline;
    });
    const CURLcode ended = end_of_transfer(multi.get());
    long code = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
    curl_multi_remove_handle(multi.get(), easy.get());
    FLUME_TRY(ran);
    if (body.is_too_large || ended == CURLE_FILESIZE_EXCEEDED) return too_large(body.largest);
    if (ended != CURLE_OK) return transfer_error(ended, words);
    FLUME_TRY(check_status(code, !request.password.empty()));
    return std::move(body.bytes);
  }

 private:
  static Status prepare(CURL* easy, const DocumentRequest& request, Body& body, char* words) {
    TransferOptions options(easy);
    options.set_common();
    options.set(CURLOPT_ERRORBUFFER, words);
    options.set(CURLOPT_URL, request.url.c_str());
    // A document that was asked for in secret is not taken from an open line.
    const bool is_secret = request.url.starts_with("https") || request.url.starts_with("HTTPS");
    options.set(CURLOPT_REDIR_PROTOCOLS_STR, is_secret ? "https" : "http,https");
    options.set(CURLOPT_FOLLOWLOCATION, request.most_redirects > 0 ? 1L : 0L);
    options.set(CURLOPT_MAXREDIRS, static_cast<long>(request.most_redirects));
    options.set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.largest));
    options.set(CURLOPT_WRITEFUNCTION, &take_body);
    options.set(CURLOPT_WRITEDATA, &body);
    if (!request.user.empty() && !request.password.empty()) {
      options.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      options.set(CURLOPT_USERNAME, request.user.c_str());
      options.set(CURLOPT_PASSWORD, request.password.c_str());
    }
    options.set_trusted(request.trusted_pem);
    return options.result();
  }

  Clock& clock_;
};

}  // namespace

std::unique_ptr<DocumentReader> make_curl_document_reader(Clock& clock) { return std::make_unique<CurlDocumentReader>(clock); }

}  // namespace flume::http
