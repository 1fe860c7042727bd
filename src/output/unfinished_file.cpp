#include "output/unfinished_file.h"

#include <algorithm>
#include <vector>

#include "codec/crc32c.h"

namespace flume::output {
namespace {

constexpr std::size_t kSectorBytes = 512;
/// A close waits for DataNodes; so long it may keep the sink's thread, with other files that are closed beside it.
constexpr std::chrono::milliseconds kClosePatience{500};
/// A call that waits at a server which answers others does not wait so long.
constexpr std::chrono::seconds kLateCreate{60};

/// Zeros at the end of a sector, so many of them that they are not data but what power loss left of a sector, or of a part of
/// one, that was never written. A SequenceFile has zeros of its own, in the upper bytes of its numbers, and so have Avro's records.
std::size_t lost_tail(std::string_view sector, std::string_view structure) {
  const std::size_t last_written = sector.find_last_not_of('\0');
  const std::size_t zeros = last_written == std::string_view::npos ? sector.size() : sector.size() - last_written - 1;
  return zeros == sector.size() || zeros >= (structure == kSequence || structure == kAvro ? 5U : 1U) ? zeros : 0;
}

struct Contents {
  std::uint32_t crc = 0;
  std::uint64_t first_hole = 0;  // or the length
};

/// The checksum of the file's first `length` bytes, and where the first of them were never written.
Result<Contents> look_through(InputFile& file, std::uint64_t length, std::string_view structure, Deadline deadline) {
  Contents contents{.first_hole = length};
  std::vector<std::byte> buffer(std::min<std::uint64_t>(length, UnfinishedFile::kBufferBytes));
  for (std::uint64_t at = 0; at < length;) {
    auto got = file.read_at(at, std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), length - at)), deadline);
    if (!got) return std::move(got).status();
    if (*got == 0) break;
    const std::string_view text = as_text({buffer.data(), *got});
    contents.crc = codec::crc32c(contents.crc, text);
    for (std::size_t begin = 0; contents.first_hole == length && begin < text.size(); begin += kSectorBytes) {
      const std::string_view sector = text.substr(begin, kSectorBytes);
      if (const std::size_t lost = lost_tail(sector, structure); lost != 0) contents.first_hole = at + begin + sector.size() - lost;
    }
    at += *got;
  }
  return contents;
}

}  // namespace

UnfinishedFile::UnfinishedFile(const FileEnvironment& environment, FileJournal& journal, std::uint64_t id, FileNames names,
                               std::unique_ptr<FileFormat> format, bool keeps_crc)
    : environment_(environment),
      journal_(&journal),
      id_(id),
      names_(std::move(names)),
      structure_(format->structure()),
      origin_{.mark = environment.file_system.creation_mark(), .identity = {}},
      format_(std::move(format)),
      keeps_crc_(keeps_crc) {
  if (keeps_crc) now_.crc = committed_.crc = 0;
}

UnfinishedFile::UnfinishedFile(const FileEnvironment& environment, FileJournal& journal, std::uint64_t id, const JournalRecord& record,
                               std::unique_ptr<FileFormat> format)
    : is_planned(false),
      is_sealed(true),
      seal_is_noted(record.stage == FileStage::Sealed),
      environment_(environment),
      journal_(&journal),
      id_(id),
      names_(record.names),
      structure_(record.structure),
      origin_(record.origin),
      format_(std::move(format)),
      now_(record.mark),
      committed_(record.mark),
      recovered_stage_(record.stage),
      condition_(Condition::Unverified),
      keeps_crc_(record.mark.crc.has_value()),
      is_created_(true),
      // Without lengths in the journal the file itself is all there is, once anything can be in it.
      is_committed_(journal.travels_with_commits() ? record.stage != FileStage::Intent : origin_.mark.empty() || !origin_.identity.empty()),
      is_recovered_(true),
      has_begun_(true),
      has_ended_(record.stage == FileStage::Sealed || format_ == nullptr),
      end_is_committed_(has_ended_) {}

