#include "components/sources/exec/exec_source.h"

#include <atomic>
#include <cstdlib>
#include <deque>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/base64.h"
#include "support/collecting_channel.h"
#include "support/configured.h"
#include "support/fake_writer.h"
#include "support/test_services.h"

namespace flume {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using testing::StartsWith;

/// A running "command" whose output the test writes.
class ScriptedProcess final : public Process {
 public:
  explicit ScriptedProcess(int read_end) : read_end_(read_end) {}
  ~ScriptedProcess() override { ::close(read_end_); }
  [[nodiscard]] int output() const noexcept override { return read_end_; }
  [[nodiscard]] int errors() const noexcept override { return -1; }
  void signal_group(int) override {}
  bool await_end(std::chrono::milliseconds) override { return true; }
  ExitStatus reap() override { return {}; }

 private:
  const int read_end_;
};

class ScriptedLauncher final : public Launcher {
 public:
  ScriptedLauncher() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    EXPECT_GE(::fcntl(ends[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    read_end_ = ends[0];
    write_end_ = ends[1];
  }
  ~ScriptedLauncher() override { end_output(); }
  ScriptedLauncher(const ScriptedLauncher&) = delete;
  ScriptedLauncher& operator=(const ScriptedLauncher&) = delete;
  /// Errors are given first, one per launch.
  void refuse(Status why) { errors_.push_back(std::move(why)); }
  void print(std::string_view text) const { EXPECT_EQ(::write(write_end_, text.data(), text.size()), static_cast<ssize_t>(text.size())); }
  void end_output() {
    if (write_end_ >= 0) ::close(std::exchange(write_end_, -1));
  }
  Result<std::unique_ptr<Process>> launch(const Command&) override {
    ++launches;
    if (!errors_.empty()) {
      Status error = std::move(errors_.front());
      errors_.pop_front();
      return error;
    }
    return std::unique_ptr<Process>(std::make_unique<ScriptedProcess>(std::exchange(read_end_, -1)));
  }
  std::atomic<int> launches = 0;

 private:
  int read_end_ = -1;
  int write_end_ = -1;
  std::deque<Status> errors_;
};

class ExecSourceTest : public testing::Test {
 protected:
  ExecSourceTest() { services_.clock.set_auto_advance(true); }

  ExecOptions shell(std::string script) {
    ExecOptions options;
    options.shell = "/bin/sh -c";
    options.command = std::move(script);
    return options;
  }
  void start(ExecSource& source) {
    const Status started = source.start(writer_, context_);
    ASSERT_TRUE(started.ok()) << started.message();
  }
  /// Until the source tells that it has ended, by itself or by an error. Real time, bounded.
  bool await_end() const {
    return await([this] { return !context_.endings().empty() || !context_.failures().empty(); });
  }
  template <typename Condition>
  static bool await(const Condition& condition) {
    for (int i = 0; i < 2000; ++i) {
      if (condition()) return true;
      ::usleep(10'000);
    }
    return false;
  }
  Services services() { return services_.of("sources.r1", "r1"); }
  /// As services(), but time passes by itself: where a real process has to be waited for.
  Services real_time_services() {
    const Services simulated = services();
    return {.clock = real_clock_,
            .files = simulated.files,
            .listener = simulated.listener,
            .dialer = simulated.dialer,
            .metrics = simulated.metrics,
            .log = simulated.log,
            .agent = simulated.agent,
            .name = simulated.name,
            .state_folder = {},
            .conf_folder = {},
            .byte_budget = 0,
            .logs_raw_data = true};
  }
  Deadline soon() { return real_clock_.in(std::chrono::seconds(20)); }

  TestServices services_;
  SystemClock real_clock_;
  SourceCounters counters_{"r1"};
  FakeSourceContext context_{counters_};
  CollectingChannel channel_;
  FakeWriter writer_{{&channel_}};
};

TEST_F(ExecSourceTest, makes_an_event_of_every_line_and_finishes_with_the_command) {
  ExecSource source(shell("printf 'one\\ntwo\\r\\n\\nlast'; exit 3"), services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "", "last"));
  EXPECT_THAT(context_.endings(), ElementsAre("the command has ended: exit code 3"));
  source.stop(soon());
}

TEST_F(ExecSourceTest, runs_a_command_without_a_shell) {
  ExecOptions options;
  options.command = "echo 'a  $HOME'";
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("'a $HOME'"));
}

TEST_F(ExecSourceTest, names_a_command_that_is_not_there) {
  ExecOptions options;
  options.command = "/no/such/command x";
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(context_.failures(), ElementsAre(HasSubstr("/no/such/command")));
  EXPECT_THAT(channel_.bodies(), IsEmpty());
}

TEST_F(ExecSourceTest, starts_the_command_again_after_the_throttle) {
  ExecOptions options = shell("echo again");
  options.restart = true;
  options.restart_throttle = std::chrono::milliseconds(10'000);
  const Instant before = services_.clock.steady();
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(channel_.await_events(3));
  source.stop(Deadline::never());
  EXPECT_THAT(channel_.bodies(), Each("again"));
  EXPECT_GE(services_.clock.steady() - before, std::chrono::seconds(20));
  EXPECT_THAT(context_.endings(), IsEmpty());
}

TEST_F(ExecSourceTest, fails_visibly_when_the_shell_does_not_find_the_command) {
  ExecSource source(shell("exec /no/such/command"), services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(context_.failures(), ElementsAre("the command has ended: exit code 127 (a shell says so when a command is not found); "
                                               "logStdErr = true shows in the log what it prints on stderr"));
  EXPECT_EQ(services_.log.count(LogLevel::Warn), 1U);
}

TEST_F(ExecSourceTest, fails_visibly_when_the_command_fails_without_a_line) {
  ExecOptions options = shell("exit 2");
  options.log_stderr = true;
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(context_.failures(), ElementsAre("the command has ended: exit code 2, without a line of output"));
}

TEST_F(ExecSourceTest, is_impaired_until_a_command_that_failed_prints_again) {
  ScriptedLauncher launcher;
  launcher.refuse(retryable("no such file", Cause::NotFound));
  ExecOptions options = shell("x");
  options.restart = true;
  ExecSource source(options, services(), launcher);
  start(source);
  ASSERT_TRUE(await([&] { return launcher.launches == 2; }));
  EXPECT_EQ(context_.impairment(), "the command failed: no such file");
  launcher.print("line\n");
  ASSERT_TRUE(channel_.await_events(1));
  EXPECT_EQ(context_.impairment(), "");
  source.stop(Deadline::never());
}

TEST_F(ExecSourceTest, starts_a_command_again_that_is_not_found_and_says_so) {
  ExecOptions options = shell("exec /no/such/command");
  options.restart = true;
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await([&] { return services_.log.count(LogLevel::Warn) >= 2; }));
  EXPECT_THAT(context_.impairment(), AllOf(HasSubstr("exit code 127"), HasSubstr("logStdErr"), HasSubstr("started again")));
  EXPECT_THAT(context_.failures(), IsEmpty());
  source.stop(Deadline::never());
}

TEST_F(ExecSourceTest, runs_once_when_the_pause_before_a_restart_is_below_zero) {
  ExecOptions options = shell("echo once");
  options.restart = true;
  options.restart_throttle = std::chrono::milliseconds(-5);
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("once"));
  EXPECT_THAT(context_.endings(), ElementsAre("the command has ended: exit code 0"));
}

TEST_F(ExecSourceTest, makes_a_batch_of_every_line_when_the_batch_size_is_below_one) {
  ExecOptions options = shell("printf 'a\\nb\\nc\\n'");
  options.batch_size = 0;
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(channel_.batch_sizes(), Each(1));
}

TEST_F(ExecSourceTest, tries_again_when_no_descriptor_was_free) {
  ScriptedLauncher launcher;
  launcher.refuse(retryable("make a pipe: too many open files", Cause::NoHandles));
  ExecSource source(shell("x"), services(), launcher);
  start(source);
  launcher.print("line\n");
  ASSERT_TRUE(channel_.await_events(1));
  EXPECT_EQ(launcher.launches, 2);
  EXPECT_TRUE(services_.log.contains("too many open files"));
  source.stop(Deadline::never());
}

TEST_F(ExecSourceTest, sends_a_batch_as_soon_as_the_pipe_is_empty) {
  ScriptedLauncher launcher;
  ExecOptions options = shell("x");
  options.batch_size = 1000;
  ExecSource source(options, services(), launcher);
  start(source);
  launcher.print("one\ntwo\nthr");
  ASSERT_TRUE(channel_.await_events(2));
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two"));
  launcher.print("ee\n");
  ASSERT_TRUE(channel_.await_events(3));
  launcher.end_output();
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("one", "two", "three"));
}

TEST_F(ExecSourceTest, keeps_batches_within_batch_size_and_the_channels_limit) {
  ExecOptions options = shell("seq 1 1000");
  options.batch_size = 100;
  channel_.set_transaction_capacity(30);
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  ASSERT_THAT(channel_.bodies(), SizeIs(1000));
  EXPECT_EQ(channel_.bodies().back(), "1000");
  EXPECT_THAT(channel_.batch_sizes(), Each(Le(30U)));
}

TEST_F(ExecSourceTest, stops_reading_while_the_channel_is_full_and_loses_nothing) {
  channel_.set_full(true);
  ExecSource source(shell("seq 1 200000"), services());
  start(source);
  ASSERT_TRUE(channel_.await_blocked_put());
  channel_.set_full(false);
  ASSERT_TRUE(await_end());
  const auto bodies = channel_.bodies();
  ASSERT_THAT(bodies, SizeIs(200'000));
  for (std::size_t i = 0; i < bodies.size(); i += 997) EXPECT_EQ(bodies[i], std::to_string(i + 1));
}

TEST_F(ExecSourceTest, stores_on_a_stop_what_was_read) {
  channel_.set_full(true);
  ExecSource source(shell("seq 1 5; exec sleep 1000"), real_time_services());
  start(source);
  ASSERT_TRUE(channel_.await_blocked_put());
  std::thread stopper([&] { source.stop(soon()); });
  channel_.set_full(false);
  stopper.join();
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "3", "4", "5"));
}

TEST_F(ExecSourceTest, lets_a_stopped_command_say_its_last_words) {
  ExecSource source(shell("trap 'echo last; exit' TERM; echo first; while :; do sleep 0.01; done"), real_time_services());
  start(source);
  ASSERT_TRUE(channel_.await_events(1));
  source.stop(soon());
  EXPECT_THAT(channel_.bodies(), ElementsAre("first", "last"));
}

TEST_F(ExecSourceTest, kills_the_whole_group_of_a_command_that_does_not_want_to_stop) {
  ExecSource source(shell("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000"), real_time_services());
  start(source);
  ASSERT_TRUE(channel_.await_events(1));
  source.stop(real_clock_.in(std::chrono::milliseconds(200)));
  const int child = std::stoi(channel_.bodies().front());
  // An orphan is reaped by another process, at some time: gone or a zombie, but not running.
  bool is_running = true;
  for (int i = 0; i < 1000 && is_running; ++i) {
    char state[256] = {};
    const int file = ::open(("/proc/" + std::to_string(child) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
      EXPECT_GT(::read(file, state, sizeof state - 1), 0);
      ::close(file);
    }
    is_running = file >= 0 && std::string_view(state).find(") Z") == std::string_view::npos;
    if (is_running) ::usleep(10'000);
  }
  EXPECT_FALSE(is_running);
}

TEST_F(ExecSourceTest, counts_and_tells_what_no_deadline_could_save) {
  channel_.set_full(true);
  ScriptedLauncher launcher;
  ExecOptions options = shell("x");
  options.batch_size = 2;
  ExecSource source(options, services(), launcher);
  start(source);
  launcher.print("1\n2\n3\n4\n5");
  ASSERT_TRUE(channel_.await_blocked_put());
  source.stop(Deadline::immediate());
  EXPECT_EQ(counters_.channel_write_fail.get(), 5);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "they are lost"), 2U);
}

TEST_F(ExecSourceTest, gives_a_line_without_end_in_pieces) {
  ExecOptions options = shell("head -c 10000000 /dev/zero; echo; echo short");
  options.longest_line = Bytes{1024 * 1024};
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  const auto bodies = channel_.bodies();
  ASSERT_THAT(bodies, SizeIs(11));
  std::size_t total = 0;
  for (const std::string& body : bodies) total += body.size();
  EXPECT_EQ(total, 10'000'000U + 5);
  EXPECT_EQ(bodies.back(), "short");
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "maxLineLength"), 1U);
}

