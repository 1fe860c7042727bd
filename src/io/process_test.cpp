#include "io/process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace flume {
namespace {

/// All that comes out of a pipe until its end. Bounded: a command of these tests prints little and ends.
std::string read_to_end(int descriptor) {
  std::string all;
  for (;;) {
    pollfd readable{descriptor, POLLIN, 0};
    if (::poll(&readable, 1, 20'000) != 1) return all + "<timeout>";
    char buffer[4096];
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got <= 0) return all;
    all.append(buffer, static_cast<std::size_t>(got));
  }
}

std::unique_ptr<Process> shell(const std::string& script, bool keeps_errors = false) {
  auto launched = posix_launcher().launch({{"/bin/sh", "-c", script}, keeps_errors});
  EXPECT_TRUE(launched.ok()) << launched.status().message();
  return launched.ok() ? *std::move(launched) : nullptr;
}

TEST(Process, gives_what_the_command_prints_and_how_it_ended) {
  const auto process = shell("printf 'a b'; printf err >&2; exit 3", true);
  EXPECT_EQ(read_to_end(process->output()), "a b");
  EXPECT_EQ(read_to_end(process->errors()), "err");
  EXPECT_EQ(process->reap().text(), "exit code 3");
  EXPECT_EQ(process->reap().code, 3);  // asked again
}

TEST(Process, keeps_stderr_out_of_the_way_unless_asked) {
  const auto process = shell("echo noise >&2; echo line");
  EXPECT_EQ(process->errors(), -1);
  EXPECT_EQ(read_to_end(process->output()), "line\n");
}

TEST(Process, names_a_command_that_is_not_there) {
  const auto launched = posix_launcher().launch({{"no-such-command-anywhere", "x"}, false});
  EXPECT_EQ(launched.cause(), Cause::NotFound);
  EXPECT_NE(launched.status().message().find("'no-such-command-anywhere'"), std::string::npos) << launched.status().message();
}

TEST(Process, tells_that_a_file_may_not_be_run) {
  EXPECT_EQ(posix_launcher().launch({{"/etc/passwd"}, false}).cause(), Cause::Permission);
  EXPECT_FALSE(posix_launcher().launch({{""}, false}).ok());
  EXPECT_FALSE(posix_launcher().launch({{}, false}).ok());
}

TEST(Process, gives_the_command_an_empty_input_and_no_other_descriptor) {
  const int inherited = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a careless library does
  ASSERT_GE(inherited, 0);
  const int high = ::dup2(inherited, 77);
  const auto process = shell("cat; if [ -e /proc/self/fd/77 ]; then echo leaked; fi; echo end");
  EXPECT_EQ(read_to_end(process->output()), "end\n");
  ::close(inherited);
  ::close(high);
}

TEST(Process, gives_the_command_default_signals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto process = shell("echo ready; exec sleep 100");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  process->signal_group(SIGTERM);
  ASSERT_TRUE(process->await_end(std::chrono::seconds(20)));
  EXPECT_EQ(process->reap().signal, SIGTERM);
  EXPECT_EQ(process->reap().text().substr(0, 10), "signal 15 ");
}

TEST(Process, signals_what_the_command_started_too) {
  const auto process = shell("sleep 100 & echo started; wait");
  char buffer[16];
  pollfd readable{process->output(), POLLIN, 0};
  ASSERT_EQ(::poll(&readable, 1, 20'000), 1);
  ASSERT_GT(::read(process->output(), buffer, sizeof buffer), 0);
  EXPECT_FALSE(process->await_end(std::chrono::milliseconds(0)));
  process->signal_group(SIGKILL);
  EXPECT_EQ(read_to_end(process->output()), "");  // the end comes only when the sleep is gone as well
  EXPECT_EQ(process->reap().signal, SIGKILL);
}

TEST(Process, leaves_nothing_behind_when_it_is_dropped) {
  auto process = shell("trap '' TERM; echo $$; exec sleep 100");
  std::string number;
  pollfd readable{process->output(), POLLIN, 0};
  ASSERT_EQ(::poll(&readable, 1, 20'000), 1);
  char buffer[32];
  const ssize_t got = ::read(process->output(), buffer, sizeof buffer);
  ASSERT_GT(got, 0);
  number.assign(buffer, static_cast<std::size_t>(got));
  process.reset();
  EXPECT_NE(::kill(std::stoi(number), 0), 0);  // reaped: not even a zombie
}

}  // namespace
}  // namespace flume
