#include "storage/log_scan.h"

#include <algorithm>
#include <array>
#include <utility>

namespace flume::storage {
namespace {

constexpr int kMostLooks = 20;

/// Whether a record's payload is what its type says. `events`: of a PUT.
bool is_meaningful(const FoundRecord& found, BatchBuilder& builder, EventBatch& events) {
  if (found.head.type == RecordType::State) return LogState::decode(found.payload).has_value();
  if (found.head.type == RecordType::Put) {
    auto decoded = events_of(found, builder);
    if (!decoded) return false;
    events = *std::move(decoded);
    return true;
  }
  std::string_view rest;
  return LogChange::decode(found.head.type, found.payload, rest).has_value();
}

bool are_equal(const std::vector<Damage>& a, const std::vector<Damage>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Damage& x, const Damage& y) {
    return x.path == y.path && x.from == y.from && x.to == y.to && x.ids == y.ids && x.what == y.what;
  });
}

}  // namespace

std::optional<EventBatch> events_of(const FoundRecord& found, BatchBuilder& builder) {
  std::string_view rest;
  if (!LogChange::decode(RecordType::Put, found.payload, rest)) return std::nullopt;
  for (std::uint32_t left = found.head.events; left != 0; --left) {
    const auto taken = builder.adopt_avro(rest);
    if (!taken) {
      builder.abort();
      return std::nullopt;
    }
    rest.remove_prefix(*taken);
  }
  EventBatch events = builder.take();
  if (!rest.empty()) return std::nullopt;
  return events;
}

Result<LogLook> look_at_log(const LogSettings& settings, Files& files, const FindHolder& find_holder) {
  std::optional<Result<RecoveredLog>> before;
  for (int looks = 1;; ++looks) {
    std::optional<std::string> holder;
    for (const std::string& folder : settings.folders) {
      auto found = find_holder(folder + "/in_use.lock");
      if (!found) return std::move(found).status();
      if (*found) holder = *std::move(found);
    }
    auto log = inspect_log(settings, files);
    const bool is_sound = log && log->damages.empty();
    const bool is_the_same = before && log.ok() == before->ok() &&
                             (log ? are_equal(log->damages, (*before)->damages) : log.status().message() == before->status().message());
    if (is_sound || !holder || is_the_same || looks == kMostLooks) {
      if (!log) return std::move(log).status();
      return LogLook{*std::move(log), std::move(holder)};
    }
    before = std::move(log);
  }
}

SegmentScan::SegmentScan(const Segment& segment, BatchBuilder& builder)
    : segment_(segment), builder_(builder), reader_(segment, kRecordsStart, segment.end), next_id_(segment.ids.lo) {}

Result<std::optional<SegmentScan::Step>> SegmentScan::next() {
  const auto found_or_not = [](Result<Step> step) -> Result<std::optional<Step>> {
    if (!step) return std::move(step).status();
    return std::optional(*std::move(step));
  };
  if (reader_.position() >= segment_.end) {
    if (std::exchange(is_over_, true) || next_id_ >= segment_.ids.hi) return std::optional<Step>();
    return std::optional(missing(segment_.ids.hi, "the segment ends before its last events"));
  }
  const std::uint64_t start = reader_.position();
  auto found = reader_.next();
  if (!found) return std::move(found).status().with_context(segment_.slot.path);
  if (!*found) return found_or_not(damage("a record cannot be read"));
  const RecordHead& head = (*found)->head;
  if (head.first_id > next_id_) {
    reader_.move_to(start);
    return std::optional(missing(head.first_id, "records are missing before this one"));
  }
  if (head.first_id < next_id_) {
    reader_.move_to(start);
    return found_or_not(damage("a record with the ids of an earlier one: " + std::string(to_string(head.type)) + " from event " +
                               std::to_string(head.first_id)));
  }
  Step step{*found, {}, {}};
  if (!is_meaningful(**found, builder_, step.events)) {
    reader_.move_to(start);
    return found_or_not(damage("a " + std::string(to_string(head.type)) + " record is whole, but makes no sense"));
  }
  next_id_ += head.used_ids();
  return std::optional(std::move(step));
}

SegmentScan::Step SegmentScan::missing(EventId end, std::string what) {
  Step step;
  step.damage = Damage{segment_.slot.path, reader_.position(), reader_.position(), Ranges(IdRange{next_id_, end}), std::move(what)};
  next_id_ = end;
  return step;
}

Result<SegmentScan::Step> SegmentScan::damage(std::string what) {
  const std::uint64_t start = reader_.position();
  Step step;
  step.damage = Damage{segment_.slot.path, start, segment_.end, {}, std::move(what)};
  EventId next = segment_.ids.hi;
  for (std::uint64_t from = start + 8;;) {
    auto head = reader_.find_head(from);
    if (!head) return std::move(head).status().with_context(segment_.slot.path);
    if (!*head) {
      reader_.move_to(segment_.end);
      break;
    }
    from = (*head)->at + 8;
    auto whole = reader_.next();
    if (!whole) return std::move(whole).status().with_context(segment_.slot.path);
    if (!*whole || (*whole)->head.first_id < next_id_) continue;
    step.damage->to = (*whole)->at;
    next = (*whole)->head.first_id;
    reader_.move_to((*whole)->at);
    break;
  }
  if (next > next_id_) {
    step.damage->ids.add({next_id_, next});
    next_id_ = next;
  }
  return step;
}

Result<bool> is_reused(const Segment& segment) {
  const auto head = read_segment_head(*segment.slot.file);
  if (!head) return head.status();
  return *head && ((*head)->number != segment.head.number || (*head)->salt != segment.head.salt);
}

Result<std::vector<Damage>> head_damages(const Segment& segment) {
  std::vector<Damage> damages;
  for (const std::uint64_t at : {std::uint64_t{0}, kSecondHead}) {
    std::array<std::byte, kHeadBytes> bytes{};
    const auto got = segment.slot.file->read_at(at, bytes);
    if (!got) return got.status().with_context(segment.slot.path);
    const auto head = *got == kHeadBytes ? SegmentHead::decode(bytes) : std::nullopt;
    if (head && head->number == segment.head.number && head->salt == segment.head.salt) continue;
    damages.push_back({segment.slot.path,
                       at,
                       at + kHeadBytes,
                       {},
                       "this copy of the segment's head is damaged; the other one or the records stand for it"});
  }
  return damages;
}

}  // namespace flume::storage
