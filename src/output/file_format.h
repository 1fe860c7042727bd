// What the bytes of a destination file are: events in, bytes out, into an append buffer. One object per open file; one thread.
// Never touches a file itself; find_last_whole_record() reads one for recovery.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "flume/event.h"
#include "flume/result.h"
#include "output/file_system.h"

namespace flume::output {

class FileFormat {
 public:
  virtual ~FileFormat() = default;
  /// Names the record structure in state values, so that a later run can recover the file: see find_last_whole_record().
  [[nodiscard]] virtual std::string_view structure() const noexcept = 0;
  /// Bytes that open a new file.
  virtual void begin(std::string& out) = 0;
  /// Appends events. Rejected: the event behind the `appended` first ones cannot be written; these are in `out`.
  virtual Status append(std::span<const EventView> events, std::string& out, std::size_t& appended) = 0;
  /// After it the file could end here.
  virtual void end_of_batch(std::string& out) = 0;
  /// Bytes that close the file.
  virtual void end(std::string& out) = 0;
  /// What must be known to go on at the present end of batch; printable, at most 1 KiB.
  [[nodiscard]] virtual std::string resume_state() const = 0;
  /// Goes on behind the first `length` bytes, where resume_state() said `state`; also backwards.
  virtual Status resume(std::uint64_t length, std::string_view state) = 0;
};

inline constexpr std::string_view kLines = "lines";        ///< records end in a newline
inline constexpr std::string_view kStream = "stream";      ///< no record boundaries to be seen
inline constexpr std::string_view kSequence = "sequence";  ///< a Hadoop SequenceFile
inline constexpr std::string_view kAvro = "avro";          ///< an Avro container file: whole are its blocks
/// One of the three: the file's own bytes tell which. For files of which nobody says what they are: where it is not clear that
/// a file is cut short in a record, as with compressed ones, nothing of it is taken for broken.
inline constexpr std::string_view kByBytes = "by-bytes";

/// Where the last whole record of the file's first `limit` bytes ends; 0 when there is none.
/// Corrupt: an unknown structure.
Result<std::uint64_t> find_last_whole_record(std::string_view structure, InputFile& file, std::uint64_t limit, Deadline deadline);

}  // namespace flume::output
