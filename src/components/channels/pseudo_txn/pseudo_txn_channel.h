// pseudo_txn: Flume's PseudoTxnMemoryChannel, a channel for tests, without transactions: what is taken is gone at once, and a take
// that is given back, held or committed in part loses the rest. A memory channel whose takes commit themselves.
// As in Flume: class name, capacity, keep-alive (of a take; a put waits as long as its caller does), no limit for bytes.
// Differs from Flume: a put stores a whole batch or nothing; ChannelSize and ChannelCapacity are right, and a take that finds
// nothing is not counted as a success; what was lost is counted and told at the stop.
//
// Owner: the agent. Threads: any, as flume/channel.h says.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "components/channels/memory/memory_channel.h"
#include "flume/channel.h"
#include "flume/services.h"

namespace flume {

struct PseudoTxnOptions {
  std::int64_t capacity = 50;
  std::chrono::seconds keep_alive{3};
};

class PseudoTxnChannel final : public Channel {
 public:
  PseudoTxnChannel(const PseudoTxnOptions& options, const Services& services);

  Status start() override;
  void stop(Deadline deadline) override;

  [[nodiscard]] ChannelIdentity identity() const override { return memory_.identity(); }
  [[nodiscard]] ChannelLimits limits() const override { return memory_.limits(); }
  [[nodiscard]] std::uint64_t size() const override { return memory_.size(); }
  [[nodiscard]] bool survives_crash() const override { return false; }
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override { return memory_.putter(source); }
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override { return memory_.bookmark(owner); }
  [[nodiscard]] std::vector<std::string> owners() const override { return memory_.owners(); }
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override {
    return memory_.note(deltas, durability, hold);
  }
  [[nodiscard]] Ranges held(std::string_view owner) const override { return memory_.held(owner); }
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override { return memory_.settle(ids, deltas); }

 private:
  class UnsafeTaker;

  const Services services_;
  const std::chrono::seconds keep_alive_;
  MemoryChannel memory_;
  std::atomic<std::uint64_t> lost_ = 0;
};

}  // namespace flume
