// DeadLetters: where the events go that a sink refuses: a channel (dead_letter_channel.h) or the files of a folder
// (dead_letter_files.h). They are stored there before the sink's channel forgets them, and only once over a crash between the two
// (docs/exactly-once.md).
// Owned by the sink's runner; its thread only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "flume/channel.h"

namespace flume::runtime {

/// Headers of a dead letter, beside those that the event has.
namespace dead_letter_header {
inline constexpr std::string_view kPrefix = "flume.deadLetter.";
inline constexpr std::string_view kReason = "flume.deadLetter.reason";
inline constexpr std::string_view kSink = "flume.deadLetter.sink";
inline constexpr std::string_view kChannel = "flume.deadLetter.channel";
inline constexpr std::string_view kAttempts = "flume.deadLetter.attempts";  ///< deliveries in this run of the agent that were refused
inline constexpr std::string_view kTime = "flume.deadLetter.time";          ///< ms since 1970
}  // namespace dead_letter_header

class DeadLetters {
 public:
  struct Stored {
    Ranges ids;      ///< these are there
    Status trouble;  ///< why it is not all
  };

  virtual ~DeadLetters() = default;

  /// Before the first take; what a crash left between there and here is put right. Not ok: tried again by what needs it.
  virtual Status start() = 0;
  /// What was stored, but not committed, is taken from the sink's channel; how many events of this run. Called without an open
  /// take; nothing mostly.
  virtual Result<std::uint64_t> settle_stored() = 0;
  /// `letters` have the ids `ids`, which are in an open take of the sink. After it comes committed() or given_back().
  virtual Stored store(EventBatch letters, const Ranges& ids) = 0;
  /// To be committed with what store() stored; valid until committed() or given_back().
  virtual void add_deltas(std::vector<BookmarkDelta>& deltas) = 0;
  /// The sink's channel has forgotten the stored events, over a power loss, too.
  virtual void committed() = 0;
  virtual void given_back() = 0;
  /// Time's work; when it is to be called next.
  virtual Instant tick() = 0;
  virtual void stop(Deadline deadline) = 0;
};

}  // namespace flume::runtime
