#include "storage/log_recovery.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "storage/segment_keys.h"

namespace flume::storage {
namespace {

constexpr std::string_view kSlotPrefix = "slot-";
constexpr std::uint64_t kIdsGivenUp = std::uint64_t{1} << 40;  // more than anybody can have put
constexpr std::uint64_t kCopyBytes = std::uint64_t{1} << 20;

struct Candidate {
  Slot slot;
  std::optional<SegmentHead> head;
};

bool is_java_log(std::string_view name) {
  constexpr std::string_view kPrefix = "log-";
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

class Recovery {
 public:
  Recovery(const LogSettings& settings, Files& files, bool writes) : settings_(settings), files_(files), writes_(writes) {}

  Result<RecoveredLog> run() {
    FLUME_TRY(read_folders());
    for (const std::string& folder : settings_.folders) FLUME_TRY(read_folder(folder));
    // A slot that was made just before a kill may have a name in memory only.
    for (const std::string& folder : settings_.folders) {
      if (writes_ && settings_.rules.sync_recovered_tail) FLUME_TRY(files_.sync_directory(folder));
    }
    FLUME_TRY(find_newest());
    if (newest_ != nullptr) {
      FLUME_TRY(scan_newest());
      FLUME_TRY(find_sealed());
    }
    for (Candidate& candidate : candidates_) {
      if (candidate.slot.file) log_.free.push_back(std::move(candidate.slot));
    }
    if (writes_ && settings_.on_damage == OnDamage::Stop && settings_.rules.tell_damage && !log_.damages.empty()) return damaged();
    if (writes_ && !log_.folders.given_up().empty()) give_up();
    for (Damage& damage : log_.damages) {
      damage.ids.remove(log_.state.delivered);
      log_.state.deliver(damage.ids);
    }
    return std::move(log_);
  }

 private:
  Status damaged() const {
    std::string text;
    for (const Damage& damage : log_.damages) text += (text.empty() ? "" : "; ") + to_string(damage);
    return corrupt("stored data is damaged: " + text +
                   ". Nothing was changed. See what can be saved with `flume-ng channel fsck`; to go on without the damaged part, set "
                   "onDamage = skip");
  }

  Status read_folders() {
    auto folders = LogFolders::read(settings_, files_);
    if (!folders) return std::move(folders).status();
    log_.folders = *std::move(folders);
    uuid_ = log_.folders.channel();
    if (log_.folders.missing().empty()) return {};
    if (writes_) return log_.folders.told_missing();
    for (const KnownFolder& folder : log_.folders.missing()) {
      log_.damages.push_back({folder.path, 0, 0, {}, "this folder of the channel is missing; its identity is " + to_string(folder.id)});
    }
    return {};
  }

  /// What was put into those folders last, nobody knows: no id of it may be given again.
  void give_up() {
    const EventId first = log_.state.next_id;
    log_.state.next_id += kIdsGivenUp;
    log_.state.deliver(IdRange{first, log_.state.next_id});
    for (const KnownFolder& folder : log_.folders.given_up()) {
      log_.damages.push_back({folder.path,
                              0,
                              0,
                              {},
                              "this folder, " + to_string(folder.id) +
                                  ", is given up: its events are lost, with those that may have been "
                                  "put from id " +
                                  std::to_string(first) + " on; the next id is " + std::to_string(log_.state.next_id)});
    }
    for (Damage& damage : lost_segments_) log_.damages.push_back(std::move(damage));
  }

  Status read_folder(const std::string& folder) {
    auto names = files_.list(folder);
    if (!names) return std::move(names).status();
    std::sort(names->begin(), names->end());
    for (const std::string& name : *names) {
      if (is_java_log(name)) {
        return invalid_config(folder + " holds the files of Apache Flume's file channel (" + name +
                              "): they are left alone. Drain them with Apache Flume, or name another folder in dataDirs");
      }
      const std::uint32_t number = slot_number(name);
      const bool is_put_aside = name.ends_with(kDamagedSlot);
      const std::uint32_t used = is_put_aside ? slot_number(name.substr(0, name.size() - kDamagedSlot.size())) : number;
      log_.highest_slot = std::max(log_.highest_slot, used);  // the number of one put aside is not given again
      if (number == 0) continue;
      FLUME_TRY(read_slot(folder + "/" + name));
    }
    return {};
  }

  Status read_slot(const std::string& path) {
    auto file = files_.open(path, writes_ ? OpenMode::ReadWrite : OpenMode::Read);
    if (!file) return std::move(file).status();
    const auto size = (*file)->size();
    if (!size) return size.status();
    auto head = read_segment_head(**file);
    if (!head) return std::move(head).status();
    if (*head && (*head)->version != kFormatVersion) {
      return invalid_config(path + " has format version " + std::to_string((*head)->version) + ", this program knows up to " +
                            std::to_string(kFormatVersion) + ": it was written by a newer one. Nothing was changed");
    }
    if (*head) {
      if (uuid_ && *uuid_ != (*head)->channel) {
        return invalid_config(path +
                              " belongs to another channel than the slots before it: two channels' folders are mixed up in dataDirs");
      }
      uuid_ = (*head)->channel;
      log_.highest = std::max(log_.highest, (*head)->number);
    }
    candidates_.push_back({{path, *std::move(file), std::max(settings_.slot_bytes, *size), *size}, *std::move(head)});
    return {};
  }

  /// A head counts only with its STATE record: both were synced together.
  Status find_newest() {
    std::vector<Candidate*> by_number;
    for (Candidate& candidate : candidates_) {
      if (candidate.head) by_number.push_back(&candidate);
    }
    std::sort(by_number.begin(), by_number.end(), [](const Candidate* a, const Candidate* b) { return a->head->number > b->head->number; });
    for (Candidate* candidate : by_number) {
      auto key = key_of(candidate->slot.path, *candidate->head);
      if (!key) return std::move(key).status();
      RecordReader reader(*candidate->slot.file, candidate->head->salt, kRecordsStart, candidate->slot.size, key->get());
      auto found = reader.next();
      if (!found) return std::move(found).status();
      if (*found && (*found)->head.type == RecordType::State && (*found)->head.payload_crc == candidate->head->state_crc &&
          (*found)->head.payload_bytes == candidate->head->state_bytes) {
        auto state = LogState::decode((*found)->payload);
        if (!state)
          return corrupt(candidate->slot.path + ": the STATE record is whole, but makes no sense; it was written by a broken program");
        log_.state = *std::move(state);
        log_.newest = candidate->head->number;
        newest_ = candidate;
        newest_key_ = *std::move(key);
        records_start_ = (*found)->end();
        return {};
      }
      FLUME_TRY(look_for_lost_state(*candidate));
    }
    return {};
  }

  Result<SegmentKeys::DataKeyPointer> key_of(const std::string& path, const SegmentHead& head) const {
    if (!head.key) return SegmentKeys::DataKeyPointer();
    if (!settings_.keys) {
      return invalid_config(path + " is encrypted with key \"" + head.key->alias + "\", and " + std::string(settings_.without_keys));
    }
    auto key = settings_.keys->open(*head.key, head.channel);
    if (!key) return std::move(key).status().with_context(path);
    return key;
  }

  /// Without STATE the segment was never used - unless a record in it knows that it was synced.
  Status look_for_lost_state(const Candidate& candidate) {
    RecordReader reader(*candidate.slot.file, candidate.head->salt, kRecordsStart, candidate.slot.size);
    for (std::uint64_t from = kRecordsStart;;) {
      auto later = reader.find_head(from);
      if (!later) return std::move(later).status();
      if (!*later) return {};
      if ((*later)->head.durable_end > kRecordsStart) {
        return corrupt(candidate.slot.path + ": the STATE record at byte " + std::to_string(kRecordsStart) +
                       " is damaged, and later records are not: bookmarks and positions are lost. Nothing was changed");
      }
      from = (*later)->at + 8;
    }
  }

  Status scan_newest() {
    auto segment = std::make_shared<Segment>();
    segment->head = *newest_->head;
    segment->records_start = records_start_;
    segment->key = newest_key_;
    LogState& state = log_.state;
    segment->ids = {segment->head.first_id, segment->head.first_id};
    RecordReader reader(*newest_->slot.file, segment->head.salt, records_start_, newest_->slot.size, newest_key_.get());
    std::uint64_t durable_end = 0;
    std::uint64_t end = records_start_;
    for (;;) {
      auto found = reader.next();
      if (!found) return std::move(found).status();
      if (*found && is_next(**found)) {
        apply(**found);
        durable_end = std::max(durable_end, (*found)->head.durable_end);
        end = (*found)->end();
        continue;
      }
      auto damage = damage_at(end, segment->head.salt);
      if (!damage) return std::move(damage).status();
      if (!*damage) break;
      (*damage)->path = newest_->slot.path;
      segment->is_damaged = true;
      reader.move_to((*damage)->to);
      end = (*damage)->to;
      log_.damages.push_back(**std::move(damage));
    }
    segment->end = end;
    segment->ids.hi = state.next_id;
    if (writes_ && settings_.rules.sync_recovered_tail) FLUME_TRY(write_again(*newest_->slot.file, std::min(durable_end, end), end));
    segment->slot = std::move(newest_->slot);
    const SegmentHead& head = segment->head;
    state.sealed.insert_or_assign(head.number, SealedSegment{head.number, head.salt, segment->ids, end});
    log_.segments.emplace(head.number, std::move(segment));
    return {};
  }

  /// Not of an earlier attempt to write, and with the ids that come next.
  bool is_next(const FoundRecord& found) const {
    if (found.head.attempt < log_.attempt) return false;
    return found.head.first_id == log_.state.next_id;
  }

  void apply(const FoundRecord& found) {
    log_.attempt = found.head.attempt;
    log_.was_closed = found.head.type == RecordType::Close;
    std::string_view rest;
    const auto change = LogChange::decode(found.head.type, found.payload, rest);
    if (change) log_.state.apply(found.head.type, *change);
    log_.state.next_id += found.head.used_ids();
  }

  /// Nothing: at `at` is just the end of the log. Else a later record says that it was synced beyond: it was acknowledged.
  Result<std::optional<Damage>> damage_at(std::uint64_t at, std::uint64_t salt) {
    std::optional<Damage> damage;
    RecordReader search(*newest_->slot.file, salt, at, newest_->slot.size);
    for (std::uint64_t from = at;;) {
      auto later = search.find_head(from);
      if (!later) return std::move(later).status();
      if (!*later) return damage;
      from = (*later)->at + 8;
      if ((*later)->head.durable_end <= at || !settings_.rules.tell_damage) continue;
      // The first whole record behind the damaged place.
      RecordReader whole(*newest_->slot.file, salt, at, newest_->slot.size, newest_key_.get());
      for (std::uint64_t next = at + 8;;) {
        auto good = whole.find_head(next);
        if (!good) return std::move(good).status();
        if (!*good) break;
        next = (*good)->at + 8;
        whole.move_to((*good)->at);
        auto record = whole.next();
        if (!record) return std::move(record).status();
        if (!*record || (*record)->head.attempt < log_.attempt) continue;
        const FoundRecord& found = **record;
        const EventId first = log_.state.next_id;
        Damage lost{{}, at, found.at, {}, "a record that was acknowledged cannot be read"};
        if (found.head.first_id > first) {
          lost.ids.add({first, found.head.first_id});
          log_.state.next_id = found.head.first_id;
        }
        return std::optional(std::move(lost));
      }
      // No whole one: all up to the end of what was synced is lost. Its ids are not known; an event has at least two bytes.
      const std::uint64_t to = std::min((*later)->head.durable_end, (*later)->at);  // no record knows more of what is behind it
      const EventId first = std::exchange(log_.state.next_id, log_.state.next_id + (to - at));
      log_.state.deliver(IdRange{first, log_.state.next_id});
      return std::optional(Damage{{}, at, std::max(to, at + 8), {}, "records that were acknowledged cannot be read"});
    }
  }

  Status write_again(File& file, std::uint64_t from, std::uint64_t to) const {
    std::string buffer;
    for (std::uint64_t at = from; at < to;) {
      buffer.resize(std::min(kCopyBytes, to - at));
      const auto got = file.read_at(at, std::as_writable_bytes(std::span(buffer.data(), buffer.size())));
      if (!got) return got.status();
      if (*got == 0) break;
      FLUME_TRY(file.write_at(at, as_bytes(std::string_view(buffer).substr(0, *got))));
      at += *got;
    }
    return file.sync();
  }

  /// The segments that the state names, each in some slot.
  Status find_sealed() {
    for (auto& [number, sealed] : log_.state.sealed) {
      if (log_.segments.contains(number)) continue;
      auto candidate = std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) {
        return c.slot.file && c.head && c.head->number == sealed.number && c.head->salt == sealed.salt;
      });
      if (candidate == candidates_.end()) {
        auto without_head = find_by_salt(sealed.salt);
        if (!without_head) return std::move(without_head).status();
        candidate = *without_head;
      }
      if (candidate == candidates_.end()) {
        Ranges lost{sealed.ids};
        lost.remove(log_.state.delivered);
        if (!lost.empty()) {
          (log_.folders.given_up().empty() || !writes_ ? log_.damages : lost_segments_)
              .push_back({settings_.folders.front(), 0, sealed.end, lost,
                          "segment " + std::to_string(number) + " is in no slot of dataDirs: a file or a folder is missing"});
        }
        continue;
      }
      auto segment = std::make_shared<Segment>();
      if (candidate->head) segment->head = *candidate->head;
      auto key = key_of(candidate->slot.path, segment->head);
      if (!key) return std::move(key).status();
      segment->key = *std::move(key);
      segment->head.number = number;
      segment->head.salt = sealed.salt;
      segment->ids = sealed.ids;
      segment->end = sealed.end;
      segment->slot = std::move(candidate->slot);
      log_.segments.emplace(number, std::move(segment));
    }
    std::erase_if(log_.state.sealed, [this](const auto& entry) { return !log_.segments.contains(entry.first); });
    return {};
  }

