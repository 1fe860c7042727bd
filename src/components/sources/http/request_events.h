// From an HTTP request to its events: what Flume calls a handler. One thread; an object may serve all connections of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flume/batch_builder.h"
#include "net/http_message.h"

namespace flume {

/// Why a request has no events: the answer to it.
struct RequestRefusal {
  unsigned status;
  std::string why;
};

class RequestEvents {
 public:
  virtual ~RequestEvents() = default;
  /// Adds the events of `request`, whose body is decoded. After a refusal some may have been built: the caller discards them. The
  /// body may be changed.
  virtual std::optional<RequestRefusal> build(HttpRequest& request, BatchBuilder& builder) = 0;
};

/// Flume's JSONHandler: an array of {"headers": {...}, "body": "..."}; with Content-Type application/x-ndjson one such object a line.
/// Beyond Flume: "bodyBase64" instead of "body", for bytes.
std::unique_ptr<RequestEvents> make_json_events();
/// Flume's BLOBHandler: the body is the event, the parameters of the query are headers; `mandatory` ones must be there.
std::unique_ptr<RequestEvents> make_blob_events(std::vector<std::string> mandatory);
/// Each line of the body is an event, with the parameters of the query as headers; its end is not part of it, and an empty one is none.
std::unique_ptr<RequestEvents> make_line_events();
/// The BlobHandler of Flume's morphline module: the body, cut at `longest` bytes, with the header Content-Type.
std::unique_ptr<RequestEvents> make_cut_blob_events(std::size_t longest);

}  // namespace flume
