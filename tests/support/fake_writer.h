// A ChannelWriter over given channels, without the runtime: for tests of sources. Every event goes to every channel
// (or where `route` says); a Write is tried per channel and keeps the parts that were not stored.
// Owned by the test, which also owns the channels; both outlive the source. One thread, as any ChannelWriter.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flume/source.h"

namespace flume {

class FakeWriter final : public ChannelWriter {
 public:
  struct Settings {
    std::string source = "r1";
    HeaderPlan plan{};                               ///< what fused interceptors would add
    std::function<Status(EventBatch&)> intercept{};  ///< none: every event passes
    std::function<Route(const EventView&)> route{};  ///< none: all channels, required
  };
  /// Shared by a writer and its another()s.
  struct Counts {
    std::atomic<std::uint64_t> prepared_batches{0};
    std::atomic<std::uint64_t> prepared_events{0};
    std::atomic<std::uint64_t> stored_batches{0};  ///< all required channels have it
  };

  explicit FakeWriter(std::vector<Channel*> channels) : FakeWriter(std::move(channels), Settings{}) {}
  FakeWriter(std::vector<Channel*> channels, Settings settings);

  BatchBuilder builder() override { return BatchBuilder(*pool_, settings_.plan); }
  Result<std::unique_ptr<ChannelWriter>> another() override;
  Result<std::vector<Bookmark>> bookmarks(std::string_view owner) override;
  Result<Write> prepare(EventBatch batch, const Position& position = {}) override;
  void on_space(std::function<void()> callback) override;
  [[nodiscard]] std::uint32_t max_batch() const override;

  [[nodiscard]] const Counts& counts() const { return *counts_; }

 private:
  Status store(Write& write, Deadline deadline, std::stop_token stop) override;
  Status store_async(Write& write, std::function<void(Status)> done) override;
  Result<Putter*> putter(std::size_t channel);

  const SlabPool::Handle pool_ = SlabPool::make();
  std::vector<Channel*> channels_;
  Settings settings_;
  std::vector<std::unique_ptr<Putter>> putters_;  // made at first use
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

/// A SourceContext that keeps what the source told; an ending that is said again, once.
class FakeSourceContext final : public SourceContext {
 public:
  explicit FakeSourceContext(SourceCounters& counters, std::string name = "r1") : counters_(counters), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] std::stop_token stop_token() const override { return stop_.get_token(); }
  SourceCounters& counters() override { return counters_; }
  void failed(const Status& why) override;
  void impaired(std::string_view why) override;
  void recovered() override;
  void finished(std::string_view why) override;

  void request_stop() { stop_.request_stop(); }
  [[nodiscard]] std::vector<std::string> failures() const;
  [[nodiscard]] std::vector<std::string> endings() const;
  /// What impaired() told last, until recovered().
  [[nodiscard]] std::string impairment() const;

 private:
  SourceCounters& counters_;
  const std::string name_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::vector<std::string> failures_;
  std::vector<std::string> endings_;
  std::string impairment_;
};

}  // namespace flume
