// SIGTERM and the like while main does something long with a stop token. The signals are blocked in the whole process; a thread of
// its own waits for them, only as long as the StopSignals lives.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace flume::cli {

class StopSignals {
 public:
  /// Precondition: every thread blocks `signals`.
  explicit StopSignals(const sigset_t& signals);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void watch();

  std::stop_source source_;
  int signals_ = -1;  // a signalfd; -1 also when there is none to be had: then nothing stops us
  int end_ = -1;      // an eventfd
  std::thread thread_;
};

}  // namespace flume::cli
