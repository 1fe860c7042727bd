// A NameNode client on a simulated network, one or two simulated NameNodes, and tasks run to their end. For tests.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/hdfs/namenode.h"
#include "support/sim_hdfs/sim_namenode.h"
#include "support/sim_network.h"

namespace flume::hdfs {

class NameNodeFixture {
 public:
  explicit NameNodeFixture(std::vector<std::string> hosts = {"nn1"}) {
    RpcSettings settings;
    settings.user = "flume";
    for (const std::string& host : hosts) {
      settings.servers.push_back({.host = host, .port = 8020});
      nodes.push_back(std::make_unique<SimNameNode>(site_on(network, loop), names, host));
    }
    rpc.emplace(loop, network, std::move(settings), ClientId{});
    namenode.emplace(*rpc, "client-1");
  }

  /// The task's value; the end of all that can happen comes first when a task hangs for ever.
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> value = run_to_end(loop, std::move(task));
    EXPECT_TRUE(value.has_value()) << "the task hangs";
    return std::move(*value);
  }
  [[nodiscard]] Deadline soon() const { return loop.in(std::chrono::seconds(30)); }
  [[nodiscard]] OpenFile open_file(const std::string& path) const {
    return {.path = path, .client = "client-1", .file_id = names.files().at(path).id};
  }
  /// Only the first call of `method` suffers.
  void break_first(std::string method, SimFault fault) {
    nodes[0]->set_faults([=, hit = false](std::string_view called) mutable {
      if (hit || called != method) return SimFault::None;
      hit = true;
      return fault;
    });
  }

  SimClock clock;
  SimNetwork network{clock};
  SimEventLoop loop{clock};
  SimNamespace names;
  std::vector<std::unique_ptr<SimNameNode>> nodes;
  std::optional<RpcClient> rpc;
  std::optional<NameNodeClient> namenode;
};

}  // namespace flume::hdfs
