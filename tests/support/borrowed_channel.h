// A channel for the agent that is in truth the test's: everything is passed on, so that the test can look at it, fail it
// and fill it while the agent owns this shell. Header only; any thread.
#pragma once

#include <functional>
#include <memory>

#include "flume/channel.h"

namespace flume {

class BorrowedChannel final : public Channel {
 public:
  struct Script {
    std::function<Status()> start{};
    std::function<void(Deadline)> stop{};
    bool is_volatile = false;                               ///< claims not to survive a crash
    std::function<Result<std::uint64_t>(Deadline)> save{};  ///< with it: claims to survive a stop
  };
  explicit BorrowedChannel(Channel& channel) : BorrowedChannel(channel, Script{}) {}
  BorrowedChannel(Channel& channel, Script script) : channel_(channel), script_(std::move(script)) {}

  Status start() override { return script_.start ? script_.start() : channel_.start(); }
  void stop(Deadline deadline) override {
    if (script_.stop) script_.stop(deadline);
    channel_.stop(deadline);
  }
  [[nodiscard]] ChannelIdentity identity() const override { return channel_.identity(); }
  [[nodiscard]] ChannelLimits limits() const override { return channel_.limits(); }
  [[nodiscard]] std::uint64_t size() const override { return channel_.size(); }
  [[nodiscard]] bool survives_crash() const override { return !script_.is_volatile && channel_.survives_crash(); }
  [[nodiscard]] bool survives_stop() const override { return survives_crash() || script_.save; }
  Result<std::uint64_t> save(Deadline deadline) override { return script_.save ? script_.save(deadline) : Result<std::uint64_t>(0U); }
  Result<std::unique_ptr<Putter>> putter(std::string_view source) override { return channel_.putter(source); }
  Result<std::unique_ptr<Taker>> taker(std::string_view sink) override { return channel_.taker(sink); }
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view owner) const override { return channel_.bookmark(owner); }
  [[nodiscard]] std::vector<std::string> owners() const override { return channel_.owners(); }
  Status note(std::span<const BookmarkDelta> deltas, Durability durability, const Hold* hold) override {
    return channel_.note(deltas, durability, hold);
  }
  [[nodiscard]] Ranges held(std::string_view owner) const override { return channel_.held(owner); }
  Status settle(const Ranges& ids, std::span<const BookmarkDelta> deltas) override { return channel_.settle(ids, deltas); }

 private:
  Channel& channel_;
  const Script script_;
};

}  // namespace flume
