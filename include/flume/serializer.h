// Event serializers (Flume's EventSerializer): events -> the bytes of a text or container file. They write into a
// buffer and never touch a file. One object per open file; used by one thread.
#pragma once

#include <span>
#include <string>

#include "flume/event.h"
#include "flume/result.h"

namespace flume {

class EventSerializer {
 public:
  virtual ~EventSerializer() = default;
  /// Bytes that open a new file.
  virtual void begin(std::string& out) { static_cast<void>(out); }
  /// An event that cannot be written is Rejected; `written` then says how many before it were.
  virtual Status write(std::span<const EventView> events, std::string& out, std::size_t& written) = 0;
  /// Bytes that make the file's length, as it is now, one at which it could end.
  virtual void flush(std::string& out) { static_cast<void>(out); }
  /// Bytes that close the file.
  virtual void end(std::string& out) { static_cast<void>(out); }
  /// True when every record ends in a newline and newlines elsewhere do no harm: a crashed file is cut behind its last one.
  [[nodiscard]] virtual bool ends_in_newline() const { return false; }
  /// What must be known to go on at the present length (after flush()); at most 1 KiB.
  [[nodiscard]] virtual std::string resume_state() const { return {}; }
  /// Goes on behind a file that ended in `state`. Corrupt when the state is none of its own.
  virtual Status resume(std::string_view state) {
    static_cast<void>(state);
    return {};
  }
};

}  // namespace flume
