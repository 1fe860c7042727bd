#include "components/sources/exec/exec_run.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>

#include "text/utf8.h"

namespace flume {
namespace {

// A command that is to stop may finish its work for so long, or half of the time that the stop has.
constexpr std::chrono::milliseconds kGrace{2000};
// A command that closed its output is about to exit, mostly: only if not it is told to.
constexpr std::chrono::milliseconds kEndWait{1000};
constexpr int kStopPollMillis = 20;
// A steady trickle of lines is gathered for a moment instead of waking for each (core loop of every source).
constexpr std::chrono::microseconds kLinger{150};
constexpr std::chrono::milliseconds kLingerWindow{1};
constexpr std::uint64_t kLingerEvents = 32;

}  // namespace

Status ExecRun::read_all() {
  for (;;) {
    wait();
    if (!is_stopping_ && stop_.is_requested()) begin_stop();
    if (has_errors_) read_errors();
    if (has_output_) {
      const std::uint64_t before = batcher_.events();
      const auto read = read_output();
      if (!read) return read.status();
      has_ended_output_ = *read == Read::End;
      if (has_ended_output_) break;
      linger(batcher_.events() - before);
    } else if (std::exchange(may_have_more_, false)) {
      FLUME_TRY(batcher_.flush());
    }
    if (is_stopping_ && is_stop_over(!has_output_ && !has_errors_)) break;
  }
  if (process_.errors() >= 0 && !has_ended_errors_) read_errors();
  return batcher_.finish();
}

void ExecRun::wait() {
  pollfd waited[] = {
      {process_.output(), POLLIN, 0}, {has_ended_errors_ ? -1 : process_.errors(), POLLIN, 0}, {is_stopping_ ? -1 : wake_, POLLIN, 0}};
  const int patience = may_have_more_ ? 0 : is_stopping_ ? kStopPollMillis : -1;
  const int ready = ::poll(waited, std::size(waited), patience);
  has_output_ = ready > 0 && waited[0].revents != 0;
  has_errors_ = ready > 0 && waited[1].revents != 0;
}

Result<ExecRun::Read> ExecRun::read_output() {
  const std::span<char> room = batcher_.room();
  const ssize_t got = ::read(process_.output(), room.data(), room.size());
  if (got == 0) return Read::End;
  if (got < 0) {
    if (errno == EAGAIN || errno == EINTR) return Read::Some;
    return Status::from_errno(errno, "read what the command prints");
  }
  if (on_first_output_) std::exchange(on_first_output_, nullptr)();
  FLUME_TRY(batcher_.filled(static_cast<std::size_t>(got)));
  may_have_more_ = static_cast<std::size_t>(got) == room.size();
  if (!may_have_more_) FLUME_TRY(batcher_.flush());  // the pipe is empty
  return Read::Some;
}

void ExecRun::read_errors() {
  const std::span<char> room = errors_.room();
  const ssize_t got = ::read(process_.errors(), room.data(), room.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) errors_.filled(static_cast<std::size_t>(got));
  while (const auto line = errors_.next()) log_errors_line(*line);
  if (got > 0) return;
  has_ended_errors_ = true;
  if (const auto line = errors_.rest()) log_errors_line(*line);
}

void ExecRun::log_errors_line(const LineSplitter::Line& line) {
  std::string text;
  append_valid_utf8(line.text, Utf8End::Replace, text);
  log_.info("the command says on stderr", {{"line", text}});
}

void ExecRun::linger(std::uint64_t events) {
  const Instant now = clock_.steady();
  const bool is_steady = last_read_ != Instant::min() && now - last_read_ < kLingerWindow;
  last_read_ = now;
  if (is_steady && events < kLingerEvents && !is_stopping_) clock_.sleep_for(kLinger, stop_.token());
}

void ExecRun::begin_stop() {
  is_stopping_ = true;
  process_.signal_group(SIGTERM);
  const Instant now = clock_.steady();
  const Instant last = stop_.deadline().when();
  kill_at_ = Deadline(last <= now ? now : std::min<Instant>(now + kGrace, now + (last - now) / 2));
}

bool ExecRun::is_stop_over(bool was_idle) {
  if (!is_killed_ && clock_.passed(kill_at_)) {
    is_killed_ = true;
    process_.signal_group(SIGKILL);
  }
  // What the command started outside of its group may hold the pipe for ever.
  return (was_idle && process_.await_end(std::chrono::milliseconds(0))) || clock_.passed(stop_.deadline());
}

ExitStatus ExecRun::end() {
  constexpr std::chrono::milliseconds kStep{20};
  if (has_ended_output_) {
    for (std::chrono::milliseconds waited{0}; waited < kEndWait && !stop_.is_requested() && !process_.await_end(kStep);) waited += kStep;
  }
  if (!process_.await_end(std::chrono::milliseconds(0))) {
    if (!is_stopping_) process_.signal_group(SIGTERM);
    for (std::chrono::milliseconds waited{0};
         waited < kGrace && !clock_.passed(stop_.deadline()) && !clock_.passed(kill_at_) && !process_.await_end(kStep);) {
      waited += kStep;
    }
  }
  // A stopped command leaves nothing behind; one that ended by itself may have left a daemon, as in Flume.
  if (stop_.is_requested() || !process_.await_end(std::chrono::milliseconds(0))) process_.signal_group(SIGKILL);
  return process_.reap();
}

}  // namespace flume
