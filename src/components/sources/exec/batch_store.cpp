#include "components/sources/exec/batch_store.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flume {
namespace {

constexpr std::chrono::milliseconds kFirstPause{1000};
constexpr std::chrono::milliseconds kLongestPause{5000};
constexpr std::chrono::milliseconds kPauseWhenFull{10};  // the channel has waited already, as long as it is patient

}  // namespace

Status BatchStore::store(EventBatch batch) {
  const std::uint32_t events = batch.size();
  Status stored = store_in(ChannelSet::all(), std::move(batch));
  if (!stored.ok()) {
    log_.error("a batch could not be stored", {{"error", stored}});
    lost(events);
  }
  return stored;
}

void BatchStore::lost(std::uint64_t events) {
  counters_.channel_write_fail.add(static_cast<std::int64_t>(events));
  log_.error("events were read but could not be stored; they are lost", {{"events", events}});
}

Status BatchStore::store_in(ChannelSet channels, EventBatch batch) {
  std::optional<Write> write;
  Status stored = keep_trying([&]() -> Status {
    auto prepared = writer_.prepare(batch, {.set = {}, .only = channels});
    if (!prepared) return std::move(prepared).status();
    write.emplace(*std::move(prepared));
    return {};
  });
  if (stored.ok()) stored = keep_trying([&] { return store_once(*write); });
  if (stored.ok() || stored.kind() != ErrorKind::Rejected) return stored;
  if (batch.size() <= 1) {
    counters_.generic_processing_fail.increment();
    log_.error("event refused; the others go on", {{"error", stored}});
    return {};
  }
  // Some event is at fault: it is found by halves, in the channels that have none of them yet.
  if (write) {
    channels = {};
    for (const Write::Part& part : write->parts()) channels.add(part.channel);
  }
  EventBatch front = batch.split_front(batch.size() / 2);
  FLUME_TRY(store_in(channels, std::move(front)));
  return store_in(channels, std::move(batch));
}

Status BatchStore::store_once(Write& write) {
  if (!stop_.is_requested()) {
    Status stored = write.store_or_wait(stop_.token());
    if (stored.cause() != Cause::Stopped) return stored;
  }
  return write.store(stop_.deadline(), {});
}

template <typename Attempt>
Status BatchStore::keep_trying(Attempt attempt) {
  std::chrono::milliseconds wait = kFirstPause;
  bool has_told = false;
  for (;;) {
    Status status = attempt();
    if (status.ok() || status.kind() != ErrorKind::Retryable) return status;
    if (status.cause() == Cause::Full) {
      if (!pause(kPauseWhenFull)) return status;
      continue;
    }
    if (!std::exchange(has_told, true)) log_.warn("events cannot be stored now; trying again", {{"error", status}});
    if (!pause(wait)) return status;
    wait = std::min(2 * wait, kLongestPause);
  }
}

bool BatchStore::pause(std::chrono::milliseconds wait) {
  if (!stop_.is_requested()) {
    clock_.sleep_for(wait, stop_.token());
    return true;
  }
  if (clock_.passed(stop_.deadline())) return false;
  clock_.sleep_until(std::min(clock_.in(wait), stop_.deadline()), {});
  return true;
}

}  // namespace flume
