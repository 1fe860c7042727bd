#include "log/spdlog_target.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <pthread.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/posix_files.h"
#include "support/sim_clock.h"
#include "support/sim_files.h"

namespace flume {
namespace {

using Operation = SimFiles::Operation;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

class SpdlogTargetTest : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    settings_.directory = "/logs";
    clock_.advance(14h + 123ms);
  }
  std::string logged() { return files_.content("/logs/flume.log").value_or(""); }

  LogSettings settings_;
  SimFiles files_;
  SimClock clock_{WallTime(std::chrono::sys_days{std::chrono::year{2026} / 11 / 22})};
};

TEST_F(SpdlogTargetTest, writes_lines_like_log4j) {
  SpdlogTarget target(settings_, files_, clock_);
  std::jthread([&] {
    ::pthread_setname_np(::pthread_self(), "sink-k1");
    Log(target, "sinks.k1").info("file closed", {{"path", "/flume/events.1"}, {"events", 100}, {"synced", true}});
  }).join();
  EXPECT_EQ(logged(), "2026-11-22 14:00:00,123 INFO [sink-k1] sinks.k1: file closed path=/flume/events.1 events=100 synced=true\n");
}

TEST_F(SpdlogTargetTest, writes_the_time_of_the_zone_that_was_asked_for) {
  settings_.time_zone = "Asia/Kolkata";
  settings_.to_console = true;
  testing::internal::CaptureStderr();
  SpdlogTarget(settings_, files_, clock_).write(LogLevel::Info, "c", "here", {});
  EXPECT_THAT(logged(), testing::StartsWith("2026-11-22 19:30:00,123 INFO ["));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::StartsWith("2026-11-22 19:30:00,123 INFO ["));
}

TEST_F(SpdlogTargetTest, names_every_level_as_log4j_does) {
  settings_.level = LogLevel::Trace;
  SpdlogTarget target(settings_, files_, clock_);
  const Log log(target, "c");
  log.trace("t");
  log.debug("d");
  log.info("i");
  log.warn("w");
  log.error("e");
  for (const char* word : {",123 TRACE [", ",123 DEBUG [", ",123 INFO [", ",123 WARN [", ",123 ERROR ["})
    EXPECT_THAT(logged(), HasSubstr(word));
}

TEST_F(SpdlogTargetTest, a_line_stays_a_line_whatever_the_value) {
  SpdlogTarget target(settings_, files_, clock_);
  Log(target, "c")
      .info("odd values",
            {{"a", "x\ny\r\tz"}, {"b", "\x1b[31mred\x7f"}, {"c", "\xC2\x9B"}, {"d", "gr\xC3\xBC\xC3\x9F"}, {"e", ""}, {"f", "say \"hi\""}});
  EXPECT_THAT(logged(), EndsWith(R"(odd values a=x\ny\r\tz b=\x1b[31mred\x7f c=\xc2)"
                                 "\x9B d=gr\xC3\xBC\xC3\x9F e=\"\" f=\"say \\\"hi\\\"\"\n"));
  EXPECT_EQ(std::ranges::count(logged(), '\n'), 1);
}

TEST_F(SpdlogTargetTest, a_huge_value_is_cut_and_says_so) {
  std::string line;
  append_escaped(line, std::string(10000, 'x'));
  EXPECT_EQ(line, std::string(8192, 'x') + "...(10000 bytes)");
}

TEST_F(SpdlogTargetTest, levels_hold_for_a_component_and_all_below_it) {
  settings_.component_levels = {{"sinks", LogLevel::Debug}, {"sinks.k2", LogLevel::Error}};
  SpdlogTarget target(settings_, files_, clock_);
  EXPECT_TRUE(target.enabled(LogLevel::Debug, "sinks.k1"));
  EXPECT_FALSE(target.enabled(LogLevel::Trace, "sinks.k1"));
  EXPECT_FALSE(target.enabled(LogLevel::Warn, "sinks.k2"));
  EXPECT_TRUE(target.enabled(LogLevel::Error, "sinks.k2.writer"));
  EXPECT_FALSE(target.enabled(LogLevel::Debug, "sinksx"));
  EXPECT_TRUE(target.enabled(LogLevel::Info, "sources.r1"));
  target.set_level("", LogLevel::Off);
  EXPECT_FALSE(target.enabled(LogLevel::Error, "sources.r1"));
  EXPECT_FALSE(target.enabled(LogLevel::Off, "sources.r1"));
  EXPECT_TRUE(target.enabled(LogLevel::Debug, "sinks.k1"));
}

