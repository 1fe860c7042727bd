// Stores batches for a source that cannot ask its origin again: a full channel is waited for, an error that may pass
// is tried again, a single event that is refused is told and counted while the others go on. One thread.
#pragma once

#include <chrono>

#include "components/sources/stop_signal.h"
#include "flume/metrics.h"
#include "flume/source.h"

namespace flume {

class BatchStore {
 public:
  /// All outlive the store.
  BatchStore(ChannelWriter& writer, SourceCounters& counters, const StopSignal& stop, Clock& clock, const Log& log)
      : writer_(writer), counters_(counters), stop_(stop), clock_(clock), log_(log) {}

  /// ok: every event is stored, or refused for good and counted. After a stop it goes on until the stop's deadline; then
  /// the error says why not, and the events are counted as lost (ChannelWriteFail).
  Status store(EventBatch batch);
  /// Counts and tells events that cannot even be tried any more.
  void lost(std::uint64_t events);

 private:
  Status store_in(ChannelSet channels, EventBatch batch);
  Status store_once(Write& write);
  template <typename Attempt>
  Status keep_trying(Attempt attempt);
  /// False when there is no time for another try.
  bool pause(std::chrono::milliseconds wait);

  ChannelWriter& writer_;
  SourceCounters& counters_;
  const StopSignal& stop_;
  Clock& clock_;
  const Log& log_;
};

}  // namespace flume
