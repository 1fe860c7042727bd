// A channel that only collects what is put into it, for tests of sources: can be full, can fail, can be waited for.
// Keeps bookmarks as a channel does; nothing can be taken out. Owned by the test; any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "flume/channel.h"

namespace flume {

class CollectingChannel final : public Channel {
 public:
  using Judge = std::function<Status(const EventBatch&)>;

  /// While full, puts wait for room, their deadline (immediate ones fail at once) or their stop.
  void set_full(bool is_full);
  /// From now on an asynchronous put is stored only by complete_puts(), oldest first; `how` may be an error, then it is handed back.
  void hold_puts();
  void complete_puts(std::size_t count, const Status& how = {});
  [[nodiscard]] std::size_t held_puts() const;
  /// Asked before each put, under the channel's lock: an error refuses the batch.
  void set_judge(Judge judge);
  void set_transaction_capacity(std::uint32_t events) { transaction_capacity_ = events; }
  /// Without bodies a put costs nothing: for measuring.
  void count_only() { counts_only_ = true; }

  /// Waits in real time, at most 20 s, until so many events were put.
  bool await_events(std::uint64_t events) const;
  /// The same for a put that waits because the channel is full.
  bool await_blocked_put() const;

  [[nodiscard]] std::vector<std::string> bodies() const;
  /// Header `key` of each event; "<none>" where it is missing.
  [[nodiscard]] std::vector<std::string> headers(std::string_view key) const;
  [[nodiscard]] std::vector<std::uint32_t> batch_sizes() const;
  void set_bookmark(const std::string& owner, Bookmark bookmark);

  [[nodiscard]] ChannelIdentity identity() const override { return {}; }
  [[nodiscard]] ChannelLimits limits() const override { return {.capacity = UINT64_MAX, .transaction_capacity = transaction_capacity_}; }
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] bool survives_crash() const override { return false; }
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override;
  Result<std::unique_ptr<Taker>> taker(std::string_view sink_or_group) override;
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override;
  [[nodiscard]] std::vector<std::string> owners() const override;
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold = nullptr) override;
  [[nodiscard]] Ranges held(std::string_view) const override { return {}; }
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override;

 private:
  class CollectingPutter;
  Status put(EventBatch& batch, std::span<const BookmarkDelta> deltas, Deadline deadline, const std::stop_token& stop);
  void apply(std::span<const BookmarkDelta> deltas);
  struct HeldPut {
    EventBatch batch;
    Completion done;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool is_full_ = false;
  std::size_t blocked_puts_ = 0;
  std::vector<std::function<void()>> waiting_for_room_;
  bool holds_puts_ = false;
  std::deque<HeldPut> held_;
  Judge judge_;
  bool counts_only_ = false;
  std::uint32_t transaction_capacity_ = UINT32_MAX;
  std::uint64_t events_ = 0;
  std::vector<std::string> bodies_;
  std::vector<std::map<std::string, std::string, std::less<>>> headers_;
  std::vector<std::uint32_t> batch_sizes_;
  std::map<std::string, Bookmark, std::less<>> bookmarks_;
};

}  // namespace flume
