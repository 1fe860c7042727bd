// SinkGroup: the thread of several sinks, of which the group's processor chooses one for each batch. A sink that does not take it
// gives it back, and the next one takes the same events from the head of the channel. What a sink is in doubt about is held for it in the
// channel, while the others go on, and given to them when its time is over.
// Sinks are started side by side, each on a thread of its own; when each has been tried once, the group works with those that have started.
// Sinks of a group may drain different channels: then those whose channel has nothing are passed over.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "flume/sink_processor.h"
#include "runtime/sink_member.h"
#include "runtime/sink_thread.h"

namespace flume::runtime {

struct SinkGroupWiring {
  const config::PlannedSinkGroup* plan = nullptr;
  std::vector<SinkWiring> sinks;       ///< in the group's order
  const Services* services = nullptr;  ///< bound to the group
  HealthBoard* health = nullptr;
  Settings settings;
};

class SinkGroup final : public SinkThread {
 public:
  /// Makes the processor and the sinks; what their constructors throw comes out of here.
  explicit SinkGroup(const SinkGroupWiring& wiring);
  ~SinkGroup() override;

  void start() override;
  [[nodiscard]] std::vector<const Channel*> used_channels() const override;
  [[nodiscard]] std::vector<const Channel*> held_channels() const override;

 private:
  enum class Life : std::uint8_t { Starting, Retrying, Started, NotStarted, Working, Ended };
  struct Place {
    std::unique_ptr<SinkMember> sink;
    std::atomic<Life> life{Life::Starting};  // up to Started or NotStarted by the starting thread, then by the group's
    RunnerThread starting{};
    bool is_in_doubt = false;
    Instant doubtful_since{};
  };

  void run();
  void start_sinks();
  void loop();
  Next round();
  /// Sinks whose start has ended join, or are given up; true while one is still starting.
  bool let_join();
  /// The clock's work and the sinks' own; when there is more.
  Instant tend();
  void watch_doubt(Place& place, bool was_in_doubt, std::size_t sink, Instant& due);
  /// Into order_: those to be tried now.
  void choose(Instant now);
  /// What this sink has refused goes to the others that work; what none of them takes is set aside by it. As in Flume, where the next sink
  /// gets the batch.
  void pass_on_refused(std::size_t from);
  /// One of them takes the next events; what the round came to.
  Next deliver(Instant latest);
  void end(Place& place);
  void pause(Instant::duration wait);
  [[nodiscard]] bool is_any_working() const;
  [[nodiscard]] bool is_drain_in_vain() const;
  [[nodiscard]] std::int64_t delivered() const;
  void tell(ComponentState state, std::string_view why = {});

  const SinkGroupWiring wiring_;
  const Log log_;
  const std::unique_ptr<SinkProcessor> processor_;
  std::vector<std::unique_ptr<Place>> places_;
  bool has_several_channels_ = false;
  std::vector<std::size_t> order_;
  Instant::duration look_around_ = std::chrono::milliseconds(1);  // until the next look into the channels, if they are several
  std::vector<const Channel*> without_events_;
  std::uint32_t backoffs_in_a_row_ = 0;
  ComponentState state_ = ComponentState::Starting;
  Parker wake_;  // a start has ended, or the agent stops
};

}  // namespace flume::runtime