TEST_F(SpdlogTargetTest, the_console_is_standard_error) {
  settings_.to_console = true;
  settings_.to_file = false;
  SpdlogTarget target(settings_, files_, clock_);
  testing::internal::CaptureStderr();
  Log(target, "agent").warn("stopping");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), EndsWith("] agent: stopping\n"));
  EXPECT_TRUE(files_.list("/")->empty()) << "no file is made unless wanted";
}

TEST_F(SpdlogTargetTest, a_full_log_disk_is_told_once_and_again_when_it_recovers) {
  SpdlogTarget target(settings_, files_, clock_);
  const Log log(target, "agent");
  log.info("before");
  files_.set_capacity(files_.content("/logs/flume.log")->size());
  testing::internal::CaptureStderr();
  log.info("lost");
  log.info("lost too");
  const std::string during = testing::internal::GetCapturedStderr();
  EXPECT_THAT(during, HasSubstr("log file fails, lines are lost until it works again: write /logs/flume.log: No space left on device"));
  EXPECT_EQ(std::ranges::count(during, '\n'), 1);
  EXPECT_EQ(target.lost_lines(), 2U);

  files_.set_capacity(1 << 20);
  testing::internal::CaptureStderr();
  log.info("after");
  log.info("and on");
  const std::string recovered = testing::internal::GetCapturedStderr();
  EXPECT_THAT(recovered, HasSubstr("log file works again: /logs/flume.log, lines lost: 2"));
  EXPECT_EQ(std::ranges::count(recovered, '\n'), 1);
  EXPECT_THAT(logged(), HasSubstr("agent: after\n"));
}

TEST_F(SpdlogTargetTest, a_real_full_device_does_not_stop_the_agent) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  PosixFiles files;
  settings_.directory = "/dev";
  settings_.file = "full";
  SpdlogTarget target(settings_, files, clock_);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) Log(target, "agent").info("lost");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("write /dev/full: No space left on device"));
  EXPECT_EQ(target.lost_lines(), 100U);
}

TEST_F(SpdlogTargetTest, an_unwritable_directory_does_not_stop_the_agent) {
  files_.inject({.operation = Operation::MakeDirectories, .error_number = EACCES});
  SpdlogTarget target(settings_, files_, clock_);
  testing::internal::CaptureStderr();
  Log(target, "agent").info("lost");
  Log(target, "agent").info("written");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("Permission denied"));
  EXPECT_THAT(logged(), EndsWith("written\n"));
}

TEST_F(SpdlogTargetTest, reopen_follows_an_external_rotation) {
  SpdlogTarget target(settings_, files_, clock_);
  Log(target, "agent").info("one");
  ASSERT_TRUE(files_.rename("/logs/flume.log", "/logs/flume.log.old", false).ok());
  target.reopen();
  Log(target, "agent").info("two");
  EXPECT_THAT(logged(), EndsWith("agent: two\n"));
  EXPECT_EQ(std::ranges::count(logged(), '\n'), 1);
}

TEST_F(SpdlogTargetTest, lines_of_several_threads_stay_whole) {
  SpdlogTarget target(settings_, files_, clock_);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&target] {
        for (int i = 0; i < 50; ++i) {
          Log(target, "c").info("line", {{"i", i}});
          if (i == 25) target.set_level("d", LogLevel::Debug);
        }
      });
    }
  }
  const std::string text = logged();
  EXPECT_EQ(std::ranges::count(text, '\n'), 200);
  std::size_t whole = 0;
  for (std::size_t at = text.find("] c: line i="); at != std::string::npos; at = text.find("] c: line i=", at + 1)) ++whole;
  EXPECT_EQ(whole, 200U);
}

}  // namespace
}  // namespace flume
