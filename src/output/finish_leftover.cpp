#include "output/finish_leftover.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "output/unfinished_file.h"

namespace flume::output {
namespace {

constexpr std::chrono::milliseconds kRecoveryPoll{500};

/// What happens to the file is its own record: a finish that breaks off is begun again.
class NoJournal final : public FileJournal {
 public:
  Result<Bookmark> load(SinkContext&) override { return Bookmark(); }
  Status note(SinkContext&, std::span<const KeyValue>, Durability) override { return {}; }
  [[nodiscard]] bool travels_with_commits() const noexcept override { return false; }
};

}  // namespace

LeftoverFinisher::LeftoverFinisher(FileSystem& file_system, Clock& clock, Log log, std::chrono::seconds patience)
    : file_system_(file_system), clock_(clock), log_(std::move(log)), patience_(patience) {}

Status LeftoverFinisher::check(const FileNames& names) {
  const Deadline deadline = clock_.in(patience_);
  const auto entry = file_system_.look_at(names.in_use_path(), deadline);
  if (!entry) return entry.status();
  if (entry->is_folder) return retryable(names.in_use_path() + ": is a folder", Cause::WrongType);
  const auto taken = file_system_.look_at(names.final_path(), deadline);
  if (taken) return retryable(names.final_path() + " is there already", Cause::Exists);
  return taken.cause() == Cause::NotFound ? Status() : taken.status();
}

Result<LeftoverEnding> LeftoverFinisher::finish(const FileNames& names) {
  FLUME_TRY(check(names));
  const Deadline deadline = clock_.in(patience_);
  const FileEnvironment environment{file_system_, clock_, log_, {}, deadline};
  NoJournal journal;
  UnfinishedFile file(environment, journal, 1, JournalRecord{names, std::string(kByBytes), FileStage::Intent, {}, {}}, nullptr);
  for (;;) {
    const auto ending = file.prepare_end(false);
    if (!ending) return ending.status();
    if (*ending == UnfinishedFile::Ending::Ready) break;
    if (*ending == UnfinishedFile::Ending::Vanished)
      return retryable(names.in_use_path() + ": somebody else has renamed or removed it meanwhile", Cause::NotFound);
    if (clock_.passed(deadline))
      return retryable(names.in_use_path() + ": its last block is still being recovered after " + std::to_string(patience_.count()) +
                           " s; try again later",
                       Cause::Timeout);
    clock_.sleep_until(std::min(deadline, clock_.in(kRecoveryPoll)), {});
  }
  const LeftoverEnding done{.length = file.committed().length, .is_removed = file.committed().length == 0};
  FLUME_TRY(done.is_removed ? file.discard().status() : file.rename());
  FLUME_TRY(file_system_.sync_directory(parent_directory(names.final_path()), deadline));
  return done;
}

}  // namespace flume::output
