#include "cli/channel/channel_repair.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/channel/open_log.h"

namespace flume::cli {
namespace {

using Json = nlohmann::ordered_json;
using storage::LogSettings;
using storage::SegmentLog;

constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;
constexpr int kMostCopies = 1000;

Result<std::vector<std::unique_ptr<FileLock>>> lock_folders(const std::vector<std::string>& folders, Files& files) {
  std::vector<std::unique_ptr<FileLock>> locks;
  for (const std::string& folder : folders) {
    auto lock = files.lock(folder + "/in_use.lock");
    if (!lock) return std::move(lock).status();
    locks.push_back(*std::move(lock));
  }
  return locks;
}

/// A new file beside the slot, synced.
Status copy_slot(const std::string& slot, Files& files) {
  auto from = files.open(slot, OpenMode::Read);
  if (!from) return std::move(from).status();
  const auto size = (*from)->size();
  if (!size) return size.status();
  const auto free = files.free_space(parent_directory(slot));
  if (!free) return free.status();
  if (*free < *size)
    return retryable("no room for a copy of " + slot + " (" + std::to_string(*size) + " bytes): nothing was changed", Cause::NoSpace);
  std::string path = slot + std::string(kCopySuffix);
  auto to = files.open(path, OpenMode::CreateNew);
  for (int number = 2; to.cause() == Cause::Exists && number < kMostCopies; ++number) {
    path = slot + std::string(kCopySuffix) + "-" + std::to_string(number);
    to = files.open(path, OpenMode::CreateNew);
  }
  if (!to) return std::move(to).status();
  std::string piece;
  for (std::uint64_t at = 0; at < *size;) {
    piece.resize(std::min(kPieceBytes, *size - at));
    const auto got = (*from)->read_at(at, std::as_writable_bytes(std::span(piece.data(), piece.size())));
    if (!got) return got.status();
    if (*got == 0) break;
    FLUME_TRY((*to)->write_at(at, as_bytes(std::string_view(piece).substr(0, *got))));
    at += *got;
  }
  FLUME_TRY((*to)->sync());
  return files.sync_directory(parent_directory(slot));
}

/// Reads all that is to be delivered, as the channel would, and counts what cannot be read as delivered.
Status settle_lost(SegmentLog& log) {
  const SlabPool::Handle pool = SlabPool::make();
  BatchBuilder builder(*pool);
  auto position = log.find(log.watermark());
  if (!position) return std::move(position).status();
  for (const EventId end = log.end_id(); position->id < end;) {
    const storage::LogPosition before = *position;
    auto read = log.read(*position, kPieceBytes, end, builder);
    if (!read) return std::move(read).status();
    if (read->damage) {
      Ranges lost = read->damage->ids;
      lost.remove(log.gone_among(lost));
      log.keep_aside(*read->damage);
      if (!lost.empty()) FLUME_TRY(log.settle(lost, {}));
    } else if (read->events.empty() && position->segment == before.segment && position->offset == before.offset) {
      break;
    }
  }
  return {};
}

std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

bool RepairPlan::is_needless() const {
  return std::all_of(problems.begin(), problems.end(), [](const ChannelProblem& problem) { return problem.loses_nothing; });
}

RepairPlan plan_repair(const storage::LogLook& look, const ChannelCheck& check) {
  RepairPlan plan{check.problems, {}, check.stored, look.log.state.bookmarks.owners().size(), check.lost()};
  bool is_segment_missing = false;
  for (const ChannelProblem& problem : plan.problems) {
    if (problem.segment == 0) {
      is_segment_missing = true;
    } else {
      plan.slots.push_back(problem.damage.path);
    }
  }
  // One of the slots that seem to be free may be the missing segment's, with both its heads destroyed.
  for (const storage::Slot& slot : look.log.free) {
    if (is_segment_missing && slot.size != 0) plan.slots.push_back(slot.path);
  }
  std::sort(plan.slots.begin(), plan.slots.end());
  plan.slots.erase(std::unique(plan.slots.begin(), plan.slots.end()), plan.slots.end());
  return plan;
}

std::string plan_as_text(const std::string& channel, const RepairPlan& plan) {
  std::string text = "channel " + channel + ": " + counted(plan.problems.size(), "problem") + '\n';
  for (const ChannelProblem& problem : plan.problems) text += "  " + to_string(problem) + '\n';
  if (plan.is_needless()) return text + "all that is stored can be read: nothing to repair\n";
  text += "kept: " + counted(plan.kept, "event") + " to deliver, bookmarks of " + counted(plan.owners, "owner") + '\n';
  text += "lost: " + counted(plan.lost.count(), "event") + (plan.lost.empty() ? "" : ": " + to_string(plan.lost)) + '\n';
  text += "what is done:\n";
  for (const std::string& slot : plan.slots) text += "  " + slot + " is copied to " + slot + std::string(kCopySuffix) + '\n';
  return text + "  the lost events are noted as delivered, so that the channel goes on behind them\n";
}

std::string plan_as_json(const std::string& channel, const RepairPlan& plan, bool is_done) {
  Json json = {{"channel", channel},         {"is_done", is_done}, {"problems", Json::array()},
               {"copied_slots", plan.slots}, {"kept", plan.kept},  {"lost", plan.lost.empty() ? std::string() : to_string(plan.lost)}};
  for (const ChannelProblem& problem : plan.problems) json["problems"].push_back(to_string(problem));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Status repair_log(LogSettings settings, const RepairPlan& plan, Files& files, Clock& clock, const Log& log) {
  {
    const auto locks = lock_folders(settings.folders, files);
    if (!locks) return locks.status();
    for (const std::string& slot : plan.slots) FLUME_TRY(copy_slot(slot, files));
  }
  settings.on_damage = storage::OnDamage::Skip;
  return with_log(std::move(settings), files, clock, log, settle_lost);
}

Status change_bookmark(LogSettings settings, const BookmarkDelta& delta, Files& files, Clock& clock, const Log& log) {
  settings.on_damage = storage::OnDamage::Stop;
  return with_log(std::move(settings), files, clock, log,
                  [&](SegmentLog& opened) { return opened.note(std::span(&delta, 1), Durability::Synced, nullptr); });
}

}  // namespace flume::cli
