#include "output/output_files.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "output/state_file_journal.h"

namespace flume::output {
namespace {

constexpr std::size_t kMostEventsPerChunk = 512;
constexpr std::size_t kFewFiles = 16;

/// Events that go into the buffer before it is looked at again.
std::size_t chunk_of(std::span<const EventView> events) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < events.size() && count < kMostEventsPerChunk && bytes < UnfinishedFile::kBufferBytes)
    bytes += events[count++].avro().size();
  return count;
}

/// Adds the ids of the batch's events [lo, hi).
void add_ids(const Ranges& ids, std::uint32_t lo, std::uint32_t hi, Ranges& out) {
  std::uint64_t before = 0;
  for (const IdRange& range : ids) {
    const std::uint64_t first = std::max<std::uint64_t>(lo, before);
    const std::uint64_t last = std::min<std::uint64_t>(hi, before + range.size());
    if (first < last) out.add({range.lo + (first - before), range.lo + (last - before)});
    before += range.size();
  }
}

}  // namespace

OutputFiles::OutputFiles(FileSystem& file_system, const Services& services, OutputSettings settings)
    : services_(services),
      settings_(std::move(settings)),
      environment_{file_system, services.clock, services.log, settings_.call_timeout},
      side_by_side_(file_system.serves_threads() ? settings_.threads : 0) {}

std::vector<Status> OutputFiles::for_each(std::span<const FilePointer> files, const std::function<Status(UnfinishedFile&)>& step) {
  return side_by_side_.collect<Status>(files.size(), [&](std::size_t i) { return step(*files[i]); });
}

Status OutputFiles::start(SinkContext& context) {
  counters_ = &context.counters();
  touched_.clear();
  runs_.clear();
  waiting_.clear();
  finishing_.clear();
  to_erase_.clear();
  reserved_.clear();
  next_id_ = 1;
  // Where the agent can keep no state, the list is good for this run only (which the agent has said).
  const std::string path =
      services_.state_folder.empty() ? "" : services_.state_folder + "/" + services_.name + std::string(kStateFileSuffix);
  auto state_file = std::make_unique<StateFileJournal>(services_.files, path, services_.log);
  // Also behind a channel that keeps bookmarks: the sink may have been moved there from one that does not.
  FLUME_TRY(recover(context, *state_file));
  state_file_ = std::move(state_file);
  journal_ = state_file_.get();
  if (context.channel_survives_crash()) {
    FLUME_TRY(recover(context, bookmark_journal_));
    journal_ = &bookmark_journal_;
  }
  finish(context, true);
  return {};
}

Status OutputFiles::recover(SinkContext& context, FileJournal& journal) {
  auto values = journal.load(context);
  if (!values) return std::move(values).status();
  auto records = decode_journal(*values);
  if (!records) return std::move(records).status();
  for (const auto& [id, record] : *records) {
    next_id_ = std::max(next_id_, id + 1);
    if (!environment_.file_system.owns(record.names.in_use_path())) {
      services_.log.error("an unfinished file of an earlier run is on another file system; start once with the path of then to finish it",
                          {{"path", record.names.in_use_path()}});
      continue;
    }
    std::unique_ptr<FileFormat> format;
    if (journal.travels_with_commits() && record.stage == FileStage::Open) {
      // Only to write the bytes that close the file, if the format has any.
      format = settings_.make_format(record.names.in_use_path());
      if (format->structure() != record.structure || !format->resume(record.mark.length, record.mark.format_state).ok()) format = nullptr;
    }
    finishing_.push_back(std::make_shared<UnfinishedFile>(environment_, journal, id, record, std::move(format)));
    reserved_.insert(record.names.final_path());
  }
  if (!finishing_.empty()) services_.log.info("finishing files of an earlier run", {{"files", finishing_.size()}});
  return {};
}

Status OutputFiles::alone(const std::function<Status()>& step) {
  const Instant before = services_.clock.steady();
  const CallsTogether together(environment_, spent_in_vain_);
  Status done = step();
  if (!done.ok()) spent_in_vain_ += services_.clock.steady() - before;
  return done;
}

std::vector<Result<Progress>> OutputFiles::make_writable(std::span<const FilePointer> files) {
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return files[i]->repairs; });
  const CallsTogether together(environment_);
  auto in_order = side_by_side_.collect<Result<Progress>>(files.size(), [&](std::size_t i) { return files[order[i]]->make_writable(); });
  std::vector<Result<Progress>> made(files.size(), Progress::NotYet);
  for (std::size_t i = 0; i < order.size(); ++i) {
    made[order[i]] = std::move(in_order[i]);
    UnfinishedFile& file = *files[order[i]];
    file.repairs = made[order[i]].ok() ? 0 : file.repairs + 1;
  }
  return made;
}

void OutputFiles::seal(const FilePointer& file) {
  if (file->is_sealed) return;
  file->is_sealed = true;
  if (file->is_touched) return;
  if (is_delivering_) {
    // The commit of this deliver says that it is sealed, which saves a note.
    file->is_touched = true;
    touched_.push_back(file);
  } else {
    release(file);
  }
}

