// BatchBuilder: events are encoded straight into slabs, one after the other:
//   builder.header("host", h); FLUME_TRY(builder.body(line)); ... EventBatch batch = builder.take();
// One per event loop or thread, not per connection. HeaderPlan holds the headers that interceptors
// add to every event, already encoded, so that they cost a copy of a few bytes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flume/event.h"
#include "flume/result.h"

namespace flume {

/// Headers for every event of a builder, in interceptor order. One thread.
class HeaderPlan {
 public:
  /// `keep_existing`: an event that already has `key` keeps its own value (Flume's preserveExisting).
  void add(std::string key, std::string value, bool keep_existing);
  /// A value that changes: `value` is asked once per batch (at its first event), never per event.
  void add(std::string key, std::function<std::string()> value, bool keep_existing);
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// True when some value is not the same for every batch.
  [[nodiscard]] bool has_changing_values() const noexcept { return has_suppliers_; }

 private:
  friend class BatchBuilder;
  struct Entry {
    std::string key;
    std::string value;
    std::function<std::string()> supplier;  // empty: constant
    bool keep_existing;
    std::string encoded;
    std::uint64_t key_bit;
  };
  void set(Entry entry);
  void refresh();

  std::vector<Entry> entries_;
  std::string encoded_;  // all entries, for events that bring none of the keys
  std::uint64_t key_bits_ = 0;
  bool has_suppliers_ = false;
};

/// Headers that many events have alike, encoded once: to an event they cost a copy of a few bytes. Filled by one thread, then
/// used by any.
class HeaderGroup {
 public:
  /// Precondition: no `key` twice.
  void add(std::string_view key, std::string_view value);

 private:
  friend class BatchBuilder;
  std::string encoded_;
  std::uint32_t count_ = 0;
  std::uint64_t key_bits_ = 0;
};

class BatchBuilder {
 public:
  /// Longest event in encoded bytes; above it body() and adopt_avro() answer Rejected, Cause::TooLarge.
  static constexpr std::uint64_t kMaxEventBytes = std::uint64_t{1} << 30;
  /// Most headers that a foreign event may name, repeated ones included: they can be as short as two bytes each.
  static constexpr std::uint64_t kMaxForeignHeaders = std::uint64_t{1} << 20;

  /// `pool` outlives the builder; `plan` is taken over.
  explicit BatchBuilder(SlabPool& pool, HeaderPlan plan = {});
  BatchBuilder(const BatchBuilder&) = delete;
  BatchBuilder& operator=(const BatchBuilder&) = delete;
  BatchBuilder(BatchBuilder&&) noexcept = default;
  BatchBuilder& operator=(BatchBuilder&&) noexcept = default;

  /// A header of the event being built. The same key again: the last value wins, as in a Java map.
  void header(std::string_view key, std::string_view value);
  /// All headers of `group`, as header() for each.
  void headers(const HeaderGroup& group);
  /// All headers of `event`, as header() for each; a plain copy when the event being built has none yet:
  /// the way to change one header of an existing event.
  void headers_of(const EventView& event);
  /// Takes a header of the event being built away; false when it has none of this name (the plan's are not looked at).
  bool remove_header(std::string_view key);
  /// Ends the event. On error it is as if the event had never been begun.
  Status body(std::string_view bytes);
  /// Ends the event with a body of exactly `size` bytes that the caller writes to the returned place
  /// before the next call; nullptr when the event would be too large (it is dropped from the builder).
  [[nodiscard]] std::uint8_t* body_in_place(std::size_t size);
  /// Adds an event as it is, plus the plan's headers. A half-built event is dropped.
  Status add(const EventView& event);

  /// Adds the AvroFlumeEvent at the start of foreign bytes, plus the plan's headers, and says how many
  /// bytes it took. Every length is checked against `wire`; what is valid but not canonical is encoded
  /// anew. Rejected when the bytes are no such event: nothing was added. A half-built event is dropped.
  Result<std::size_t> adopt_avro(std::string_view wire);

  /// Free memory of at least `size` bytes behind the built events: receive there, then adopt_avro() it
  /// (in order) without a copy. Valid until any other call.
  [[nodiscard]] std::uint8_t* reserve(std::size_t size);

  /// True when the plan adds headers whose values change: a batch built once is not to be given again and again.
  [[nodiscard]] bool has_changing_headers() const noexcept { return plan_.has_changing_values(); }

  /// Events finished since the last take().
  [[nodiscard]] std::uint32_t size() const noexcept { return finished_.size() + (count_ - first_); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::uint64_t bytes() const noexcept;
  /// The finished events. The slab stays open: the next events are appended behind these.
  EventBatch take();
  /// Forgets everything since the last take(), also a half-built event.
  void abort() noexcept;

 private:
  void begin_batch();
  void begin_event();
  void bound_writes() noexcept;
  void give_up_reserved() noexcept;
  /// Room for `more` bytes at at_.
  void ensure(std::size_t more) {
    if (at_ + more > limit_) [[unlikely]] {
      open_slab(more);
    }
  }
  /// The same for an event that may become too large: false when it is.
  bool ensure_of_event(std::size_t more);
  void open_slab(std::size_t needed);
  void drop_event() noexcept;
  void append_header(std::string_view key, std::string_view value, std::uint64_t key_bit);
  /// A header whose key the event has not.
  void append_unique_header(std::string_view key, std::string_view value);
  struct OwnHeader {
    std::uint32_t offset;  // in the slab
    std::uint32_t size;    // 0: there is none
    std::string_view value;
  };
  [[nodiscard]] OwnHeader find_own_header(std::string_view key) const noexcept;
  void cut_out(const OwnHeader& header) noexcept;
  /// Removes an own header `key` with another value; true when it is there with this very value.
  bool replace_own_header(std::string_view key, std::string_view value);
  void append_encoded(std::string_view headers, std::uint32_t count);
  void append_plan();
  void publish(std::uint32_t body_offset, std::uint32_t end);
  std::uint8_t* finish_headers(std::size_t body_size);

  SlabPool* pool_;
  HeaderPlan plan_;
  SlabRef slab_;
  EventBatch finished_;         // in slabs that are full
  std::uint32_t first_ = 0;     // first record of the open slab that was not taken
  std::uint32_t count_ = 0;     // records finished in the open slab
  std::uint32_t length_ = 0;    // bytes used by them
  std::uint32_t slots_ = 0;     // running total of body slots in the open slab
  std::uint32_t at_ = 0;        // write position of the event being built
  std::uint32_t headers_ = 0;   // its headers so far
  std::uint32_t limit_ = 0;     // below it records may be written; 0 sends every write through ensure()'s slow way
  std::uint64_t key_bits_ = 0;  // a bit for each key of the event being built; several keys may share one
  bool building_ = false;
  bool is_too_large_ = false;       // the event being built; told by body()
  SlabRef reserved_;                // holds bytes from reserve() while the events go on in another slab
  std::uint32_t reserved_end_ = 0;  // bytes from reserve() in the open slab end here; 0: none
  std::vector<std::pair<std::string_view, std::string_view>> adopted_headers_;  // scratch of adopt_avro()
  std::vector<std::uint32_t> adopted_order_;                                    // the same
};

template <typename Change>
EventBatch EventBatch::rewrite(BatchBuilder& builder, Change&& change) const {
  for (const EventView event : *this) change(event, builder);
  return builder.take();
}

}  // namespace flume