Status UnfinishedFile::create() {
  auto file = environment_.file_system.create(names_.in_use_path(), origin_.mark, environment_.deadline());
  if (!file) {
    // These mean that no file was made; one that is there belongs to somebody else, who may be writing it (Busy, on HDFS).
    const Cause cause = file.cause();
    is_absent_ = cause == Cause::Exists || cause == Cause::Permission || cause == Cause::NotFound || cause == Cause::NoHandles ||
                 cause == Cause::NoSpace || cause == Cause::Busy || cause == Cause::WrongType;
    may_come_ = !is_absent_;
    set_broken();
    return std::move(file).status();
  }
  file_ = *std::move(file);
  origin_.identity = file_->identity();
  is_created_ = true;
  return {};
}

Status UnfinishedFile::publish() {
  Status published = environment_.file_system.publish(names_.in_use_path(), origin_.mark, environment_.deadline());
  if (!published.ok()) set_broken();
  return published;
}

Status UnfinishedFile::find() {
  if (origin_.identity.empty()) return {};
  const std::string path = names_.in_use_path();
  const auto there = environment_.file_system.look_at(path, environment_.deadline());
  if (there && there->identity == origin_.identity) return {};
  if (there) {
    if (!std::exchange(has_told_other_, true))
      environment_.log.warn("a file of this name is not the one that this sink made; it is left alone", {{"path", path}});
    FLUME_TRY(environment_.file_system.withdraw(path, origin_.mark, environment_.deadline()));
    return retryable(path + ": another file has this name", Cause::NotFound);
  }
  if (there.cause() != Cause::NotFound) return there.status();
  // A crash was faster than its name, or power loss took that away again.
  return environment_.file_system.publish(path, origin_.mark, environment_.deadline());
}

Status UnfinishedFile::append(std::span<const EventView> events, std::size_t& appended) {
  if (!has_begun_) {
    if (buffer_.capacity() < kBufferBytes / 16) buffer_.reserve(kBufferBytes / 16);
    format_->begin(buffer_);
    has_begun_ = true;
  }
  appended = 0;
  Status status = format_->append(events, buffer_, appended);
  now_.events += appended;
  for (const EventView& event : events.first(appended)) now_.body_bytes += event.body().size();
  return status;
}

Status UnfinishedFile::write_out() {
  if (buffer_.empty()) return {};
  const std::size_t size = buffer_.size();
  const std::optional<std::uint32_t> crc = keeps_crc_ ? std::optional(codec::crc32c(now_.crc.value_or(0), buffer_)) : now_.crc;
  if (Status written = file_->hand_over(buffer_, environment_.deadline()); !written.ok()) {
    set_broken();
    return written;
  }
  now_.crc = crc;
  now_.length += size;
  is_synced_ = false;
  if (buffer_.capacity() > 4 * kBufferBytes) release_buffer();
  return {};
}

void UnfinishedFile::end_batch() {
  if (!has_begun_) {
    format_->begin(buffer_);
    has_begun_ = true;
  }
  format_->end_of_batch(buffer_);
  now_.format_state = format_->resume_state();
  if (is_sealed) {
    format_->end(buffer_);
    has_ended_ = true;
  }
}

Status UnfinishedFile::start_flush(Durability durability) {
  if (file_ == nullptr) return {};
  Status started = file_->start_flush(durability, environment_.deadline());
  if (!started.ok()) set_broken();
  is_synced_ = is_synced_ || durability == Durability::Synced;  // once wait_flush() says so
  return started;
}

Status UnfinishedFile::wait_flush() {
  if (file_ == nullptr) return {};
  Status flushed = file_->wait_flush(environment_.deadline());
  if (!flushed.ok()) set_broken();
  return flushed;
}

Status UnfinishedFile::sync_name() {
  if (name_is_synced_) return {};
  FLUME_TRY(environment_.file_system.sync_directory(parent_directory(names_.in_use_path()), environment_.deadline()));
  name_is_synced_ = true;
  return {};
}

void UnfinishedFile::release_buffer() { std::string().swap(buffer_); }

void UnfinishedFile::set_committed() {
  committed_ = now_;
  is_committed_ = true;
  end_is_committed_ = has_ended_;
}

void UnfinishedFile::set_broken() {
  file_.reset();
  close_until_.reset();
  std::string().swap(buffer_);
  is_synced_ = false;
  has_ended_ = end_is_committed_;
  if (condition_ == Condition::Whole) condition_ = Condition::Broken;
}

