// From the bytes that a command prints to stored batches. A batch leaves when it is full, when it is old, and when
// the caller says that nothing more is there to read. One thread, one run of the command.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "components/sources/exec/batch_store.h"
#include "components/sources/exec/line_charset.h"
#include "flume/batch_builder.h"

namespace flume {

class LineBatcher {
 public:
  struct Limits {
    std::uint32_t events;
    std::chrono::milliseconds age;
  };

  /// `cut_lines` counts the lines that were longer than allowed; the first one is told.
  LineBatcher(LineCharset lines, Limits limits, BatchBuilder& builder, BatchStore& store, Counter& cut_lines, const Clock& clock,
              const Log& log)
      : lines_(std::move(lines)), limits_(limits), builder_(builder), store_(store), cut_lines_(cut_lines), clock_(clock), log_(log) {}

  [[nodiscard]] std::span<char> room() { return lines_.room(); }
  /// That many bytes were read into room(). An error is BatchStore's.
  Status filled(std::size_t bytes);
  /// Stores what is there.
  Status flush();
  /// The stream has ended: stores also a last line without a line end.
  Status finish();

  /// Lines (or pieces) so far.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

 private:
  Status add(const LineCharset::Body& body);
  /// After an error: tells how many lines more were read and are lost.
  void abandon();

  LineCharset lines_;
  const Limits limits_;
  BatchBuilder& builder_;
  BatchStore& store_;
  Counter& cut_lines_;
  const Clock& clock_;
  const Log& log_;
  Instant read_at_{};  // of the last bytes
  Instant oldest_{};   // when the first event of the open batch was read
  bool is_in_cut_line_ = false;
  bool has_cut_ = false;
  std::uint64_t events_ = 0;
};

}  // namespace flume
