// What all transfers of the module `http` have in common: libcurl's handles, its errors as ours, and the loop that drives one
// transfer by our clock. Private to the module. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include <curl/curl.h>

#include "flume/clock.h"
#include "flume/result.h"

namespace flume::http {

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Multi = std::unique_ptr<CURLM, FreeMulti>;
using List = std::unique_ptr<curl_slist, FreeList>;

/// Before the first handle of the process is made. Any thread.
void initialise_libcurl();

/// Sets options one after the other; the first that is refused counts.
class TransferOptions {
 public:
  explicit TransferOptions(CURL* easy) : easy_(easy) {}
  template <typename Value>
  void set(CURLoption name, Value value) {
    if (refused_ == CURLE_OK) refused_ = curl_easy_setopt(easy_, name, value);
  }
  /// As a PEM text that stays where it is for as long as the handle lives. Nothing when it is empty.
  void set_pem(CURLoption name, const std::string& pem);
  /// These authorities and nobody else; with an empty text the machine's.
  void set_trusted(const std::string& pem);
  /// What everything here has: HTTP and HTTPS, no signals, no proxy, our name.
  void set_common();
  /// InvalidConfig: libcurl does not take one of them.
  [[nodiscard]] Status result() const;

 private:
  CURL* easy_;
  CURLcode refused_ = CURLE_OK;
};

/// `words`: libcurl's own, may be empty. InvalidConfig: waiting does not mend it (a URL that is none, a certificate that is not
/// trusted). Retryable otherwise: Cause::UnknownHost, Refused, Timeout or Disconnected.
[[nodiscard]] Status transfer_error(CURLcode code, const char* words);

/// Drives the transfers of `multi` until they have ended. `latest` is asked after each step for the deadline of the moment; its
/// error, or the deadline (Retryable, Cause::Timeout), ends the wait. `stop` asks it at once.
Status drive(CURLM* multi, const Clock& clock, const std::stop_token& stop, const std::function<Result<Deadline>()>& latest);

/// How the one transfer of `multi` ended.
[[nodiscard]] CURLcode end_of_transfer(CURLM* multi);

}  // namespace flume::http
