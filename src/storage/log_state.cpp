#include "storage/log_state.h"

#include <algorithm>
#include <cstring>

#include "storage/byte_order.h"

namespace flume::storage {
namespace {

constexpr std::uint32_t kStateVersion = 1;
constexpr std::size_t kMostEpochs = 16;

void write_ranges(ByteWriter& out, const Ranges& ranges) {
  out.number(static_cast<std::uint32_t>(ranges.range_count()));
  for (const IdRange& range : ranges) {
    out.number(range.lo);
    out.number(range.hi);
  }
}

Ranges read_ranges(ByteReader& in) {
  Ranges ranges;
  EventId least = 1;
  for (std::uint32_t left = in.count(2 * sizeof(EventId)); left != 0; --left) {
    const auto lo = in.number<EventId>();
    const auto hi = in.number<EventId>();
    if (lo < least || hi <= lo) {  // ascending, none empty: else adding them could take for ever
      in.fail();
      return {};
    }
    ranges.add({lo, hi});
    least = hi;
  }
  return ranges;
}

void write_deltas(ByteWriter& out, std::span<const BookmarkDelta> deltas) {
  out.number(static_cast<std::uint32_t>(deltas.size()));
  for (const BookmarkDelta& delta : deltas) {
    out.text(delta.owner);
    out.number(static_cast<std::uint32_t>(delta.set.size()));
    for (const KeyValue& entry : delta.set) {
      out.text(entry.key);
      out.number(std::uint8_t{entry.value.has_value()});
      if (entry.value) out.text(*entry.value);
    }
  }
}

void read_deltas(ByteReader& in, LogChange& change) {
  constexpr std::size_t kLeast = 8;  // two counts
  std::vector<std::pair<std::string_view, std::size_t>> owners;
  for (std::uint32_t left = in.count(kLeast); left != 0; --left) {
    const std::string_view owner = in.text();
    const std::uint32_t entries = in.count(5);
    owners.emplace_back(owner, entries);
    for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
      const std::string_view key = in.text();
      std::optional<std::string_view> value;
      if (in.number<std::uint8_t>() != 0) value = in.text();
      change.entries.push_back({key, value});
    }
    if (!in.ok()) return;
  }
  std::size_t at = 0;
  for (const auto& [owner, entries] : owners) {
    change.deltas.push_back({owner, std::span(change.entries).subspan(at, entries)});
    at += entries;
  }
}

void write_bookmarks(ByteWriter& out, const BookmarkTable& bookmarks) {
  std::vector<std::string> owners = bookmarks.owners();
  std::vector<Bookmark> all;
  std::vector<std::vector<KeyValue>> entries;
  std::vector<BookmarkDelta> deltas;
  all.reserve(owners.size());
  entries.reserve(owners.size());
  for (const std::string& owner : owners) {
    all.push_back(bookmarks.get(owner));
    auto& of_owner = entries.emplace_back();
    for (const auto& [key, value] : all.back()) of_owner.push_back({key, value});
    deltas.push_back({owner, of_owner});
  }
  write_deltas(out, deltas);
}

}  // namespace

std::string encode_change(RecordType type, std::span<const BookmarkDelta> deltas, const Ranges& ids, const Hold* hold) {
  std::string bytes;
  ByteWriter out(bytes);
  if (type == RecordType::Close) return bytes;
  write_deltas(out, deltas);
  if (type == RecordType::Take || type == RecordType::Settle) write_ranges(out, ids);
  if (type == RecordType::Note) {
    out.number(std::uint8_t{hold != nullptr});
    if (hold != nullptr) {
      out.text(hold->owner);
      write_ranges(out, hold->ids);
    }
  }
  return bytes;
}

std::optional<LogChange> LogChange::decode(RecordType type, std::string_view payload, std::string_view& rest) {
  LogChange change;
  ByteReader in(payload);
  if (type != RecordType::Close) read_deltas(in, change);
  if (type == RecordType::Take || type == RecordType::Settle) change.ids = read_ranges(in);
  if (type == RecordType::Note && in.number<std::uint8_t>() != 0) {
    change.hold = in.text();
    change.ids = read_ranges(in);
  }
  rest = in.rest();
  if (!in.ok() || (type != RecordType::Put && !rest.empty())) return std::nullopt;
  return change;
}

void LogState::deliver(const Ranges& ids) {
  delivered.add(ids);
  if (!holds.empty()) holds.release(ids);
}

void LogState::apply(RecordType type, const LogChange& change) {
  if (!change.deltas.empty()) bookmarks.apply(change.deltas);
  if (type == RecordType::Take || type == RecordType::Settle) deliver(change.ids);
  if (!change.hold) return;
  // A delivery and a hold give the same in either order: they may be published in another one than they are on disk.
  Ranges ids = change.ids;
  ids.remove(delivered);
  holds.replace(*change.hold, std::move(ids));
}

std::string LogState::encode() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.number(kStateVersion);
  bytes.append(reinterpret_cast<const char*>(identity.uuid.data()), identity.uuid.size());
  out.number(static_cast<std::uint32_t>(identity.epochs.size()));
  for (const std::uint64_t epoch : identity.epochs) out.number(epoch);
  out.number(next_id);
  write_ranges(out, delivered);
  out.number(static_cast<std::uint32_t>(holds.owners().size()));
  for (const auto& [owner, ids] : holds.owners()) {
    out.text(owner);
    write_ranges(out, ids);
  }
  write_bookmarks(out, bookmarks);
  out.number(static_cast<std::uint32_t>(sealed.size()));
  for (const auto& [number, segment] : sealed) {
    for (const std::uint64_t value : {number, segment.salt, segment.ids.lo, segment.ids.hi, segment.end}) out.number(value);
  }
  return bytes;
}

std::optional<LogState> LogState::decode(std::string_view payload) {
  ByteReader in(payload);
  if (in.number<std::uint32_t>() != kStateVersion) return std::nullopt;
  LogState state;
  const std::string_view uuid = in.bytes(state.identity.uuid.size());
  if (!in.ok()) return std::nullopt;
  std::memcpy(state.identity.uuid.data(), uuid.data(), uuid.size());
  const std::uint32_t epochs = in.count(sizeof(std::uint64_t));
  if (epochs > kMostEpochs) return std::nullopt;
  for (std::uint32_t i = 0; i < epochs; ++i) state.identity.epochs.push_back(in.number<std::uint64_t>());
  state.next_id = in.number<EventId>();
  state.delivered = read_ranges(in);
  for (std::uint32_t left = in.count(8); left != 0 && in.ok(); --left) {
    const std::string_view owner = in.text();
    state.holds.replace(owner, read_ranges(in));
  }
  LogChange bookmarks;
  read_deltas(in, bookmarks);
  state.bookmarks.apply(bookmarks.deltas);
  for (std::uint32_t left = in.count(5 * sizeof(std::uint64_t)); left != 0; --left) {
    SealedSegment segment;
    for (std::uint64_t* value : {&segment.number, &segment.salt, &segment.ids.lo, &segment.ids.hi, &segment.end}) {
      *value = in.number<std::uint64_t>();
    }
    state.sealed.emplace(segment.number, segment);
  }
  if (!in.ok() || !in.at_end() || state.next_id == 0) return std::nullopt;
  if (!state.delivered.empty() && state.delivered.end_id() > state.next_id) return std::nullopt;
  return state;
}

}  // namespace flume::storage
