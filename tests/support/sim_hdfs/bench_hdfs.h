// A simulated HDFS beside a SinkBench, in its time: nn1:8020 and some DataNodes. Once the bench has stopped, no call of the
// dead process arrives any more.
//   bench->destination = std::make_shared<BenchHdfs>(*bench);
#pragma once

#include <optional>
#include <string_view>

#include "support/sim_hdfs/sim_hdfs.h"
#include "support/sink_bench.h"

namespace flume::conformance {

class BenchHdfs {
 public:
  explicit BenchHdfs(SinkBench& bench, hdfs::SimHdfsSize size = {}) : loop_(bench.services.clock) {
    bench.services.network.share_loop(loop_);
    hdfs_.emplace(hdfs::site_on(bench.services.network, loop_), size);
    hdfs_->namenode().set_faults([&bench](std::string_view method) {
      const bool only_looks = method.starts_with("get") || method == "isFileClosed" || method == "renewLease";
      const bool arrives = only_looks ? !bench.stop.is_stopped() : bench.stop.next();
      return arrives ? hdfs::SimFault::None : hdfs::SimFault::CutBefore;
    });
  }
  BenchHdfs(const BenchHdfs&) = delete;
  BenchHdfs& operator=(const BenchHdfs&) = delete;
  ~BenchHdfs() = default;

  static hdfs::SimHdfs& of(const SinkBench& bench) { return *static_cast<BenchHdfs*>(bench.destination.get())->hdfs_; }

 private:
  SimEventLoop loop_;
  std::optional<hdfs::SimHdfs> hdfs_;
};

}  // namespace flume::conformance
