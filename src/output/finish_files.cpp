// How sealed files become final ones: end, sync, note, close, rename, sync the folder, forget; many files side by side, each step
// repeatable.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>

#include "output/output_files.h"

namespace flume::output {
namespace {

constexpr std::chrono::seconds kRecoveryPoll{3};
constexpr std::chrono::seconds kPollAtStop{1};
constexpr int kMostPollsAtStop = 60;
constexpr std::chrono::milliseconds kCloseAgain{100};
constexpr std::chrono::seconds kLateCreateLook{20};
constexpr int kMostNames = 8;

bool is_unanswered(Cause cause) {
  return cause == Cause::Timeout || cause == Cause::Refused || cause == Cause::Unreachable || cause == Cause::Disconnected ||
         cause == Cause::UnknownHost || cause == Cause::NotReady;
}

}  // namespace

bool OutputFiles::is_to_be_discarded(const UnfinishedFile& file) const {
  if (!file.is_committed()) return true;
  return file.committed().length == 0 && !settings_.keeps_empty_files;
}

void OutputFiles::retry(const FilePointer& file, const Status& why, std::vector<FilePointer>& waiting) {
  ++file->tries;
  const bool was_last = settings_.retry_interval.count() <= 0 || (settings_.close_tries > 0 && file->tries >= settings_.close_tries);
  if (was_last) {
    services_.log.error("a file could not be finished and is given up; the next start tries again",
                        {{"path", file->names().in_use_path()}, {"tries", file->tries}, {"reason", why}});
    return;
  }
  services_.log.warn("a file could not be finished yet", {{"path", file->names().in_use_path()},
                                                          {"tries", file->tries},
                                                          {"retry_seconds", settings_.retry_interval.count()},
                                                          {"reason", why}});
  file->next_try = services_.clock.in(settings_.retry_interval).when();
  waiting.push_back(file);
}

Status OutputFiles::adopt(SinkContext& context, const FileNames& names) {
  // A serializer that puts nothing between events tells that there is nothing to be seen; else the file may be of another format
  // than the sink's is now.
  const bool has_records = settings_.make_format(names.in_use_path())->structure() != kStream;
  const auto there = environment_.file_system.look_at(names.in_use_path(), environment_.deadline());
  if (!there) return there.status();
  const JournalRecord record{
      names, std::string(has_records ? kByBytes : kStream), FileStage::Intent, {}, {.mark = {}, .identity = there->identity}};
  const std::string texts[] = {names_key(next_id_), encode_names(names, record.structure, record.origin), stage_key(next_id_),
                               encode_stage(record.stage, record.mark)};
  const KeyValue entries[] = {{texts[0], texts[1]}, {texts[2], texts[3]}};
  FLUME_TRY(state_file_->note(context, entries, Durability::Synced));
  finishing_.push_back(std::make_shared<UnfinishedFile>(environment_, *state_file_, next_id_, record, nullptr));
  reserved_.insert(names.final_path());
  ++next_id_;
  return {};
}

Instant OutputFiles::finish(SinkContext& context, bool all) {
  if (finishing_.empty() && to_erase_.empty()) return Instant::max();
  std::vector<FilePointer> ready;
  std::vector<FilePointer> waiting;
  std::vector<FilePointer> done;
  prepare_endings(context, all, ready, waiting, done);
  note_seals(context, ready, waiting);
  close_and_rename(context, ready, waiting);
  done.insert(done.end(), ready.begin(), ready.end());
  finishing_ = std::move(waiting);
  forget(context, done);

  Instant next = to_erase_.empty() ? Instant::max() : services_.clock.in(kRecoveryPoll).when();
  for (const FilePointer& file : finishing_) next = std::min(next, file->next_try);
  return next;
}

void OutputFiles::finish_before(SinkContext& context, Deadline deadline) {
  finish(context, true);
  const auto is_awaited = [](const FilePointer& file) { return file->awaits_server; };
  for (int poll = 0; poll < kMostPollsAtStop && services_.clock.in(kPollAtStop) < deadline; ++poll) {
    if (std::ranges::none_of(finishing_, is_awaited)) return;
    environment_.file_system.wait_for_progress(kPollAtStop);
    finish(context, false);
  }
}

Result<Progress> OutputFiles::discard(UnfinishedFile& file) {
  auto discarded = file.discard();
  if (!discarded || *discarded == Progress::NotYet || !must_sync(file)) return discarded;
  // A power loss must not bring it back once nobody knows of it.
  const Status synced = environment_.file_system.sync_directory(parent_directory(file.names().in_use_path()), environment_.deadline());
  if (!synced.ok() && synced.cause() != Cause::NotFound) return synced;
  return Progress::Done;
}

void OutputFiles::prepare_endings(SinkContext&, bool all, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting,
                                  std::vector<FilePointer>& done) {
  const Instant now = services_.clock.steady();
  std::vector<FilePointer> due;
  for (const FilePointer& file : finishing_) (all || file->next_try <= now ? due : waiting).push_back(file);
  // Those that failed before come last: what hangs does not keep the others waiting.
  std::ranges::stable_sort(due, {}, [](const FilePointer& file) { return file->tries; });
  using Ending = UnfinishedFile::Ending;
  std::vector<Result<Ending>> endings;
  while (endings.size() < due.size()) {
    const std::span<const FilePointer> next =
        std::span(due).subspan(endings.size()).first(std::min(side_by_side_.width(), due.size() - endings.size()));
    std::vector<Result<Ending>> some = side_by_side_.collect<Result<Ending>>(next.size(), [&](std::size_t i) -> Result<Ending> {
      return next[i]->is_committed() ? next[i]->prepare_end(must_sync(*next[i])) : Ending::Ready;
    });
    const bool nobody_answers = std::ranges::all_of(some, [](const Result<Ending>& ending) { return is_unanswered(ending.cause()); });
    std::ranges::move(some, std::back_inserter(endings));
    if (!nobody_answers) continue;
    // Nor would the others get an answer, each in its own time.
    for (const FilePointer& file : std::span(due).subspan(endings.size())) {
      file->next_try = now + std::max<Instant::duration>(settings_.retry_interval, kRecoveryPoll);
      waiting.push_back(file);
    }
    due.resize(endings.size());
  }
  std::vector<FilePointer> unwanted;
  for (std::size_t i = 0; i < due.size(); ++i) {
    const FilePointer& file = due[i];
    file->awaits_server = endings[i] && *endings[i] == Ending::NotYet;
    if (!endings[i]) {
      retry(file, endings[i].status(), waiting);
    } else if (file->awaits_server) {
      file->next_try = now + (environment_.latest.is_never() ? kRecoveryPoll : kPollAtStop);
      waiting.push_back(file);
    } else if (*endings[i] == Ending::Vanished) {
      done.push_back(file);
    } else {
      (is_to_be_discarded(*file) ? unwanted : ready).push_back(file);
    }
  }
  const CallsTogether together(environment_);
  const auto discarded = side_by_side_.collect<Result<Progress>>(unwanted.size(), [&](std::size_t i) { return discard(*unwanted[i]); });
  for (std::size_t i = 0; i < unwanted.size(); ++i) {
    const FilePointer& file = unwanted[i];
    if (!discarded[i]) {
      retry(file, discarded[i].status(), waiting);
      continue;
    }
    if (*discarded[i] == Progress::NotYet) {
      file->next_try = now + kLateCreateLook;
      waiting.push_back(file);
      continue;
    }
    if (file->is_created() && !file->is_recovered()) counters_->connection_closed.increment();
    done.push_back(file);
  }
}

void OutputFiles::note_seals(SinkContext& context, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting) {
  std::vector<std::string> texts;
  std::vector<FilePointer> noted;
  texts.reserve(2 * ready.size());
  std::vector<KeyValue> entries;
  for (const FilePointer& file : ready) {
    if (file->seal_is_noted || !file->journal().travels_with_commits()) continue;
    texts.push_back(stage_key(file->id()));
    texts.push_back(encode_stage(FileStage::Sealed, file->committed()));
    entries.push_back({texts[texts.size() - 2], texts.back()});
    noted.push_back(file);
  }
  if (noted.empty()) return;
  const Status status = bookmark_journal_.note(context, entries, Durability::Synced);
  for (const FilePointer& file : noted) file->seal_is_noted = status.ok();
  if (status.ok()) return;
  for (const FilePointer& file : noted) retry(file, status, waiting);
  std::erase_if(ready, [](const FilePointer& file) { return !file->seal_is_noted && file->journal().travels_with_commits(); });
}

/// `renamed`: what the first try said. Goes on until the file has its final name, or another one.
Status OutputFiles::give_other_name(SinkContext& context, UnfinishedFile& file, Status renamed) {
  for (int names = 0;; ++names) {
    if (renamed.cause() == Cause::NotFound) {
      // An earlier try may have done it without being able to say so.
      if (const auto is_done = file.has_final_name(); is_done && *is_done) return {};
    }
    if (renamed.cause() != Cause::Exists || names == kMostNames) return renamed;
    services_.log.warn("the final name of a file is taken; it gets another one", {{"path", file.names().final_path()}});
    reserved_.erase(file.names().final_path());
    file.use_other_name(settings_.suffix);
    reserved_.insert(file.names().final_path());
    const std::string key = names_key(file.id());
    const std::string value = file.names_value();
    const KeyValue entry{key, value};
    FLUME_TRY(file.journal().note(context, {&entry, 1}, Durability::Synced));
    renamed = file.rename();
  }
}

void OutputFiles::close_and_rename(SinkContext& context, std::vector<FilePointer>& ready, std::vector<FilePointer>& waiting) {
  std::vector<FilePointer> open;
  std::copy_if(ready.begin(), ready.end(), std::back_inserter(open), [](const FilePointer& file) { return !file->is_renamed; });
  const auto closed = side_by_side_.collect<Result<Progress>>(open.size(), [&](std::size_t i) { return open[i]->close(); });
  std::vector<FilePointer> whole;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (closed[i] && *closed[i] == Progress::Done) {
      whole.push_back(open[i]);
    } else if (closed[i]) {
      open[i]->next_try = services_.clock.in(kCloseAgain).when();
      waiting.push_back(open[i]);
    } else {
      counters_->connection_failed.increment();
      open[i]->set_broken();
      retry(open[i], closed[i].status(), waiting);
    }
  }
  std::vector<Status> named;
  {
    const CallsTogether together(environment_);
    named = for_each(whole, [](UnfinishedFile& file) { return file.rename(); });
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (const Status status = give_other_name(context, *whole[i], std::move(named[i])); !status.ok()) {
      retry(whole[i], status, waiting);
      continue;
    }
    whole[i]->is_renamed = true;
    if (!whole[i]->is_recovered()) counters_->connection_closed.increment();
  }
  std::map<std::string, bool> folders;  // true: has a file whose name must survive power loss
  std::vector<FilePointer> renamed;
  for (const FilePointer& file : ready) {
    if (!file->is_renamed) continue;
    if (file->names().needs_rename()) folders[parent_directory(file->names().final_path())] |= must_sync(*file);
    renamed.push_back(file);
  }
  // Once for all files renamed here: a sync costs more than a rename.
  std::set<std::string> unsynced;
  Status why;
  for (const auto& [folder, is_needed] : folders) {
    Status synced = environment_.file_system.sync_directory(folder, environment_.deadline());
    if (synced.ok() || synced.cause() == Cause::NotFound) continue;  // gone, with all names in it
    if (is_needed) {
      unsynced.insert(folder);
      why = std::move(synced);
    } else if (!std::exchange(has_told_unsynced_, true)) {
      services_.log.warn("a folder cannot be synced: with the power it may lose the names of finished files",
                         {{"path", folder}, {"reason", synced}});
    }
  }
  ready.clear();
  for (const FilePointer& file : renamed) {
    if (unsynced.contains(parent_directory(file->names().final_path()))) {
      retry(file, why, waiting);
    } else {
      ready.push_back(file);
    }
  }
}

void OutputFiles::forget(SinkContext& context, const std::vector<FilePointer>& done) {
  for (const FilePointer& file : done) to_erase_.push_back({&file->journal(), file->id(), file->names().final_path()});
  for (FileJournal* journal : {static_cast<FileJournal*>(&bookmark_journal_), state_file_.get()}) {
    std::vector<std::string> keys;
    for (const Finished& file : to_erase_) {
      if (file.journal != journal) continue;
      keys.push_back(stage_key(file.id));  // first: a torn state file must not know a stage without its names
      keys.push_back(names_key(file.id));
    }
    if (keys.empty()) continue;
    std::vector<KeyValue> entries;
    for (const std::string& key : keys) entries.push_back({key, std::nullopt});
    if (const Status erased = journal->note(context, entries, Durability::Written); !erased.ok()) {
      services_.log.warn("finished files are still in the list of unfinished ones; tried again",
                         {{"files", keys.size() / 2}, {"reason", erased}});
      continue;
    }
    std::erase_if(to_erase_, [&](const Finished& file) { return file.journal == journal && reserved_.erase(file.path) <= 1; });
  }
}

}  // namespace flume::output
