// SourceWriter: a source's way into its channels (see ChannelWriter): header plan, interceptors, selector, putters,
// and the ledger: received = stored + dropped by rule + refused, each event counted once however many channels get it.
// One per event loop; owned by the source's runner. One thread, but for the completions of store_async().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "flume/balancing_selector.h"
#include "flume/metrics.h"
#include "flume/selector.h"
#include "flume/source.h"
#include "runtime/wiring.h"

namespace flume::runtime {

class SourceWriter final : public ChannelWriter {
 public:
  /// Makes the chain and opens the putters. The counters outlive the writer; they may be shared by several writers.
  static Result<std::unique_ptr<SourceWriter>> make(const SourceWiring& wiring, SourceCounters& counters, LedgerCounters& ledger);

  BatchBuilder builder() override { return BatchBuilder(*pool_, plan_); }
  Result<std::unique_ptr<ChannelWriter>> another() override;
  Result<std::vector<Bookmark>> bookmarks(std::string_view owner) override;
  Result<Write> prepare(EventBatch batch, const Position& position) override;
  /// Waits for the channels that refused a batch since the last call; when none did, for all that every event needs. A
  /// channel that will never have room (see WiredChannel::no_sink_left) is not waited for: the next store says so.
  void on_space(std::function<void()> callback) override;
  [[nodiscard]] std::uint32_t max_batch() const override { return max_batch_; }

 private:
  using Parts = SmallVector<Write::Part, 1>;
  struct Target {
    struct Place {
      std::size_t channel;
      bool is_required;
    };
    std::string name;
    Channel* channel = nullptr;
    std::unique_ptr<Putter> putter;
    std::unique_ptr<Putter> previous;          // its last completion may still be on its way out
    std::atomic<std::uint32_t> in_flight = 0;  // puts whose completion has not been called
    std::atomic<bool> has_failed = false;      // a put_async did not arrive: the putter refuses all that follow
    std::atomic<bool> is_missing_out = false;  // optional, and its last batch was not taken
    bool has_refused = false;                  // since the last on_space()
    bool is_told_full = false;
    Instant next_tell_full = Instant::min();
    std::stop_token no_sink_left;
    std::optional<std::stop_callback<std::function<void()>>> at_no_sink_left;  // of the last on_space()
  };
  struct InFlight;

  SourceWriter(const SourceWiring& wiring, SourceCounters& counters, LedgerCounters& ledger)
      : wiring_(wiring), counters_(counters), ledger_(ledger), pool_(SlabPool::make()), rewritten_(*pool_) {}
  Status open();
  Status open_chain();
  Status intercept(EventBatch& batch);
  EventBatch compacted(EventBatch batch, std::uint64_t bytes_before);
  void route_all(EventBatch batch, const Position& position, Parts& parts) const;
  /// To one channel, after the others know the position.
  void route_to_one(EventBatch batch, const Position& position, Parts& parts);
  /// Returns how many events have no channel at all.
  std::uint32_t route_each(const EventBatch& batch, const Position& position, Parts& parts);

  Status store(Write& write, Deadline deadline, std::stop_token stop) override;
  Status store_async(Write& write, std::function<void(Status)> done) override;
  void given_up(Write& write) noexcept override;
  Status send(Write& write, Write::Part& part, std::span<const BookmarkDelta> deltas, const std::shared_ptr<InFlight>& flight);
  void finish_one(InFlight& flight, Status status);
  /// The channel's putter; a new one when the last one has failed and all that it was given has come back.
  Result<Putter*> putter(Target& target);
  /// Of the bookmarks in a channel that gets no events.
  [[nodiscard]] Durability note_durability() const noexcept { return balancing_ != nullptr ? Durability::Synced : Durability::Written; }
  /// `part` could not be stored. For an optional channel that is logged and counted, and ok comes back.
  Status not_stored(const Write::Part& part, Status why);
  /// An optional channel goes without these events: its bookmark passes them, or a restart would go back to them.
  void pass_over(const Write::Part& part, const Status& why, std::span<const BookmarkDelta> deltas);
  void took_again(const Write::Part& part);
  /// The source waits for room in it: told once a minute at most, and when that is over.
  void tell_full(Target& target);
  void tell_room(Target& target);
  /// What became of a put that nobody but the deadline ends: a full channel without a sink is not worth another try.
  static Status unless_in_vain(const Target& target, Status stored);
  void count_stored(const Write& write);

  const SourceWiring wiring_;
  SourceCounters& counters_;
  LedgerCounters& ledger_;
  SlabPool::Handle pool_;
  HeaderPlan plan_;
  BatchBuilder rewritten_;  // small remains of large slabs are copied here
  std::vector<std::unique_ptr<Interceptor>> chain_;
  std::unique_ptr<ChannelSelector> selector_;
  BalancingSelector* balancing_ = nullptr;  // selector_, if it is one
  std::optional<Route> route_of_all_;
  std::vector<Target::Place> order_of_all_;       // of its channels
  std::vector<std::unique_ptr<Target>> targets_;  // in list order
  std::uint32_t max_batch_ = UINT32_MAX;
  std::vector<std::vector<std::uint32_t>> required_events_;  // scratch of route_each(): positions per channel
  std::vector<std::vector<std::uint32_t>> optional_events_;
};

}  // namespace flume::runtime
