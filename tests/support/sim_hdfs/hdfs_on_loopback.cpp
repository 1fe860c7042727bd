#include "support/sim_hdfs/hdfs_on_loopback.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace flume::hdfs {

HdfsOnLoopback::HdfsOnLoopback(SimHdfsSize size) : hdfs_(site_on_loopback(network_, network_, *loop_), size), servers_(hdfs_.servers()) {
  hdfs_.names().recovery_time = std::chrono::milliseconds(5);
  thread_ = std::jthread([this](const std::stop_token& stop) { loop_->run(stop); });
}

std::string HdfsOnLoopback::uri() const { return "hdfs://" + host_and_port(servers_.front().host, servers_.front().port); }

void HdfsOnLoopback::run(const std::function<void()>& action) {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;  // guarded by mutex
  loop_->post([&] {
    action();
    const std::lock_guard lock(mutex);
    is_done = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return is_done; });
}

Result<std::string> HdfsOnLoopback::read(const std::string& path) {
  return with([&](SimHdfs& hdfs) { return hdfs.read(path); });
}

std::vector<std::string> HdfsOnLoopback::files() {
  return with([](SimHdfs& hdfs) { return hdfs.files(); });
}

std::vector<std::string> HdfsOnLoopback::complaints() {
  return with([](SimHdfs& hdfs) { return hdfs.complaints(); });
}

}  // namespace flume::hdfs
