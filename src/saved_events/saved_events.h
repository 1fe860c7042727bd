// The events of one channel between two runs of the agent: saved in a normal stop, taken back by the next start. Files in the
// agent's state folder, c1 being the channel (FORMAT.md says what is in them):
//   c1.saved-events.new        being written              c1.saved-events.restored   marked: its events are being taken
//   c1.saved-events            complete, on the disk      *.kept-1, *.kept-2, ...    set aside, for people
// Saved events are taken at most once, and never by halves. What is there after a crash (of the process or of the power), and
// what becomes of it:
//   save     while .new is written              .new, or nothing   set aside and told; those events went with the process
//            before the folder is synced        .new or c1.saved   as above or below
//            after it                           c1.saved           taken by the next start
//   restore  while c1.saved is read             c1.saved           taken by the next start
//            before the mark is synced          c1.saved or mark   as above or below: none has been delivered, since
//            after it                           mark                 the mark is synced before any is given
//            after the mark is removed          nothing            the events are in memory only, as all others of the channel
// A mark that a start finds is set aside and told: whether its events were delivered cannot be known when it could not be removed.
// Bookmarks and holds are not saved: sources and sinks keep what they must know about a channel that forgets in a crash elsewhere,
// and with a bookmark that came back after a stop, but not after a crash, they would go on at a place that is right only sometimes.
// Ids are given anew (the identity is new, too); what was held for a sink because its delivery was in doubt is saved as all others.
//
// Owned by the channel. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flume/event.h"
#include "flume/result.h"
#include "flume/services.h"

namespace flume::saved_events {

/// Behind the channel's name.
inline constexpr std::string_view kSavedSuffix = ".saved-events";
inline constexpr std::string_view kUnfinishedSuffix = ".new";
inline constexpr std::string_view kMarkSuffix = ".restored";
inline constexpr std::string_view kAsideSuffix = ".kept-";

/// The channel's name as it is in the name of a file: a slash cannot be.
[[nodiscard]] std::string file_name_of(std::string_view channel);

/// Gives the file another name, with a number that none has yet, and returns it. Nothing is deleted.
Result<std::string> set_aside(Files& files, const std::string& path);

class SavedEvents {
 public:
  /// Without a state folder nothing is saved, and nothing is there.
  explicit SavedEvents(const Services& services);

  /// True when there is a place to save to.
  [[nodiscard]] bool has_folder() const noexcept { return !saved_.empty(); }

  /// The events of the last run, marked as used: this process may give them to sinks once it has called taken(). A file that is
  /// damaged or of a newer version is set aside and told, and counts as none. On error nothing is taken: try again.
  Result<std::vector<EventBatch>> take();
  /// The events that take() gave are in the channel: the file is removed.
  void taken();

  /// `events` are on the disk when it returns: how many, always the first ones. Why it is not all is told. At the deadline it
  /// comes back after the write or sync that it is in.
  Result<std::uint64_t> save(std::span<const Slice> events, Deadline deadline);

 private:
  Status set_aside_leftovers();
  Status mark();

  const Services services_;
  const std::string saved_;
  const std::string unfinished_;
  const std::string mark_;
};

}  // namespace flume::saved_events
