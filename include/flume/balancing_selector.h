// A selector that spreads batches over channels. Its answer depends on turn or chance, not on the event; so that a source that
// repeats a batch after a crash still stores it once, the writer asks once for each batch, first notes the source's position, for
// good, in all channels that do not get it, and puts the batch last: a channel that lacks the position lacks the batch, and
// where one alone lacks it, that one is chosen again. Used by one thread per chain.
#pragma once

#include "flume/selector.h"

namespace flume {

class BalancingSelector : public ChannelSelector {
 public:
  /// The channel of the next batch: one of `among`, which is not empty.
  virtual std::size_t next(ChannelSet among) = 0;
  /// Not asked.
  [[nodiscard]] Route route(const EventView&) const final { return {}; }
};

}  // namespace flume
