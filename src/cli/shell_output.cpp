#include "cli/shell_output.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <unistd.h>

namespace flume::cli {
namespace {

constexpr auto kSlice = std::chrono::milliseconds(100);  // between looks at signals and at the time

/// The signals that end a start, blocked while this lives.
class EndingSignals {
 public:
  EndingSignals() {
    sigemptyset(&signals_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      struct sigaction action{};
      if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&signals_, number);
    }
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;
  ~EndingSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// The number of one that has come, or 0.
  [[nodiscard]] int arrived() const {
    const timespec at_once{};
    const int number = sigtimedwait(&signals_, nullptr, &at_once);
    return number > 0 ? number : 0;
  }

 private:
  sigset_t signals_;
  sigset_t before_;
};

/// As if the signal had met a process that does not handle it.
void end_by(int number) {
  signal(number, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

/// Appends what is there; false at the end of the stream. Our own standard error takes it when `text` is null.
bool read_some(int descriptor, std::string* text) {
  std::array<char, 16384> buffer;
  const ssize_t got = read(descriptor, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (text != nullptr) {
    text->append(buffer.data(), static_cast<std::size_t>(got));
  } else {
    std::fwrite(buffer.data(), 1, static_cast<std::size_t>(got), stderr);
  }
  return true;
}

bool has_more(int descriptor) {
  pollfd readable{descriptor, POLLIN, 0};
  return poll(&readable, 1, 0) > 0 && (readable.revents & POLLIN) != 0;
}

std::string seconds(std::chrono::milliseconds time) { return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s"; }

}  // namespace

Result<ShellOutput> shell_output(Command command, const std::string& what, const Patience& patience, std::size_t limit) {
  const EndingSignals signals;
  command.keeps_errors = true;
  auto launched = posix_launcher().launch(command);
  if (!launched) return std::move(launched).status().with_context(what);
  std::unique_ptr<Process> process = *std::move(launched);
  ShellOutput result;
  const auto start = std::chrono::steady_clock::now();
  bool is_told = false;
  std::array<pollfd, 2> streams{pollfd{process->output(), POLLIN, 0}, pollfd{process->errors(), POLLIN, 0}};
  // The end of the command counts, not that of the streams: what it left running in the background may hold them.
  while (!process->await_end({})) {
    if (const int number = signals.arrived(); number != 0) {
      process.reset();
      end_by(number);
    }
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited >= patience.longest)
      return invalid_config(what + ": has not come to its end after " + seconds(patience.longest) + ": it was ended");
    if (!is_told && waited >= patience.until_told) {
      is_told = true;
      std::fprintf(stderr, "Warning: %s: has not come to its end after %s: the start waits for it, %s at most\n", what.c_str(),
                   seconds(patience.until_told).c_str(), seconds(patience.longest).c_str());
    }
    if (streams[0].fd < 0 && streams[1].fd < 0) {
      process->await_end(kSlice);
      continue;
    }
    if (poll(streams.data(), streams.size(), static_cast<int>(kSlice.count())) <= 0) continue;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].revents != 0 && !read_some(streams[i].fd, i == 0 ? &result.text : nullptr)) streams[i].fd = -1;
    }
    if (result.text.size() > limit) return invalid_config(what + ": prints too much");
  }
  while (has_more(process->output()) && read_some(process->output(), &result.text)) {
    if (result.text.size() > limit) return invalid_config(what + ": prints too much");
  }
  while (has_more(process->errors()) && read_some(process->errors(), nullptr)) {
  }
  result.end = process->reap();
  return result;
}

}  // namespace flume::cli
