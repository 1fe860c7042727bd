// A SimHdfs on the real network's loopback, in a thread of its own and in real time: for tests of what has threads,
// from a client to a whole agent. Recoveries take a few milliseconds, so that nobody waits for them.
// Owned by the test, made and destroyed in its thread; its destructor stops the servers, whoever is connected.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/asio_network.h"
#include "support/sim_hdfs/sim_hdfs.h"

namespace flume::hdfs {

class HdfsOnLoopback {
 public:
  explicit HdfsOnLoopback(SimHdfsSize size = {});
  HdfsOnLoopback(const HdfsOnLoopback&) = delete;
  HdfsOnLoopback& operator=(const HdfsOnLoopback&) = delete;
  ~HdfsOnLoopback() = default;

  /// Any thread but its own. Runs `action(SimHdfs&)` between two events of the servers, and waits for its value.
  template <typename Action>
  auto with(Action action) -> std::invoke_result_t<Action, SimHdfs&>;

  /// Where the NameNodes are. Does not change.
  [[nodiscard]] const std::vector<RpcServer>& servers() const { return servers_; }
  /// "hdfs://127.0.0.1:40123", of the first NameNode.
  [[nodiscard]] std::string uri() const;
  [[nodiscard]] Result<std::string> read(const std::string& path);
  [[nodiscard]] std::vector<std::string> files();
  [[nodiscard]] std::vector<std::string> complaints();

 private:
  void run(const std::function<void()>& action);

  AsioNetwork network_;
  const std::unique_ptr<EventLoop> loop_ = network_.make_loop();
  SimHdfs hdfs_;
  const std::vector<RpcServer> servers_;
  std::jthread thread_;  // last: it runs the loop, and only it touches hdfs_
};

template <typename Action>
auto HdfsOnLoopback::with(Action action) -> std::invoke_result_t<Action, SimHdfs&> {
  using Value = std::invoke_result_t<Action, SimHdfs&>;
  if constexpr (std::is_void_v<Value>) {
    run([&] { action(hdfs_); });
  } else {
    std::optional<Value> value;
    run([&] { value.emplace(action(hdfs_)); });
    return std::move(*value);
  }
}

}  // namespace flume::hdfs
