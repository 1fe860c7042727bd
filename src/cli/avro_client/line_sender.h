// What `flume-ng avro-client` does with lines: each becomes an event, batches of them go to an Avro source, one after the other.
// Nothing is repeated: the first batch that is not stored ends the work, as in Flume. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/flume_rpc/rpc_client.h"
#include "flume/batch_builder.h"
#include "net/loop_caller.h"

namespace flume::cli {

struct LineSenderSettings {
  rpc::RpcClientSettings client{};
  std::uint32_t batch_size = 5;                                ///< events
  std::vector<std::pair<std::string, std::string>> headers{};  ///< of every event
};

class LineSender {
 public:
  LineSender(Listener& network, Dialer& dialer, LineSenderSettings settings);
  LineSender(const LineSender&) = delete;
  LineSender& operator=(const LineSender&) = delete;
  ~LineSender();

  /// The line goes with its batch: with this call, or later. An error: the batch before it was not stored; nothing more is sent.
  Status add(std::string_view line);
  /// Everything that was added is stored when this returns ok.
  Status flush();

  /// Events that surely are stored; events of which nobody knows.
  [[nodiscard]] std::uint64_t stored() const noexcept { return stored_; }
  [[nodiscard]] std::uint64_t in_doubt() const noexcept { return in_doubt_; }

 private:
  Status send();

  const LineSenderSettings settings_;
  const SlabPool::Handle pool_ = SlabPool::make();
  BatchBuilder builder_{*pool_};
  std::unique_ptr<LoopCaller> caller_;
  std::unique_ptr<rpc::RpcClient> client_;
  std::vector<rpc::Append> full_;  // batches
  std::uint64_t stored_ = 0;
  std::uint64_t in_doubt_ = 0;
};

}  // namespace flume::cli
