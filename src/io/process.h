// The process seam: starts a command in a process group of its own and reads what it prints.
// Real implementation: posix_launcher(); tests may give a Process whose pipe they write themselves.
// A Process belongs to the component that launched it; only signal_group() may come from another thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flume/result.h"

namespace flume {

struct Command {
  std::vector<std::string> arguments;                     ///< the program (looked up in PATH), then its arguments
  bool keeps_errors = false;                              ///< stderr into a pipe; otherwise to /dev/null
  std::optional<std::vector<std::string>> environment{};  ///< NAME=VALUE; otherwise this process's own
};

struct ExitStatus {
  int code = 0;    ///< when it ended by itself
  int signal = 0;  ///< not 0: a signal ended it
  /// "exit code 3", "signal 9 (Killed)".
  [[nodiscard]] std::string text() const;
};

/// A command that was started. The destructor kills what is left of its group and reaps it.
class Process {
 public:
  virtual ~Process() = default;
  /// Read ends of the pipes, non-blocking, owned by the Process; errors() is -1 when they are not kept.
  [[nodiscard]] virtual int output() const noexcept = 0;
  [[nodiscard]] virtual int errors() const noexcept = 0;
  /// Sends `signal` to the command and what it started, until it is reaped. Any thread.
  virtual void signal_group(int signal) = 0;
  /// Waits in real time for the command's own end; true when it has ended. Its group can still be signalled.
  virtual bool await_end(std::chrono::milliseconds longest) = 0;
  /// Waits for the end and says how it was. What the command left running in the background goes on.
  virtual ExitStatus reap() = 0;
};

class Launcher {
 public:
  virtual ~Launcher() = default;
  /// The command gets /dev/null as its input, no descriptor but the three, no blocked or ignored signal.
  /// Retryable, with Cause::NotFound, Permission or NoHandles where the system says so. Any thread.
  virtual Result<std::unique_ptr<Process>> launch(const Command& command) = 0;
};

/// Processes of this machine. Stateless; lives as long as the program.
Launcher& posix_launcher();

}  // namespace flume