/// A sealed file that no deliver touches any more: to be finished, or forgotten when nobody knows of it.
void OutputFiles::release(const FilePointer& file) {
  if (file->is_planned) {
    reserved_.erase(file->names().final_path());
  } else {
    finishing_.push_back(file);
  }
}

void OutputFiles::begin_deliver(const Delivery& delivery) {
  for (const FilePointer& file : touched_) file->is_touched = false;
  touched_.clear();
  runs_.clear();
  left_out_.clear();
  failed_buckets_.clear();
  has_waited_for_earlier_ = false;
  spent_in_vain_ = {};
  first_error_ = {};
  is_delivering_ = true;
  // Some have arrived, or are gone in another way.
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    at->second = delivery.still_waiting(at->second);
    at = at->second.empty() ? waiting_.erase(at) : std::next(at);
  }
}

bool OutputFiles::has_failed(const std::string& bucket) const noexcept {
  return !failed_buckets_.empty() && std::find(failed_buckets_.begin(), failed_buckets_.end(), bucket) != failed_buckets_.end();
}

void OutputFiles::fail_bucket(const std::string& bucket, Status why) {
  failed_buckets_.push_back(bucket);
  if (first_error_.ok()) first_error_ = std::move(why);
}

bool OutputFiles::must_wait(const Delivery& delivery, const std::string& bucket, std::uint32_t last_index) {
  if (has_failed(bucket)) return true;
  const auto found = waiting_.find(bucket);
  if (found == waiting_.end()) return false;
  Ranges earlier = found->second;
  earlier.remove(delivery.ids());
  if (earlier.empty() || earlier.lowest() > delivery.ids().at(last_index)) return false;
  has_waited_for_earlier_ = true;
  fail_bucket(bucket, retryable(bucket + ": earlier events wait in the channel"));
  return true;
}

void OutputFiles::leave_out(const std::string& bucket, std::uint32_t lo, std::uint32_t hi) { left_out_.push_back({bucket, lo, hi}); }

void OutputFiles::fail(UnfinishedFile& file, const Status& why) {
  file.has_failed = true;
  if (first_error_.ok()) first_error_ = why;
}

void OutputFiles::prepare(std::span<const FilePointer> files) {
  std::vector<FilePointer> broken;
  for (const FilePointer& file : files) {
    if (std::exchange(file->is_touched, true)) continue;
    touched_.push_back(file);
    if (!file->is_writable()) broken.push_back(file);
  }
  const std::vector<Result<Progress>> writable = make_writable(broken);
  for (std::size_t i = 0; i < broken.size(); ++i) {
    UnfinishedFile& file = *broken[i];
    if (writable[i] && *writable[i] == Progress::Done) continue;
    if (writable[i].cause() == Cause::NotFound) file.is_sealed = true;  // gone: the next events get another file
    const Status why = writable[i] ? retryable(file.names().in_use_path() + ": still being recovered") : writable[i].status();
    fail(file, why);
    fail_bucket(file.bucket, why);
  }
}

Status OutputFiles::append(Delivery& delivery, const FilePointer& file, std::span<const EventView> events, std::uint32_t first_index) {
  const auto failed = [&](Status why) {
    fail(*file, why);
    fail_bucket(file->bucket, why);
    return why;
  };
  if (!file->is_touched) prepare({&file, 1});
  if (file->has_failed) return first_error_;
  while (!events.empty()) {
    const std::size_t chunk = chunk_of(events);
    std::size_t appended = 0;
    const Status status = file->append(events.first(chunk), appended);
    const auto count = static_cast<std::uint32_t>(appended);
    if (!runs_.empty() && runs_.back().file == file.get() && runs_.back().hi == first_index) {
      runs_.back().hi += count;
    } else if (count != 0) {
      runs_.push_back({file.get(), first_index, first_index + count});
    }
    events = events.subspan(appended);
    first_index += count;
    if (!status.ok()) {
      if (status.kind() != ErrorKind::Rejected) return failed(status);
      delivery.reject(first_index, status.message());
      events = events.subspan(1);
      ++first_index;
    }
    if (!file->has_full_buffer()) continue;
    Status written;
    if (!file->is_created()) written = alone([&] { return std::move(make_files(delivery.context(), {&file, 1}).front()); });
    if (written.ok()) written = file->write_out();
    if (!written.ok()) return failed(std::move(written));
  }
  return {};
}

void OutputFiles::flush_all() {
  std::vector<FilePointer> files;
  const auto each = [&](auto&& run) {
    files.clear();
    std::copy_if(touched_.begin(), touched_.end(), std::back_inserter(files), [](const FilePointer& file) { return !file->has_failed; });
    const std::vector<Status> done = run();
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!done[i].ok()) fail(*files[i], done[i]);
    }
  };
  const auto durability = [&](const UnfinishedFile& file) {
    return file.is_sealed && must_sync(file) ? Durability::Synced : settings_.durability;
  };
  each([&] { return for_each(files, [](UnfinishedFile& file) { return file.write_out(); }); });
  // Side by side without threads: all are begun before the first is waited for.
  each([&] {
    std::vector<Status> done;
    for (const FilePointer& file : files) done.push_back(file->start_flush(durability(*file)));
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (done[i].ok()) done[i] = files[i]->wait_flush();
    }
    return done;
  });
  each([&] {
    return for_each(files, [&](UnfinishedFile& file) { return durability(file) == Durability::Synced ? file.sync_name() : Status(); });
  });
}

