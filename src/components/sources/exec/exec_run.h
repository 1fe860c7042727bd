// One run of a command: its pipes are read until they end or the source is to stop. The source's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "components/sources/exec/line_batcher.h"
#include "components/sources/stop_signal.h"
#include "flume/clock.h"
#include "flume/log.h"
#include "io/process.h"

namespace flume {

class ExecRun {
 public:
  /// `wake`: a descriptor that is readable once a stop is requested.
  /// `on_first_output` is called once, when the command has printed something.
  ExecRun(Process& process, LineBatcher& batcher, const StopSignal& stop, int wake, Clock& clock, const Log& log,
          std::function<void()> on_first_output)
      : process_(process),
        batcher_(batcher),
        stop_(stop),
        wake_(wake),
        clock_(clock),
        log_(log),
        on_first_output_(std::move(on_first_output)),
        errors_(kErrorBlock, kErrorBlock) {}

  /// Reads and stores until the end of the output; after a stop ends the command first (TERM, later KILL) and reads
  /// what it still has to say, until the stop's deadline. An error is the store's: what was read is not stored.
  Status read_all();
  /// Sees to it that the command has ended, and reaps it. After its output has ended it is given time to exit by itself.
  ExitStatus end();

 private:
  enum class Read : std::uint8_t { Some, End };
  static constexpr std::size_t kErrorBlock = 4096;

  void wait();
  Result<Read> read_output();
  void read_errors();
  void log_errors_line(const LineSplitter::Line& line);
  void linger(std::uint64_t events);
  void begin_stop();
  /// True when there is nothing more to wait for.
  bool is_stop_over(bool was_idle);

  Process& process_;
  LineBatcher& batcher_;
  const StopSignal& stop_;
  const int wake_;
  Clock& clock_;
  const Log& log_;
  std::function<void()> on_first_output_;  // empty once it was called

  bool has_output_ = false;     // found by wait()
  bool may_have_more_ = false;  // the last read filled its room: the pipe may be empty or not
  bool has_errors_ = false;
  bool has_ended_errors_ = false;
  LineSplitter errors_;
  Instant last_read_ = Instant::min();
  bool has_ended_output_ = false;
  bool is_stopping_ = false;
  bool is_killed_ = false;
  Deadline kill_at_ = Deadline::never();
};

}  // namespace flume
