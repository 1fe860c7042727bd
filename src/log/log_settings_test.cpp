#include "log/log_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flume {
namespace {

LogSettings taken(std::string_view key, std::string_view value) {
  LogSettings settings;
  const auto known = take_log_property(settings, key, value);
  EXPECT_TRUE(known.ok() && *known) << known.status().message();
  return settings;
}

TEST(LogSettings, default_to_info_in_a_rotated_file_as_flume_does) {
  const LogSettings settings;
  EXPECT_EQ(settings.level, LogLevel::Info);
  EXPECT_FALSE(settings.to_console);
  EXPECT_EQ(settings.path(), "./logs/flume.log");
  EXPECT_EQ(settings.max_file_bytes, 104857600U);
  EXPECT_EQ(settings.backups, 10U);
}

TEST(LogSettings, take_level_and_appenders_of_the_root_logger_in_any_case) {
  const LogSettings console = taken("flume.root.logger", "DEBUG,console");
  EXPECT_EQ(console.level, LogLevel::Debug);
  EXPECT_TRUE(console.to_console);
  EXPECT_FALSE(console.to_file);
  const LogSettings file = taken("flume.root.logger", "warn , LOGFILE");
  EXPECT_EQ(file.level, LogLevel::Warn);
  EXPECT_FALSE(file.to_console);
  EXPECT_TRUE(file.to_file);
  const LogSettings both = taken("flume.root.logger", "ALL,LOGFILE,Console");
  EXPECT_EQ(both.level, LogLevel::Trace);
  EXPECT_TRUE(both.to_console && both.to_file);
  EXPECT_TRUE(taken("flume.root.logger", "ERROR").to_file) << "a level alone changes no appender";
}

TEST(LogSettings, know_all_words_of_log4j) {
  EXPECT_EQ(*parse_log_level("TRACE"), LogLevel::Trace);
  EXPECT_EQ(*parse_log_level("Info"), LogLevel::Info);
  EXPECT_EQ(*parse_log_level("ERROR"), LogLevel::Error);
  EXPECT_EQ(*parse_log_level("FATAL"), LogLevel::Error);
  EXPECT_EQ(*parse_log_level("OFF"), LogLevel::Off);
}

TEST(LogSettings, take_directory_file_and_levels_of_components) {
  EXPECT_EQ(taken("flume.log.dir", "/var/log/flume").path(), "/var/log/flume/flume.log");
  EXPECT_EQ(taken("flume.log.file", "a1.log").path(), "./logs/a1.log");
  EXPECT_EQ(taken("flume.log.level.sinks.k1", "debug").component_levels.at("sinks.k1"), LogLevel::Debug);
}

TEST(LogSettings, take_the_zone_of_the_command_line) {
  LogSettings settings;
  EXPECT_TRUE(*take_log_property(settings, "user.timezone", "Asia/Tokyo"));
  EXPECT_EQ(settings.time_zone, "Asia/Tokyo");
}

TEST(LogSettings, refuse_what_they_do_not_know_and_say_what_there_is) {
  LogSettings settings;
  const auto level = take_log_property(settings, "flume.root.logger", "LOUD,console");
  EXPECT_EQ(level.status().kind(), ErrorKind::InvalidConfig);
  EXPECT_THAT(level.status().message(), testing::StartsWith("flume.root.logger: unknown log level \"LOUD\""));
  EXPECT_THAT(take_log_property(settings, "flume.root.logger", "INFO,syslog").status().message(), testing::HasSubstr("\"syslog\""));
  EXPECT_FALSE(take_log_property(settings, "flume.log.level.sinks", "").ok());
  EXPECT_FALSE(take_log_property(settings, "flume.log.file", "").ok());
  EXPECT_FALSE(*take_log_property(settings, "flume.monitoring.type", "http"));
  EXPECT_FALSE(*take_log_property(settings, "flume.log.level.", "INFO"));
}

}  // namespace
}  // namespace flume
