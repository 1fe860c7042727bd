// One document by HTTP or HTTPS: a GET that ends at a deadline, follows few redirects and takes so many bytes at most. Behind it
// is libcurl, in the module `http`, which is loaded by the first load_document_reader(). A reader is used by one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

#include "flume/clock.h"
#include "flume/result.h"

namespace flume::http {

struct DocumentRequest {
  std::string url;                   ///< http: or https:
  std::string user{};                ///< with `password`: Basic, sent to the first server only
  std::string password{};            ///< never part of a message
  std::string trusted_pem{};         ///< authorities that are trusted; empty: the machine's
  std::size_t largest = 16U << 20U;  ///< bytes of the document, unpacked
  int most_redirects = 5;            ///< 0: the document itself, or nothing
};

class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  /// The body of an answer with status 200. Retryable: it may be there later (nobody answers, 5xx, 408, 429; Cause::Stopped,
  /// Timeout, UnknownHost, Refused, NotReady tell apart). InvalidConfig: it will not come by waiting: 401 and 403
  /// (Permission), 404 and 410 (NotFound), other statuses, a certificate that is not trusted, a URL that is none, too many
  /// redirects, or one from https to http; TooLarge. Messages name neither user, password nor the user part of the URL.
  virtual Result<std::string> read(const DocumentRequest& request, Deadline deadline, const std::stop_token& stop) = 0;
};

/// `clock` outlives the reader. The error says why the module cannot be used.
[[nodiscard]] Result<std::unique_ptr<DocumentReader>> load_document_reader(Clock& clock);

/// What the module exports as flume_make_document_reader.
using MakeDocumentReader = void(Clock& clock, std::unique_ptr<DocumentReader>& reader);

}  // namespace flume::http