TEST_F(ExecSourceTest, logs_stderr_line_by_line_when_asked) {
  ExecOptions options = shell("echo line; echo first >&2; printf 'second\\377' >&2");
  options.log_stderr = true;
  ExecSource source(options, services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("line"));
  EXPECT_TRUE(services_.log.contains("line=first"));
  EXPECT_TRUE(services_.log.contains("line=second\uFFFD"));
}

TEST_F(ExecSourceTest, needs_no_home) {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  ::unsetenv("HOME");
  ExecSource source(shell("echo \"[$HOME]\""), services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("[]"));
  if (home != nullptr) ::setenv("HOME", before.c_str(), 1);
}

TEST_F(ExecSourceTest, refuses_one_bad_event_and_stores_the_others) {
  FakeWriter writer({&channel_}, {.intercept = [](EventBatch& batch) -> Status {
                      for (const EventView event : batch) {
                        if (event.body() == "bad") return rejected("bad event");
                      }
                      return {};
                    }});
  ExecSource source(shell("printf '1\\n2\\nbad\\n4\\nbad\\n'"), services());
  ASSERT_TRUE(source.start(writer, context_).ok());
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("1", "2", "4"));
  EXPECT_EQ(counters_.generic_processing_fail.get(), 2);
  EXPECT_EQ(services_.log.count(LogLevel::Error, "event refused"), 2U);
}

