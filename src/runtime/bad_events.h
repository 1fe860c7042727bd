// BadEvents: the policy for events that a sink refuses. `block` leaves them to the runner (they stay in the channel and are
// tried again), `drop` counts them, `deadletter` puts them into its DeadLetters first.
// Owned by the sink's runner; its thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/agent_plan.h"
#include "flume/batch_builder.h"
#include "flume/metrics.h"
#include "flume/services.h"
#include "runtime/dead_letters.h"

namespace flume::runtime {

/// The ledger of a sink: stored = delivered + dead_lettered + dropped + queued at a channel and its sinks.
struct SinkLedger : LedgerCounters {
  using LedgerCounters::LedgerCounters;
  Counter dead_lettered{*this, "dead_lettered"};  // bad events, now in the dead letters
  Counter dropped{*this, "dropped"};              // bad events, gone by policy
};

/// Why the events of a take were refused.
using Refusals = std::map<EventId, std::string>;

class BadEvents {
 public:
  /// `letters`: with the policy `deadletter`, and only then.
  BadEvents(const config::PlannedSink& plan, const Services& services, SinkLedger& ledger, std::unique_ptr<DeadLetters> letters);

  /// Dead letters that cannot be reached do not keep the sink from starting: bad events stay in its channel meanwhile.
  void start();
  /// What a failed commit left in the dead letters of stored events is taken from the channel. Called without an open take.
  Status settle_stored();

  /// Those of the `refused` events of a take that may be committed, whatever becomes of the others; a commit of them is Synced if
  /// is_kept_elsewhere(). After it comes committed() or given_back(), if it is not empty.
  Ranges dispose(const EventBatch& events, const Ranges& ids, const Ranges& refused, const Refusals& reasons);
  [[nodiscard]] bool is_kept_elsewhere() const noexcept { return letters_ != nullptr; }
  void add_deltas(std::vector<BookmarkDelta>& deltas);
  void committed(const Ranges& disposed);
  void given_back();
  /// These have left the channel, whichever way.
  void forget(const Ranges& gone);
  /// Why the last dispose() left events; empty if it should (`block`), or did not.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

  Instant tick() { return letters_ ? letters_->tick() : Instant::max(); }
  void stop(Deadline deadline);

 private:
  /// The events with the headers of dead letters; without those (told by trouble_) that cannot have them.
  EventBatch letters_of(const EventBatch& events, const Ranges& ids, const Refusals& reasons, Ranges& wanted);
  void tell(const Ranges& disposed);

  const config::PlannedSink& plan_;
  const Services& services_;
  SinkLedger& ledger_;
  const std::unique_ptr<DeadLetters> letters_;
  const SlabPool::Handle pool_;
  BatchBuilder builder_;
  std::map<EventId, std::uint32_t> attempts_;  // of events that are still here
  std::string trouble_;
  std::string last_reason_;
  Instant next_told_ = Instant::min();
  std::uint64_t untold_ = 0;
};

}  // namespace flume::runtime
