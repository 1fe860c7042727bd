// EventClient: gives events to one of Flume's Thrift servers, a batch at a time, over a connection that it makes when it is needed
// and keeps. Nothing is repeated here: whoever calls knows what becomes of a batch. A task at a time, in the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "clients/thrift/message.h"
#include "flume/event.h"
#include "flume/net.h"
#include "net/awaitables.h"
#include "net/wrap_stream.h"

namespace flume::thrift {

struct EventClientSettings {
  std::string host;
  std::uint16_t port = 0;
  Encoding encoding = Encoding::Compact;
  Instant::duration connect_timeout = std::chrono::seconds(20);
  Instant::duration request_timeout = std::chrono::seconds(20);
  Instant::duration longest_connected = Instant::duration::max();  ///< a request that begins later gets a new connection
  WrapStream wrap{};
};

/// What became of a batch.
struct EventAnswer {
  enum class Fate : std::uint8_t {
    Stored,
    NotStored,  ///< surely: it was not sent as a whole, or the server says so
    InDoubt,    ///< it was sent, and nobody answered
  };
  EventAnswer(Fate its_fate, Status reason) : fate(its_fate), why(std::move(reason)) {}
  /// Of a task that was cut short.
  EventAnswer(Status cut_short) : fate(Fate::InDoubt), why(std::move(cut_short)) {}

  Fate fate;
  Status why;  ///< ok when stored
};

class EventClient {
 public:
  enum class Change : std::uint8_t { Opened, Closed, Failed };
  /// `on_change`: what happens to connections, from the loop. Failed: none could be made.
  EventClient(EventLoop& loop, Dialer& dialer, EventClientSettings settings, std::function<void(Change)> on_change);
  EventClient(const EventClient&) = delete;
  EventClient& operator=(const EventClient&) = delete;
  ~EventClient() { close(); }

  /// One appendBatch. Precondition: it fits (events_that_fit). Unless it is stored the connection is closed, as Flume does.
  Task<EventAnswer> append_batch(EventBatch events);

 private:
  Task<Status> be_connected();
  Task<bool> is_still_good();
  Task<Result<std::int32_t>> read_status(std::int32_t sequence, Deadline deadline);
  EventAnswer failed(EventAnswer::Fate fate, Status why);
  void close();

  EventLoop& loop_;
  Dialer& dialer_;
  const EventClientSettings settings_;
  const std::function<void(Change)> on_change_;
  const std::string server_;  // host:port
  std::unique_ptr<Connection> connection_;
  Instant connected_since_{};
  std::int32_t last_sequence_ = 0;
};

}  // namespace flume::thrift