TEST_F(ExecSourceTest, tries_again_only_in_the_channel_that_failed) {
  CollectingChannel other;
  int failures = 3;
  other.set_judge([&](const EventBatch&) { return failures-- > 0 ? retryable("disk is away") : Status(); });
  FakeWriter writer({&channel_, &other});
  ExecSource source(shell("echo a; echo b"), services());
  ASSERT_TRUE(source.start(writer, context_).ok());
  ASSERT_TRUE(await_end());
  EXPECT_THAT(channel_.bodies(), ElementsAre("a", "b"));
  EXPECT_THAT(other.bodies(), ElementsAre("a", "b"));
  EXPECT_EQ(services_.log.count(LogLevel::Warn, "disk is away"), 1U);
}

TEST_F(ExecSourceTest, fails_visibly_when_a_channel_is_beyond_repair) {
  channel_.set_judge([](const EventBatch&) { return fatal("log is damaged"); });
  ExecSource source(shell("echo a; sleep 1000"), services());
  start(source);
  ASSERT_TRUE(await_end());
  EXPECT_THAT(context_.failures(), ElementsAre(HasSubstr("log is damaged")));
  EXPECT_EQ(counters_.channel_write_fail.get(), 1);
}

TEST_F(ExecSourceTest, sends_a_batch_also_when_a_read_took_exactly_what_it_had_room_for) {
  for (const std::size_t bytes : {std::size_t{256} << 10U, std::size_t{512} << 10U}) {  // with a conversion, without
    SCOPED_TRACE(bytes);
    ScriptedLauncher launcher;
    launcher.print(std::string(bytes, '\n'));
    ExecOptions options = shell("x");
    options.batch_size = 1'000'000;
    options.batch_timeout = std::chrono::hours(1);
    if (bytes == std::size_t{256} << 10U) options.charset = "ISO-8859-1";
    CollectingChannel channel;
    FakeWriter writer({&channel});
    ExecSource source(options, services(), launcher);
    ASSERT_TRUE(source.start(writer, context_).ok());
    EXPECT_TRUE(channel.await_events(bytes));
    source.stop(Deadline::never());
  }
}