void UnfinishedFile::report_short(std::uint64_t expected, std::string_view why) {
  environment_.log.error("committed bytes of a file are lost: it is cut to its last whole record",
                         {{"path", names_.in_use_path()},
                          {"reason", why},
                          {"committed_bytes", expected},
                          {"kept_bytes", committed_.length},
                          {"lost_bytes", expected - committed_.length}});
}

Status UnfinishedFile::verify() {
  const Deadline deadline = environment_.deadline();
  auto file = environment_.file_system.open(names_.in_use_path(), deadline);
  if (!file) return std::move(file).status();
  if (is_recovered_ && !journal_->travels_with_commits()) {
    auto end = find_last_whole_record(structure_, **file, (*file)->length(), deadline);
    if (!end) return std::move(end).status();
    committed_.length = *end;
    return {};
  }
  const std::uint64_t expected = committed_.length;
  std::uint64_t limit = std::min(expected, (*file)->length());
  std::string_view why = limit < expected ? "the file is shorter" : "";
  if (committed_.crc) {
    auto contents = look_through(**file, limit, structure_, deadline);
    if (!contents) return std::move(contents).status();
    if (contents->crc != *committed_.crc) {
      if (why.empty()) why = "the checksum differs";
      limit = contents->first_hole;
    }
  }
  if (why.empty()) return {};
  auto end = find_last_whole_record(structure_, **file, limit, deadline);
  if (!end) return std::move(end).status();
  committed_.length = *end;
  committed_.crc.reset();
  keeps_crc_ = false;
  seal_is_noted = false;
  if (is_recovered_) has_ended_ = end_is_committed_ = true;  // its format cannot go on from here
  report_short(expected, why);
  return {};
}

Result<Progress> UnfinishedFile::repair() {
  const Deadline deadline = environment_.deadline();
  const std::string path = names_.in_use_path();
  if (condition_ != Condition::Whole) {
    file_.reset();
    FLUME_TRY(find());
    auto recovered = environment_.file_system.recover(path, deadline);
    if (!recovered || *recovered == Progress::NotYet) return recovered;
    if (condition_ == Condition::Unverified) FLUME_TRY(verify());
    auto length = environment_.file_system.length(path, deadline);
    if (!length) return std::move(length).status();
    if (*length < committed_.length) FLUME_TRY(verify());  // somebody else cut it
    if (*length > committed_.length) {
      auto cut = environment_.file_system.truncate(path, committed_.length, deadline);
      if (!cut || *cut == Progress::NotYet) return cut;
    }
    now_ = committed_;
    condition_ = Condition::Whole;
  }
  return Progress::Done;
}

Result<Progress> UnfinishedFile::make_writable() {
  auto repaired = repair();
  if (!repaired || *repaired == Progress::NotYet) return repaired;
  if (file_ == nullptr && is_created_) FLUME_TRY(reopen());
  return Progress::Done;
}

Status UnfinishedFile::reopen() {
  auto file = environment_.file_system.append(names_.in_use_path(), environment_.deadline());
  if (!file) return std::move(file).status();
  file_ = *std::move(file);
  if (format_ != nullptr) {
    if (now_.length == 0) {
      has_begun_ = false;
    } else {
      FLUME_TRY(format_->resume(now_.length, now_.format_state));
    }
  }
  return {};
}

Result<UnfinishedFile::Ending> UnfinishedFile::explain_missing() {
  const std::string path = names_.in_use_path();
  if (names_.needs_rename()) {
    const auto renamed = environment_.file_system.look_at(names_.final_path(), environment_.deadline());
    if (!renamed && renamed.cause() != Cause::NotFound) return renamed.status();
    // Without a commit that tells its length a file of an earlier run has none of its own; without an identity its name is all there is.
    const bool knows_length = journal_->travels_with_commits() || !is_recovered_;
    if (renamed && !origin_.identity.empty() && renamed->identity != origin_.identity) {
      environment_.log.error("somebody else's file has the final name of one that is gone; it is left as it is",
                             {{"path", names_.final_path()}, {"bytes", renamed->length}});
    } else if (renamed) {
      if (knows_length && renamed->length != committed_.length)
        environment_.log.error("a finished file is not as long as it was committed; it is left as it is",
                               {{"path", names_.final_path()}, {"bytes", renamed->length}, {"committed_bytes", committed_.length}});
      return Ending::Vanished;
    }
  }
  // A sealed file may have been renamed and then consumed.
  if (is_committed_ && committed_.events != 0 && recovered_stage_ != FileStage::Sealed)
    environment_.log.error("a file with committed events is gone",
                           {{"path", path}, {"lost_bytes", committed_.length}, {"lost_events", committed_.events}});
  return Ending::Vanished;
}

