// Schemas that URLs name: read once, checked, kept. Shared by the files of one sink; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "clients/http/document_reader.h"
#include "flume/options.h"
#include "flume/result.h"
#include "flume/services.h"

namespace flume {

/// May an event name this URL? It is one of `allowed`, or below one of them that is a folder.
[[nodiscard]] bool is_allowed_schema_url(std::string_view url, const Names& allowed);

/// Nothing when schemas can be read from there; InvalidConfig says why not.
[[nodiscard]] Status check_schema_url(std::string_view url);

class AvroSchemas {
 public:
  /// The schema at a file:, hdfs:, http: or https: URL, or of a local path. Rejected: there is none, or it is no schema, or too
  /// long; otherwise Retryable. What was read once is not read again while the agent runs. Waits for ten seconds at most, and for
  /// a document that another thread reads.
  Result<std::string> at(const std::string& url, const Services& services);

 private:
  Result<std::string> read_document(const std::string& url, const Services& services);

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> known_;  // guarded by mutex_
  std::mutex documents_mutex_;
  std::unique_ptr<http::DocumentReader> documents_;  // guarded by documents_mutex_; loaded by the first URL that needs it
};

}  // namespace flume
