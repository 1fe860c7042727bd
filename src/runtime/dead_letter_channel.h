// DeadLetterChannel: dead letters as events of another channel. Each put carries a bookmark of the sink with the ids of its events
// (stored_window.h), so that what was put, but not committed here when the process ended, is only taken away here at the
// next start. A channel that does not survive a crash needs none: its events do not come again.
// Owned by the sink's runner; its thread only. The channels outlive it.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "flume/log.h"
#include "runtime/dead_letters.h"

namespace flume::runtime {

class DeadLetterChannel final : public DeadLetters {
 public:
  struct Settings {
    Channel& source;  ///< the one that the sink drains
    Channel& target;
    std::string source_name;
    std::string target_name;
    std::string sink;
    /// True when `target` has started; waits for its first try to start, and no longer.
    std::function<bool()> has_started;
    /// Takes these from `source`, where they are in no open take; over a power loss, too.
    std::function<Status(const Ranges&)> settle;
  };
  DeadLetterChannel(Settings settings, const Log& log)
      : settings_(std::move(settings)), log_(log), owner_(std::string("deadLetter:") + settings_.sink) {}

  Status start() override;
  Result<std::uint64_t> settle_stored() override;
  Stored store(EventBatch letters, const Ranges& ids) override;
  void add_deltas(std::vector<BookmarkDelta>& /*deltas*/) override {}
  void committed() override;
  void given_back() override;
  Instant tick() override { return Instant::max(); }
  void stop(Deadline /*deadline*/) override { putter_.reset(); }

 private:
  /// Makes the putter and reads what was stored before; nothing to do the second time.
  Status open();
  Status read_windows();
  Stored put_what_is_new(EventBatch letters, const Ranges& ids);
  /// One put: the first of a store() erases the parts that are there.
  Status put(EventBatch& batch, const Ranges& ids, std::size_t part);

  const Settings settings_;
  const Log log_;
  const std::string owner_;
  std::unique_ptr<Putter> putter_;
  Ranges stored_;          // in the target, and not known to be gone from the source for ever
  Ranges answered_;        // of them, those of the last store()
  Ranges returned_;        // of them, those whose commit failed
  std::size_t parts_ = 0;  // of this sink's bookmark for the source, at least
};

}  // namespace flume::runtime
