#include "cli/stop_signals.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/signalfd.h>

namespace flume::cli {

StopSignals::StopSignals(const sigset_t& signals) : signals_(signalfd(-1, &signals, SFD_CLOEXEC)), end_(eventfd(0, EFD_CLOEXEC)) {
  if (signals_ >= 0 && end_ >= 0) thread_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
  if (thread_.joinable()) {
    eventfd_write(end_, 1);
    thread_.join();
  }
  if (signals_ >= 0) close(signals_);
  if (end_ >= 0) close(end_);
}

void StopSignals::watch() {
  std::array<pollfd, 2> both{{{signals_, POLLIN, 0}, {end_, POLLIN, 0}}};
  while (poll(both.data(), both.size(), -1) < 0 && errno == EINTR) {
  }
  signalfd_siginfo taken{};
  if ((both[0].revents & POLLIN) != 0 && read(signals_, &taken, sizeof taken) == sizeof taken) source_.request_stop();
}

}  // namespace flume::cli
