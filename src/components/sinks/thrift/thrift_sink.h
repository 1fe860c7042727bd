// thrift: events to a Thrift source of Flume, Java's or ours: the next tier of agents. Owned by the agent; called by its runner,
// its client lives in a loop of its own.
// Differs from Flume: a batch that a frame does not hold goes in several; one that was sent and not answered is in doubt, not failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "clients/thrift/event_client.h"
#include "flume/component.h"
#include "flume/tls_options.h"
#include "net/loop_caller.h"

namespace flume {

struct ThriftSinkOptions {
  std::string hostname;
  Port port;
  std::int64_t batch_size = 100;
  std::chrono::milliseconds connect_timeout{20'000};
  std::chrono::milliseconds request_timeout{20'000};
  std::chrono::seconds reset_interval{0};
  thrift::Encoding protocol = thrift::Encoding::Compact;
  std::int64_t max_connections = 1;
  TlsClientOptions tls;
  bool kerberos = false;
  std::string client_principal;
  std::string client_keytab;
  std::string server_principal;
  std::string unread_reset_interval;
};

class ThriftSink final : public Sink {
 public:
  ThriftSink(const ThriftSinkOptions& options, const Services& services);
  ThriftSink(const ThriftSink&) = delete;
  ThriftSink& operator=(const ThriftSink&) = delete;
  ~ThriftSink() override { disconnect(); }

  /// Connects at the first events, not before.
  Status start(SinkContext& context) override;
  [[nodiscard]] TakeLimit limits() const override { return {.events = static_cast<std::uint32_t>(options_.batch_size)}; }
  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override;
  void stop(SinkContext& context, Deadline deadline) override;

 private:
  void disconnect();

  const ThriftSinkOptions options_;
  const Services services_;
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<thrift::EventClient> client_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace flume
