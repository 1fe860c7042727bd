#include "runtime/sink_runner.h"

#include <algorithm>

namespace flume::runtime {

SinkRunner::SinkRunner(const SinkWiring& wiring) : SinkThread("sinks." + wiring.plan->name, wiring.services->clock), sink_(wiring, stop_) {}

void SinkRunner::start() {
  sink_.tell_starting();
  thread_.start([this] { run(); });
}

void SinkRunner::run() {
  const bool has_started = sink_.start();
  if (has_started) loop();
  sink_.takes_no_more();
  if (!has_started) return;
  sink_.close();
  thread_.ends();
  sink_.tell_stopped();
}

void SinkRunner::loop() {
  for (;;) {
    const std::int64_t delivered_before = sink_.delivered();
    stop_.is_draining = stop_.is_requested();
    const Next next = sink_.round();
    if (next == Next::Stop) break;
    if (next == Next::Go) {
      sink_.backs_off_no_more();
    } else if (sink_.is_drain_in_vain() && sink_.delivered() == delivered_before) {
      break;
    } else {
      pause(next);
    }
  }
  sink_.let_go();
}

void SinkRunner::pause(Next next) {
  const Instant end = clock_.steady() + sink_.pause_after(next);
  // The clock's work goes on while the sink waits for its destination.
  while (clock_.steady() < end) {
    if (!stop_.sleep(clock_, std::min(end, sink_.call_tick()))) return;
  }
}

}  // namespace flume::runtime
