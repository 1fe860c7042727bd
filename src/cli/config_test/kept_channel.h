// A channel that takes everything and keeps it to be looked at: nothing is ever taken out. Owned by a trial; one thread.
#pragma once

#include <memory>
#include <string>

#include "flume/channel.h"

namespace flume::cli {

class KeptChannel final : public Channel {
 public:
  explicit KeptChannel(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const EventBatch& events() const noexcept { return events_; }

  [[nodiscard]] ChannelIdentity identity() const override { return {}; }
  [[nodiscard]] ChannelLimits limits() const override { return {.capacity = UINT64_MAX, .transaction_capacity = UINT32_MAX}; }
  [[nodiscard]] std::uint64_t size() const override { return events_.size(); }
  [[nodiscard]] bool survives_crash() const override { return false; }
  Result<std::unique_ptr<Putter>> putter(std::string_view) override {
    return std::unique_ptr<Putter>(std::make_unique<KeepingPutter>(events_));
  }
  Result<std::unique_ptr<Taker>> taker(std::string_view) override { return fatal("a kept channel gives nothing back"); }
  [[nodiscard]] Result<Bookmark> bookmark(std::string_view) const override { return Bookmark(); }
  [[nodiscard]] std::vector<std::string> owners() const override { return {}; }
  Status note(std::span<const BookmarkDelta>, Durability, const Hold*) override { return {}; }
  [[nodiscard]] Ranges held(std::string_view) const override { return {}; }
  Status settle(const Ranges&, std::span<const BookmarkDelta>) override { return {}; }

 private:
  class KeepingPutter final : public Putter {
   public:
    explicit KeepingPutter(EventBatch& events) : events_(events) {}
    Status put(EventBatch& batch, std::span<const BookmarkDelta>, Deadline, std::stop_token) override {
      events_.append(std::move(batch));
      return {};
    }
    Status put_async(EventBatch& batch, std::span<const BookmarkDelta>, Completion done) override {
      events_.append(std::move(batch));
      done({}, {});
      return {};
    }
    void on_space(std::function<void()> callback) override { callback(); }

   private:
    EventBatch& events_;
  };

  const std::string name_;
  EventBatch events_;
};

}  // namespace flume::cli