  /// A slot whose head is gone in both places, but whose first record has the salt.
  Result<std::vector<Candidate>::iterator> find_by_salt(std::uint64_t salt) {
    for (auto candidate = candidates_.begin(); candidate != candidates_.end(); ++candidate) {
      if (!candidate->slot.file || candidate->head) continue;
      RecordReader reader(*candidate->slot.file, salt, kRecordsStart, candidate->slot.size);
      auto found = reader.next_head();
      if (!found) return std::move(found).status();
      if (*found) return candidate;
    }
    return candidates_.end();
  }

  const LogSettings& settings_;
  Files& files_;
  const bool writes_;
  std::vector<Candidate> candidates_;
  std::optional<ChannelUuid> uuid_;
  Candidate* newest_ = nullptr;
  SegmentKeys::DataKeyPointer newest_key_;
  std::uint64_t records_start_ = 0;
  RecoveredLog log_;
  std::vector<Damage> lost_segments_;  // in a folder that is given up
};

}  // namespace

std::string slot_name(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kSlotPrefix) + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

std::uint32_t slot_number(std::string_view name) {
  if (!name.starts_with(kSlotPrefix)) return 0;
  name.remove_prefix(kSlotPrefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

std::string to_string(const Damage& damage) {
  std::string text = damage.path + ", bytes " + std::to_string(damage.from) + " to " + std::to_string(damage.to) + ": " + damage.what;
  if (!damage.ids.empty()) text += "; events " + to_string(damage.ids) + " are lost";
  return text;
}

Result<RecoveredLog> recover_log(const LogSettings& settings, Files& files) { return Recovery(settings, files, true).run(); }

Result<RecoveredLog> inspect_log(const LogSettings& settings, Files& files) { return Recovery(settings, files, false).run(); }

}  // namespace flume::storage
