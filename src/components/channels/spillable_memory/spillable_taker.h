// The spillable memory channel's take side: a transaction here is one of each side, or of one of them. Owner and thread: one sink
// runner; the channel outlives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "components/channels/file/file_taker.h"
#include "components/channels/memory/memory_taker.h"
#include "flume/channel.h"

namespace flume {

class SpillableMemoryChannel;

class SpillableTaker final : public Taker, private TakeTransaction::Home {
 public:
  /// `name` lives as long as the channel and is the same object for the same name.
  SpillableTaker(SpillableMemoryChannel& channel, const std::string& name);

  Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly = nullptr) override;

 private:
  /// What a transaction has of each side; empty ones are nothing.
  struct Sides {
    TakeTransaction memory;
    TakeTransaction overflow;
  };

  struct Part {
    TakeTransaction taken;
    bool is_overflow = false;
  };

  Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                     const Ranges* part) override;
  Status hold_take(TakeTransaction& transaction, std::string_view owner) override;
  void give_back(TakeTransaction& transaction) noexcept override;

  /// What is there now, in the order of the ids; nothing: there is nothing to be taken.
  TakeTransaction take_now(const TakeLimit& limit);
  Result<TakeTransaction> take_exactly(const Ranges& ids);
  /// One part of what is lowest; nothing: there is none.
  Part next_part(const TakeLimit& limit);
  Sides sides_of(const Ranges& ids);
  /// They stay open.
  void keep(Sides sides);
  void closed(const Ranges& ids, bool has_returned);

  SpillableMemoryChannel& channel_;
  const std::string* name_;
  const std::unique_ptr<MemoryTaker> memory_;
  const std::unique_ptr<FileTaker> overflow_;
  std::vector<TakeTransaction> from_memory_;  // the sides' open transactions
  std::vector<TakeTransaction> from_overflow_;
  const std::shared_ptr<Parker> parker_ = std::make_shared<Parker>();  // a waker may still hold it when we have gone on
};

}  // namespace flume