Result<UnfinishedFile::Ending> UnfinishedFile::prepare_end(bool must_sync) {
  if (is_renamed) return Ending::Ready;
  auto repaired = repair();
  if (!repaired) {
    if (repaired.cause() == Cause::NotFound) return explain_missing();
    return std::move(repaired).status();
  }
  if (*repaired == Progress::NotYet) return Ending::NotYet;
  if (!has_ended_) {
    if (file_ == nullptr) FLUME_TRY(reopen());
    end_batch();
    if (!has_ended_) {
      format_->end(buffer_);
      has_ended_ = true;
    }
    FLUME_TRY(write_out());
    committed_ = now_;
    end_is_committed_ = true;
  }
  if (must_sync && !is_synced_) {
    if (file_ == nullptr) FLUME_TRY(reopen());
    FLUME_TRY(start_flush(Durability::Synced));
    FLUME_TRY(wait_flush());
  }
  if (must_sync) FLUME_TRY(sync_name());
  return Ending::Ready;
}

Result<Progress> UnfinishedFile::close() {
  if (file_ == nullptr) return Progress::Done;
  if (!close_until_) close_until_ = environment_.deadline();
  // Nobody else waits at a stop.
  const Deadline soon = environment_.latest.is_never() ? environment_.clock.in(kClosePatience) : Deadline::never();
  Status closed = file_->close(std::min(*close_until_, soon));
  if (closed.cause() == Cause::Timeout && !environment_.clock.passed(*close_until_)) return Progress::NotYet;
  close_until_.reset();
  file_.reset();
  if (!closed.ok()) return closed;
  return Progress::Done;
}

Status UnfinishedFile::rename() {
  if (!names_.needs_rename()) return {};
  const std::string folder = parent_directory(names_.final_path());
  if (folder != parent_directory(names_.in_use_path()))
    FLUME_TRY(environment_.file_system.make_directories(folder, environment_.deadline()));
  return environment_.file_system.rename(names_.in_use_path(), names_.final_path(), environment_.deadline());
}

void UnfinishedFile::use_other_name(std::string_view suffix) {
  const std::size_t stem = names_.final_name.ends_with(suffix) ? names_.final_name.size() - suffix.size() : names_.final_name.size();
  names_.final_name.insert(stem, "-" + std::to_string(id_));
}

Result<bool> UnfinishedFile::has_final_name() {
  const auto there = environment_.file_system.look_at(names_.final_path(), environment_.deadline());
  if (!there) return there.cause() == Cause::NotFound ? Result<bool>(false) : there.status();
  return there->length == committed_.length && (origin_.identity.empty() || there->identity == origin_.identity);
}

Result<Progress> UnfinishedFile::discard() {
  file_.reset();
  if (is_absent_) return Progress::Done;
  FileSystem& files = environment_.file_system;
  if (!origin_.identity.empty() || origin_.mark.empty()) {
    Status removed = find();
    if (removed.ok()) removed = files.remove(names_.in_use_path(), environment_.deadline());
    if (removed.ok()) return Progress::Done;
    return removed.cause() == Cause::NotFound ? Result<Progress>(Progress::Done) : removed;
  }
  const auto undone = files.undo_create(names_.in_use_path(), origin_.mark, environment_.deadline());
  if (!undone) return undone.status();
  if (*undone || !may_come_) return Progress::Done;
  const Instant now = environment_.clock.steady();
  if (!first_absence_) first_absence_ = now;
  return now - *first_absence_ >= kLateCreate ? Progress::Done : Progress::NotYet;
}

}  // namespace flume::output
