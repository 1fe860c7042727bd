// A stopped channel's log, opened to be changed and closed in order. One thread.
#pragma once

#include <memory>
#include <utility>

#include "flume/clock.h"
#include "flume/files.h"
#include "flume/log.h"
#include "storage/segment_log.h"

namespace flume::cli {

class NobodyListens final : public storage::LogObserver {
 public:
  void stored(EventId, EventBatch&, storage::LogPosition) override {}
};

/// Opens it, lets `work` have it and closes it, so that the next one to open it finds a marked end. Cause::Exists: it is in use.
template <typename Work>
Status with_log(storage::LogSettings settings, Files& files, Clock& clock, const Log& log, Work work) {
  NobodyListens observer;
  settings.has_thread = false;
  auto opened = storage::SegmentLog::open(std::move(settings), files, clock, log, observer);
  if (!opened) return std::move(opened).status();
  Status done = work(**opened);
  (*opened)->close();
  return done;
}

}  // namespace flume::cli
