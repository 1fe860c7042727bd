// One file of a destination from its plan to its last byte: the buffer, what is written, what is committed, and the way back
// to that. Each step can be repeated after an error. It knows nothing of buckets, transactions or names of others.
// Owner: OutputFiles and the bucket that writes it. One thread, the sink's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "flume/log.h"
#include "output/file_format.h"
#include "output/file_journal.h"
#include "output/file_system.h"

namespace flume::output {

struct FileEnvironment {
  FileSystem& file_system;
  const Clock& clock;
  Log log;
  std::chrono::milliseconds call_timeout{0};  ///< 0: calls may take for ever
  Deadline latest = Deadline::never();        ///< for all of them
  Deadline together = Deadline::never();      ///< likewise, see CallsTogether

  [[nodiscard]] Deadline deadline() const {
    const Deadline most = std::min(latest, together);
    return call_timeout.count() > 0 ? std::min(most, clock.in(call_timeout)) : most;
  }
};

/// While it lives, all calls together have the time of one, or what is left of it: hundreds of files cannot wait one after the
/// other for a server that is away.
class CallsTogether {
 public:
  explicit CallsTogether(FileEnvironment& environment, Instant::duration used = Instant::duration::zero()) : environment_(environment) {
    if (environment.call_timeout.count() > 0) environment.together = environment.clock.in(environment.call_timeout - used);
  }
  CallsTogether(const CallsTogether&) = delete;
  CallsTogether& operator=(const CallsTogether&) = delete;
  ~CallsTogether() { environment_.together = Deadline::never(); }

 private:
  FileEnvironment& environment_;
};

class UnfinishedFile {
 public:
  /// Appended bytes are written out in pieces of about this size.
  static constexpr std::size_t kBufferBytes = 256 * 1024;

  /// A new file; nothing is made yet. `keeps_crc`: its marks say the checksum of what they cover.
  UnfinishedFile(const FileEnvironment& environment, FileJournal& journal, std::uint64_t id, FileNames names,
                 std::unique_ptr<FileFormat> format, bool keeps_crc);
  /// A file that an earlier run left. `format` goes on where the mark says; null: nothing is added to the file.
  UnfinishedFile(const FileEnvironment& environment, FileJournal& journal, std::uint64_t id, const JournalRecord& record,
                 std::unique_ptr<FileFormat> format);

  // Writing.

  /// Makes the file; its intent is noted. After an error it is as if it had never been planned, but for a file that may be there.
  Status create();
  /// Gives it its name; its identity is noted. An error: as from create().
  Status publish();
  /// Events into the buffer; Rejected as FileFormat::append().
  Status append(std::span<const EventView> events, std::size_t& appended);
  [[nodiscard]] bool has_full_buffer() const noexcept { return buffer_.size() >= kBufferBytes; }
  /// The buffer to the file.
  Status write_out();
  /// Gives back the memory of an empty buffer.
  void release_buffer();
  /// The file could end where it is now, and (when it is sealed) does.
  void end_batch();
  Status start_flush(Durability durability);
  Status wait_flush();
  /// The name and its folders survive power loss from now on.
  Status sync_name();

  // What the channel said.

  /// Everything up to the last end_batch() is committed.
  void set_committed();
  /// What is not committed is to go: before the file is used again, it is cut.
  void set_broken();
  /// make_writable() has nothing to do.
  [[nodiscard]] bool is_writable() const noexcept { return condition_ == Condition::Whole && (file_ != nullptr || !is_created_); }
  /// Cuts a broken file to what is committed and opens it again for appending; nothing to do for a healthy one.
  Result<Progress> make_writable();

  // The end.

  enum class Ending : std::uint8_t { Ready, NotYet, Vanished };
  /// Whole, ended and, with `must_sync`, synced: only close and rename are left. Vanished: there is no such file any more,
  /// and what that means has been logged.
  Result<Ending> prepare_end(bool must_sync);
  /// NotYet: it takes its time, and may go on while others do something: call again soon.
  Result<Progress> close();
  /// To the final name. Cause::Exists: somebody has that name; see use_other_name().
  Status rename();
  void use_other_name(std::string_view suffix);
  /// Removes a file that holds no committed event. NotYet: a call whose answer is lost may still make it: look again later.
  Result<Progress> discard();
  /// Whether the file of its final name is this one.
  Result<bool> has_final_name();

  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] FileJournal& journal() const noexcept { return *journal_; }
  [[nodiscard]] const FileNames& names() const noexcept { return names_; }
  [[nodiscard]] std::string names_value() const { return encode_names(names_, structure_, origin_); }
  [[nodiscard]] const FileMark& written() const noexcept { return now_; }
  [[nodiscard]] const FileMark& committed() const noexcept { return committed_; }
  [[nodiscard]] bool is_created() const noexcept { return is_created_; }
  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
  [[nodiscard]] std::optional<std::size_t> replicas() const { return file_ == nullptr ? std::nullopt : file_->replicas(); }
  [[nodiscard]] bool is_recovered() const noexcept { return is_recovered_; }
  /// A commit covered it: it must be finished. Else, and unless the sink keeps empty files, it is discarded.
  [[nodiscard]] bool is_committed() const noexcept { return is_committed_; }

  // The owner's notes.
  std::string bucket;          ///< whose events it takes
  bool is_planned = true;      ///< its intent is not in the journal
  bool is_sealed = false;      ///< gets no more events
  bool seal_is_noted = false;  ///< the journal has it as sealed, synced
  bool is_touched = false;     ///< by the deliver that goes on
  bool has_failed = false;     ///< in that deliver
  bool is_renamed = false;
  bool awaits_server = false;  ///< which recovers or cuts it
  std::int64_t tries = 0;      ///< of finishing
  std::uint32_t repairs = 0;   ///< in vain, in a row
  Instant next_try = Instant::min();

 private:
  enum class Condition : std::uint8_t { Whole, Broken, Unverified };

  /// Cuts a broken file, or one of an earlier run, to what is committed.
  Result<Progress> repair();
  /// What an earlier run's file still has of what was committed becomes its committed mark.
  Status verify();
  /// Ok: its name in use is its own. Cause::NotFound: it is gone, or never was; also when somebody else's file has its name.
  Status find();
  Result<Ending> explain_missing();
  Status reopen();
  void report_short(std::uint64_t expected, std::string_view why);

  const FileEnvironment& environment_;
  FileJournal* journal_;
  const std::uint64_t id_;
  FileNames names_;
  std::string structure_;
  FileOrigin origin_;
  std::unique_ptr<FileFormat> format_;
  std::unique_ptr<OutputFile> file_;
  std::string buffer_;
  FileMark now_;
  FileMark committed_;
  FileStage recovered_stage_ = FileStage::Intent;
  Condition condition_ = Condition::Whole;
  bool keeps_crc_ = false;
  bool is_created_ = false;
  bool is_absent_ = false;                // it is known that it was not made
  bool may_come_ = false;                 // it is not known whether it was made
  std::optional<Instant> first_absence_;  // the server said so then
  bool has_told_other_ = false;
  bool is_committed_ = false;
  bool is_recovered_ = false;
  bool has_begun_ = false;
  bool has_ended_ = false;
  bool end_is_committed_ = false;
  bool name_is_synced_ = false;
  bool is_synced_ = false;               // all of now_.length
  std::optional<Deadline> close_until_;  // a close is under way
};

}  // namespace flume::output
