// SourceWriter: a source's way into its channels (see ChannelWriter): header plan, interceptors, selector, putters,
// and the ledger: received = stored + dropped by rule + refused. One per event loop; owned by the source's runner.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

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
  void on_space(std::function<void()> callback) override;
  [[nodiscard]] std::uint32_t max_batch() const override { return max_batch_; }

 private:
  SourceWriter(const SourceWiring& wiring, SourceCounters& counters, LedgerCounters& ledger)
      : wiring_(wiring), counters_(counters), ledger_(ledger), pool_(SlabPool::make()), rewritten_(*pool_) {}
  Status open();
  Status intercept(EventBatch& batch);
  void route(const EventBatch& batch, const Position& position, SmallVector<Write::Part, 1>& parts) const;
  Status store(Write& write, Deadline deadline, std::stop_token stop) override;
  Status store_async(Write& write, std::function<void(Status)> done) override;
  /// `part` could not be stored. For an optional channel that is logged and counted, and ok comes back.
  Status not_stored(const Write::Part& part, Status why) const;
  void count_stored(std::uint64_t events);

  const SourceWiring wiring_;
  SourceCounters& counters_;
  LedgerCounters& ledger_;
  SlabPool::Handle pool_;
  HeaderPlan plan_;
  BatchBuilder rewritten_;  // small remains of large slabs are copied here
  std::vector<std::unique_ptr<Interceptor>> chain_;
  std::unique_ptr<ChannelSelector> selector_;
  std::optional<Route> route_of_all_;
  ChannelSet required_;  // channels that may be required
  std::vector<std::unique_ptr<Putter>> putters_;
  std::uint32_t max_batch_ = 0;
};

}  // namespace flume::runtime
