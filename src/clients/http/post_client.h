// POSTs to HTTP servers, one after the other, over a connection that is kept for the next. Behind it is libcurl, in the module
// `http`, which is loaded by the first load_post_client(). A client is used by one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "flume/clock.h"
#include "flume/result.h"
#include "net/tls/client_pem.h"

namespace flume::http {

struct PostSettings {
  std::vector<std::string> headers{};  ///< "Name: value"
  std::chrono::milliseconds connect_timeout{5000};
  /// For the whole answer, from the last byte that was sent; and the longest pause while bytes are sent.
  std::chrono::milliseconds answer_timeout{5000};
  std::size_t kept_bytes = 1000;       ///< of the answer's body
  std::size_t most_bytes = 1U << 20U;  ///< of the answer's body; the connection of a larger one is not used again
  int most_redirects = 5;              ///< of 307 and 308, to the same scheme; others are answers
  tls::ClientPem tls{};                ///< of https
};

struct PostAnswer {
  enum class Fate : std::uint8_t {
    Answered,  ///< `status` is what the server says, whatever became of the rest of its answer
    NotSent,   ///< no connection, or none that is trusted; nothing of the request has left
    InDoubt,   ///< it was sent, perhaps in part, and there is no whole answer
  };
  Fate fate = Fate::NotSent;
  int status = 0;
  std::string body{};   ///< the first bytes
  Status why{};         ///< unless Answered
  int connections = 0;  ///< that were made, or tried, for it
};

class PostClient {
 public:
  virtual ~PostClient() = default;
  /// Blocks. `body` is sent as it is. Once `stop` is requested, it ends by `stop_deadline()`, too. A kept connection that ends without
  /// a byte of an answer is made anew and the request sent again, once: mostly it was closed while it was idle. Messages do not
  /// name the user part of `url`, whose user and password are sent as Basic.
  virtual PostAnswer post(const std::string& url, std::string_view body, const std::stop_token& stop,
                          const std::function<Deadline()>& stop_deadline) = 0;
};

/// `clock` outlives the client. The error says why the module, or a setting, cannot be used.
[[nodiscard]] Result<std::unique_ptr<PostClient>> load_post_client(Clock& clock, PostSettings settings);

/// What the module exports as flume_make_post_client.
using MakePostClient = void(Clock& clock, PostSettings&& settings, Result<std::unique_ptr<PostClient>>& client);

}  // namespace flume::http
