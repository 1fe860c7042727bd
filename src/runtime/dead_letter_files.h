// DeadLetterFiles: dead letters as the files of a folder. A sink of files writes them, inside the sink that refused the events:
// its journal is a bookmark of its own in the sink's channel, which is committed together with the events, so that its
// files are cut to what is committed after a crash.
// Owned by the sink's runner; its thread only. The channel outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/agent_plan.h"
#include "flume/metrics.h"
#include "flume/sink.h"
#include "runtime/dead_letters.h"
#include "runtime/tick_schedule.h"

namespace flume::runtime {

class DeadLetterFiles final : public DeadLetters, private SinkContext {
 public:
  /// `outer`: the sink that refuses; `channel`: the one that it drains. `services` are the outer sink's.
  DeadLetterFiles(const config::PlannedComponent& plan, SinkContext& outer, Channel& channel, const Services& services);

  Status start() override;
  Result<std::uint64_t> settle_stored() override { return std::uint64_t{0}; }
  Stored store(EventBatch letters, const Ranges& ids) override;
  void add_deltas(std::vector<BookmarkDelta>& deltas) override;
  void committed() override;
  void given_back() override;
  Instant tick() override;
  void stop(Deadline deadline) override;

 private:
  // SinkContext, for the sink of files.
  [[nodiscard]] const std::string& name() const override { return services_.name; }
  SinkCounters& counters() override { return counters_; }
  [[nodiscard]] bool channel_survives_crash() const override { return channel_.survives_crash(); }
  Result<Bookmark> bookmark() override { return channel_.bookmark(owner_); }
  Status note(std::span<const KeyValue> set, Durability durability) override;
  Status hold(const Ranges& ids) override;
  Status settle(const Ranges& ids, std::span<const KeyValue> set) override;
  Result<TakeTransaction> take_exactly(const Ranges& ids) override { return outer_.take_exactly(ids); }
  [[nodiscard]] std::stop_token stop_token() const override { return outer_.stop_token(); }
  [[nodiscard]] Deadline stop_deadline() const override { return outer_.stop_deadline(); }

  SinkContext& outer_;
  Channel& channel_;
  const Services services_;
  const std::string owner_;
  SinkCounters counters_;  // of no registry
  std::unique_ptr<Sink> sink_;
  bool has_started_ = false;
  TickSchedule ticks_;
  // Of the last store(), until it is committed or given back.
  Ranges ids_;
  std::optional<Delivery> delivery_;
  std::vector<KeyValue> set_;
  bool is_all_stored_ = false;
};

}  // namespace flume::runtime
