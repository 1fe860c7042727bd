// How values of Hadoop's configuration files are written: times and sizes with suffixes, flags, umasks. Each is a type that
// an option table can have a row of. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "flume/clock.h"
#include "flume/options.h"

namespace flume::hdfs {

/// Longer than any agent lives; what "no limit" becomes, so that deadlines can be computed with it.
inline constexpr Instant::duration kForever = std::chrono::hours(24 * 366);

/// "60000", "60s", "1m": without a suffix (ns, us, ms, s, m, h, d in any case) milliseconds. Longer ones are kForever.
struct Milliseconds {
  Instant::duration time{};
};
/// The same, but without a suffix seconds.
struct Seconds {
  Instant::duration time{};
};
/// "134217728", "128m": bytes, with k, m, g, t, p, e in any case for powers of 1024.
struct Size {
  std::uint64_t bytes = 0;
};
/// "true" or "false" in any case; empty is the default. Other words are refused, where Hadoop takes the default without a word.
struct Flag {
  bool is_set = false;
};
/// "022", or with symbols that say what stays permitted: "u=rwx,g=rx,o=".
struct Umask {
  std::uint16_t bits = 022;
};

}  // namespace flume::hdfs

namespace flume {

template <>
struct OptionType<hdfs::Milliseconds> {
  static constexpr std::string_view kName = "time";
  static constexpr std::string_view kUnit = "ms";
  static Status parse(const OptionInfo& row, const OptionInput& input, hdfs::Milliseconds& out);
  static std::string print(hdfs::Milliseconds value);
};
template <>
struct OptionType<hdfs::Seconds> {
  static constexpr std::string_view kName = "time";
  static constexpr std::string_view kUnit = "s";
  static Status parse(const OptionInfo& row, const OptionInput& input, hdfs::Seconds& out);
  static std::string print(hdfs::Seconds value);
};
template <>
struct OptionType<hdfs::Size> {
  static constexpr std::string_view kName = "size";
  static constexpr std::string_view kUnit = "bytes";
  static Status parse(const OptionInfo& row, const OptionInput& input, hdfs::Size& out);
  static std::string print(hdfs::Size value) { return std::to_string(value.bytes); }
};
template <>
struct OptionType<hdfs::Flag> {
  static constexpr std::string_view kName = "bool";
  static Status parse(const OptionInfo& row, const OptionInput& input, hdfs::Flag& out);
  static std::string print(hdfs::Flag value) { return value.is_set ? "true" : "false"; }
};
template <>
struct OptionType<hdfs::Umask> {
  static constexpr std::string_view kName = "umask";
  static Status parse(const OptionInfo& row, const OptionInput& input, hdfs::Umask& out);
  static std::string print(hdfs::Umask value);
};

}  // namespace flume
