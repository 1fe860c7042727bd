// One operation on its way into a log: made by its caller, then the log's until it is done. src/storage only.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/segment_log.h"

namespace flume::storage {

struct SegmentLog::Entry {
  /// `events`: of a PUT. Checksums are made here, outside the log's lock.
  Entry(RecordType type, std::span<const BookmarkDelta> deltas, const Ranges& ids, const Hold* hold, EventBatch* events, bool needs_sync);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  /// The payload's bytes, behind what is in `out`.
  void add_pieces(std::vector<ByteView>& out) const;
  /// On the disk; `tag`: bytes that encryption adds.
  [[nodiscard]] std::uint64_t bytes(std::uint64_t tag) const noexcept {
    return (passed_over ? passed_over->bytes(tag) : 0) + record_bytes(plain_bytes + tag);
  }
  /// `next`: the log's next id. A PUT that wants a later one gets a SETTLE in front of it that passes over the ids between.
  void begin_at(EventId next);
  [[nodiscard]] bool is_too_late(EventId next) const noexcept { return wanted_first != 0 && wanted_first < next; }
  [[nodiscard]] bool is_put() const noexcept { return head.type == RecordType::Put; }
  /// What it adds to an owner's bookmark at most.
  [[nodiscard]] std::size_t bookmark_bytes() const noexcept { return owner_bits != 0 ? change.size() : 0; }

  RecordHead head;
  EventId wanted_first = 0;            // 0: whichever comes
  std::unique_ptr<Entry> passed_over;  // written and published as one with this one
  std::uint64_t plain_bytes = 0;       // of the payload
  std::string change;
  EventBatch events;
  std::vector<iovec> pieces;  // of the payload
  std::string sealed;         // the payload, encrypted
  const bool needs_sync;
  std::uint64_t owner_bits = 0;  // one for each owner that it changes: two without a common one may be published in any order
  std::array<std::byte, kRecordHeadBytes> head_bytes{};
  std::uint64_t at = 0;  // in its segment
  std::uint64_t segment = 0;
  bool is_written = false;
  bool is_done = false;
  Status result;
  bool is_async = false;
  Stream stream;    // what comes before it must not have failed; may be null
  Completion done;  // of an event loop, if it wants one
  std::uint64_t* removed = nullptr;
  std::atomic<int> signal = 0;  // changes when there is something to do for the waiting thread
};

}  // namespace flume::storage
