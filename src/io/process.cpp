#include "io/process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <sys/syscall.h>
#include <sys/wait.h>

namespace flume {
namespace {

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

// Large enough that a command which prints much is woken seldom; more than the system's limit is refused.
constexpr int kPipeBytes = 1024 * 1024;

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Status::from_errno(errno, "make a pipe");
  Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return Status::from_errno(errno, "make a pipe non-blocking");
  // EPERM above /proc/sys/fs/pipe-user-pages-soft: the default size works as well.
  static_cast<void>(::fcntl(ends[0], F_SETPIPE_SZ, kPipeBytes));
  return made;
}

class PosixProcess final : public Process {
 public:
  PosixProcess(pid_t pid, Descriptor output, Descriptor errors)
      : pid_(pid), exit_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))), output_(std::move(output)), errors_(std::move(errors)) {}

  ~PosixProcess() override {
    signal_group(SIGKILL);
    reap();
  }

  [[nodiscard]] int output() const noexcept override { return output_.get(); }
  [[nodiscard]] int errors() const noexcept override { return errors_.get(); }

  void signal_group(int signal) override {
    // Once it is reaped the number may be another group's.
    const std::lock_guard lock(mutex_);
    if (!status_) ::kill(-pid_, signal);
  }

  bool await_end(std::chrono::milliseconds longest) override {
    const auto start = std::chrono::steady_clock::now();
    for (;;) {
      if (has_ended()) return true;
      const auto left = longest - std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
      if (left <= std::chrono::milliseconds::zero()) return false;
      if (exit_.is_open()) {
        pollfd exited{exit_.get(), POLLIN, 0};
        ::poll(&exited, 1, static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), 60'000)));
      } else {
        // Kernels before 5.3 cannot wait for a process with a time limit.
        std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(10)));
      }
    }
  }

  ExitStatus reap() override {
    while (!await_end(std::chrono::hours(1))) {
    }
    const std::lock_guard lock(mutex_);
    if (status_) return *status_;
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(pid_, &status, 0);
    } while (ended < 0 && errno == EINTR);
    ExitStatus how;
    if (ended > 0 && WIFSIGNALED(status)) how.signal = WTERMSIG(status);
    if (ended > 0 && WIFEXITED(status)) how.code = WEXITSTATUS(status);
    status_ = how;
    return how;
  }

 private:
  /// Leaves the zombie, so that process and group keep their number.
  bool has_ended() {
    const std::lock_guard lock(mutex_);
    if (status_) return true;
    siginfo_t info{};
    const int answer = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return answer == 0 ? info.si_pid != 0 : errno == ECHILD;
  }

  const pid_t pid_;
  const Descriptor exit_;  // readable when the command has ended
  const Descriptor output_;
  const Descriptor errors_;
  std::mutex mutex_;
  std::optional<ExitStatus> status_;  // guarded by mutex_; set once it is reaped
};

/// The attributes and file actions of one spawn.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// errno of the first step that could not be planned.
  int prepare(int output, int errors) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    const int steps[] = {
        ::posix_spawnattr_setpgroup(&attributes_, 0),
        ::posix_spawnattr_setsigmask(&attributes_, &none),
        ::posix_spawnattr_setsigdefault(&attributes_, &all),
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO),
        errors >= 0 ? ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO)
                    : ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0),
        // Also what a library opened without O_CLOEXEC.
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
    };
    const auto* failed = std::find_if(std::begin(steps), std::end(steps), [](int error) { return error != 0; });
    return failed == std::end(steps) ? 0 : *failed;
  }

  int spawn(const Command& command, pid_t& pid) {
    std::vector<char*> words = pointers_to(command.arguments);
    std::vector<char*> variables;
    if (command.environment) variables = pointers_to(*command.environment);
    return ::posix_spawnp(&pid, words[0], &actions_, &attributes_, words.data(), command.environment ? variables.data() : environ);
  }

 private:
  /// As execve() wants them: with a null at the end.
  static std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
    pointers.push_back(nullptr);
    return pointers;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

class PosixLauncher final : public Launcher {
 public:
  Result<std::unique_ptr<Process>> launch(const Command& command) override {
    if (command.arguments.empty() || command.arguments.front().empty()) return invalid_config("the command is empty");
    auto output = make_pipe();
    if (!output) return std::move(output).status();
    Pipe errors;
    if (command.keeps_errors) {
      auto made = make_pipe();
      if (!made) return std::move(made).status();
      errors = *std::move(made);
    }
    SpawnPlan plan;
    pid_t pid = 0;
    int error = plan.prepare(output->write.get(), errors.write.get());
    if (error == 0) error = plan.spawn(command, pid);
    if (error != 0) return Status::from_errno(error, "start the command '" + command.arguments.front() + "'");
    return std::unique_ptr<Process>(std::make_unique<PosixProcess>(pid, std::move(output->read), std::move(errors.read)));
  }
};

}  // namespace

std::string ExitStatus::text() const {
  if (signal == 0) return "exit code " + std::to_string(code);
  const char* name = ::sigdescr_np(signal);
  return "signal " + std::to_string(signal) + " (" + (name == nullptr ? "unknown" : name) + ")";
}

Launcher& posix_launcher() {
  static PosixLauncher launcher;
  return launcher;
}

}  // namespace flume
