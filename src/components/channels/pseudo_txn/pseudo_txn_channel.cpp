#include "components/channels/pseudo_txn/pseudo_txn_channel.h"

#include <algorithm>
#include <utility>

#include "flume/component.h"
#include "flume/options.h"

namespace flume {
namespace {

constexpr auto kPseudoTxnOptions =
    options(option<&PseudoTxnOptions::capacity>("capacity", "Most events stored.",
                                                {.minimum = 1, .maximum = INT32_MAX, .role = OptionRole::Capacity}),
            option<&PseudoTxnOptions::keep_alive>("keep-alive", "How long a take waits for an event."));

constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 365);

MemoryOptions memory_options(const PseudoTxnOptions& options) {
  MemoryOptions memory;
  memory.capacity = memory.transaction_capacity = options.capacity;
  memory.keep_alive = kLongest;
  memory.byte_capacity = Bytes{0};  // no limit
  return memory;
}

/// Nothing is kept over a stop either.
Services without_state(Services services) {
  services.state_folder.clear();
  return services;
}

}  // namespace

class PseudoTxnChannel::UnsafeTaker final : public Taker, private TakeTransaction::Home {
 public:
  UnsafeTaker(PseudoTxnChannel& channel, std::unique_ptr<Taker> taker) : channel_(channel), taker_(std::move(taker)) {}

  Result<TakeTransaction> take(const TakeLimit& limit, Deadline deadline, std::stop_token stop, const Ranges* exactly) override {
    const Deadline until = std::min(deadline, channel_.services_.clock.in(channel_.keep_alive_));
    auto taken = taker_->take(limit, until, std::move(stop), exactly);
    if (!taken || taken->empty()) return taken;
    EventBatch events = taken->events();
    Ranges ids = taken->ids();
    FLUME_TRY(taken->commit());
    return TakeTransaction(*this, std::move(events), std::move(ids));
  }

 private:
  Status commit_take(TakeTransaction& transaction, std::span<const BookmarkDelta> deltas, Durability durability,
                     const Ranges* part) override {
    if (!deltas.empty()) FLUME_TRY(channel_.note(deltas, durability));
    if (part != nullptr) channel_.lost_ += transaction.ids().count() - transaction.ids().intersection(*part).count();
    return {};
  }
  Status hold_take(TakeTransaction& transaction, std::string_view) override {
    give_back(transaction);
    return {};
  }
  void give_back(TakeTransaction& transaction) noexcept override { channel_.lost_ += transaction.ids().count(); }

  PseudoTxnChannel& channel_;
  const std::unique_ptr<Taker> taker_;
};

PseudoTxnChannel::PseudoTxnChannel(const PseudoTxnOptions& options, const Services& services)
    : services_(services),
      keep_alive_(std::clamp<std::chrono::seconds>(options.keep_alive, std::chrono::seconds(0), kLongest)),
      memory_(memory_options(options), without_state(services)) {}

Status PseudoTxnChannel::start() {
  services_.log.warn("a channel for tests, without transactions: events that a sink has taken and cannot deliver are lost");
  return memory_.start();
}

void PseudoTxnChannel::stop(Deadline deadline) {
  memory_.stop(deadline);
  if (const std::uint64_t lost = lost_.exchange(0); lost != 0) {
    services_.log.warn("events were taken and not delivered, and are lost, as this channel has no transactions", {{"events", lost}});
  }
}

Result<std::unique_ptr<Taker>> PseudoTxnChannel::taker(std::string_view sink_or_group) {
  auto taker = memory_.taker(sink_or_group);
  if (!taker) return taker;
  return std::make_unique<UnsafeTaker>(*this, *std::move(taker));
}

namespace components {
extern const ComponentInfo channel_pseudo_txn;
constinit const ComponentInfo channel_pseudo_txn = describe<PseudoTxnChannel, kPseudoTxnOptions>(
    "pseudo_txn", "For tests: keeps events in memory without transactions; what a sink has taken and cannot deliver is lost.",
    {"org.apache.flume.channel.PseudoTxnMemoryChannel"});
}  // namespace components

}  // namespace flume