TEST_F(ExecSourceTest, makes_the_events_that_flume_makes) {
  std::ifstream file(FLUME_SOURCE_DIR "/tests/golden/exec_source/exec_source.json");
  std::map<std::string, std::string> inputs;  // by the path that the command names
  std::size_t cases = 0;
  for (const auto& each : nlohmann::json::parse(file)) {
    const std::string command = each.at("settings").at(0);
    if (each.contains("input") && each.at("input").contains("base64")) {
      inputs[command.substr(command.rfind(' ') + 1)] = from_base64(each.at("input").at("base64").get<std::string>());
    }
    const auto input = inputs.find(command.substr(command.rfind(' ') + 1));
    if (input == inputs.end() || each.at("settings").size() > 2) continue;  // cases of shells and words: command_words_test
    SCOPED_TRACE(each.dump());
    ++cases;
    ExecOptions options = shell("x");
    if (each.at("settings").size() == 2) {
      const std::string charset = each.at("settings").at(1);
      options.charset = charset.substr(charset.rfind(' ') + 1);
    }
    CollectingChannel channel;
    FakeWriter writer({&channel});
    FakeSourceContext context(counters_);
    ScriptedLauncher launcher;
    launcher.print(input->second);
    launcher.end_output();
    ExecSource source(options, services(), launcher);
    ASSERT_TRUE(source.start(writer, context).ok());
    ASSERT_TRUE(channel.await_events(each.at("events").get<std::uint64_t>()));
    source.stop(Deadline::never());
    std::string output;
    for (const std::string& body : channel.bodies()) output += body + "\n";
    EXPECT_EQ(output, from_base64(each.at("output").at("base64").get<std::string>()));
  }
  EXPECT_GE(cases, 15U);
}

TEST(ExecOptionsCheck, names_what_is_wrong) {
  const ComponentInfo& info = builtin_component(Kind::Source, "org.apache.flume.source.ExecSource");
  EXPECT_TRUE(parse_options(info, {{"command", "cat"}}).ok());
  EXPECT_THAT(parse_options(info, {{"command", "cat"}, {"charset", "utf-9"}}).status().message(), StartsWith("charset: "));
  EXPECT_THAT(parse_options(info, {{"command", ""}}).status().message(), HasSubstr("command"));
  EXPECT_THAT(parse_options(info, {{"command", "cat"}, {"batchSize", "x"}}).status().message(), StartsWith("batchSize: "));
}

}  // namespace
}  // namespace flume
