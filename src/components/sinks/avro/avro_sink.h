// avro: events to an Avro source of Flume, Java's or ours: the next tier of agents. Owned by the agent; called by its runner, its
// client lives in a loop of its own. Source: org.apache.flume.sink.AvroSink.
// Differs from Flume: it connects with the first events; a batch that was sent and not answered is in doubt, not failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "clients/flume_rpc/client_options.h"
#include "flume/component.h"
#include "net/loop_caller.h"

namespace flume {

struct AvroSinkOptions {
  std::string hostname;
  Port port;
  std::int64_t batch_size = 100;
  std::chrono::seconds reset_interval{0};
  std::int64_t requests_under_way = 1;
  rpc::ClientOptions client;
};

class AvroSink final : public Sink {
 public:
  AvroSink(const AvroSinkOptions& options, const Services& services);
  AvroSink(const AvroSink&) = delete;
  AvroSink& operator=(const AvroSink&) = delete;
  ~AvroSink() override { disconnect(); }

  Status start(SinkContext& context) override;
  /// Takes that go out side by side are delivered together.
  [[nodiscard]] TakeLimit limits() const override;
  Result<Outcome> deliver(const EventBatch& batch, Delivery& delivery) override;
  void stop(SinkContext& context, Deadline deadline) override;

 private:
  struct Part {
    std::uint32_t first;  ///< place in the batch
    std::uint32_t events;
  };
  /// Requests of at most batch-size events that peers take; larger events are rejected.
  std::vector<rpc::Append> cut(EventBatch batch, Delivery& delivery, std::vector<Part>& parts) const;
  void disconnect();

  const AvroSinkOptions options_;
  const Services services_;
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<rpc::RpcClient> client_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace flume
