// SinkRunner: the thread of a sink that is in no group: round after round, with a pause behind those that lead to nothing.
#pragma once

#include "runtime/sink_member.h"
#include "runtime/sink_thread.h"

namespace flume::runtime {

class SinkRunner final : public SinkThread {
 public:
  /// Makes the sink; what its constructor throws comes out of here.
  explicit SinkRunner(const SinkWiring& wiring);
  ~SinkRunner() override { end_now(); }

  void start() override;
  [[nodiscard]] std::vector<const Channel*> used_channels() const override { return {sink_.channel()}; }
  [[nodiscard]] std::vector<const Channel*> held_channels() const override { return sink_.held_channels(); }

 private:
  void run();
  void loop();
  void pause(Next next);

  SinkMember sink_;
};

}  // namespace flume::runtime