/// Events of a bucket stay in order: what comes behind a file that failed is taken again with that file's events.
void OutputFiles::fail_later_files_of_failed_buckets() {
  if (first_error_.ok()) return;
  const std::vector<std::string> without_a_file = std::exchange(failed_buckets_, {});
  for (const Run& run : runs_) {
    if (!run.file->has_failed) {
      run.file->has_failed = has_failed(run.file->bucket);
    } else if (!has_failed(run.file->bucket)) {
      failed_buckets_.push_back(run.file->bucket);
    }
  }
  failed_buckets_.insert(failed_buckets_.end(), without_a_file.begin(), without_a_file.end());
}

Result<Outcome> OutputFiles::end_deliver(Delivery& delivery) {
  is_delivering_ = false;
  // A file for which every event was bad has not become one.
  std::erase_if(touched_, [this](const FilePointer& file) {
    if (file->is_created() || file->written().events != 0 || file->has_failed) return false;
    file->is_touched = false;
    file->is_sealed = true;
    release(file);
    return true;
  });
  for (const FilePointer& file : touched_) {
    if (!file->has_failed) file->end_batch();
  }
  make_planned(delivery.context());
  flush_all();
  fail_later_files_of_failed_buckets();

  for (const FilePointer& file : touched_) {
    if (file->has_failed || !file->journal().travels_with_commits()) continue;
    delivery.bookmark(stage_key(file->id()), encode_stage(file->is_sealed ? FileStage::Sealed : FileStage::Open, file->written()));
    if (file->is_sealed) delivery.commit_synced();
  }
  if (first_error_.ok()) return Outcome::Delivered;
  Ranges arrived;
  bool is_all_of_one = true;  // what arrived is of buckets of which something did not
  for (const Run& run : runs_) {
    if (run.file->has_failed) continue;
    add_ids(delivery.ids(), run.lo, run.hi, arrived);
    is_all_of_one = is_all_of_one && has_failed(run.file->bucket);
  }
  if (is_all_of_one && !has_waited_for_earlier_) {
    // Nobody else is kept waiting, and the events stay in order.
    if (!arrived.empty()) delivery.delivered(arrived);
    return first_error_;
  }
  set_aside(delivery, arrived);
  return Outcome::Delivered;
}

/// One file that hangs does not stop the others.
void OutputFiles::set_aside(Delivery& delivery, const Ranges& arrived) {
  Ranges others = delivery.ids();
  others.remove(arrived);
  for (const Delivery::Rejected& bad : delivery.rejected()) {
    const EventId id = delivery.ids().at(bad.index);
    others.remove({{id, id + 1}});
  }
  const auto note = [&](const std::string& bucket, std::uint32_t lo, std::uint32_t hi) {
    Ranges ids;
    add_ids(delivery.ids(), lo, hi, ids);
    waiting_[bucket].add(ids.intersection(others));
  };
  for (const Run& run : runs_) {
    if (run.file->has_failed) note(run.file->bucket, run.lo, run.hi);
  }
  for (const LeftOut& part : left_out_) note(part.bucket, part.lo, part.hi);
  delivery.set_aside(others, first_error_.message());
}

void OutputFiles::committed(SinkContext& context) {
  for (const FilePointer& file : touched_) {
    file->is_touched = false;
    if (file->has_failed) continue;
    file->set_committed();
    if (file->is_sealed) {
      file->seal_is_noted = file->journal().travels_with_commits();
      release(file);
    }
    if (touched_.size() > kFewFiles) file->release_buffer();
  }
  std::erase_if(touched_, [](const FilePointer& file) { return !file->has_failed; });
  given_back(context);
}

void OutputFiles::given_back(SinkContext& context) {
  std::vector<FilePointer> broken;
  for (const FilePointer& file : touched_) {
    file->is_touched = false;
    file->has_failed = false;
    file->set_broken();
    if (!file->is_committed()) file->is_sealed = true;
    if (file->is_sealed) {
      release(file);
    } else {
      broken.push_back(file);
    }
  }
  const std::vector<Result<Progress>> repaired = make_writable(broken);
  for (std::size_t i = 0; i < broken.size(); ++i) {
    if (repaired[i]) continue;
    services_.log.warn("a file could not be cut to what is committed; tried again with the next events",
                       {{"path", broken[i]->names().in_use_path()}, {"reason", repaired[i].status()}});
  }
  touched_.clear();
  runs_.clear();
  finish(context, false);
}

void OutputFiles::stop(SinkContext& context, Deadline deadline) {
  environment_.latest = deadline;
  given_back(context);
  finish_before(context, deadline);
}

bool OutputFiles::must_sync(const UnfinishedFile& file) const {
  return settings_.durability == Durability::Synced || file.journal().travels_with_commits();
}

}  // namespace flume::output
