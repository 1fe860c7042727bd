// The keys of the hdfs sink: Flume's, all of them, and ours. What cannot be honoured in this version and must not be ignored
// is refused by check_hdfs_options(). Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "flume/component.h"
#include "output/durability_option.h"
#include "output/sequence_file_format.h"
#include "text/time_zone_option.h"

namespace flume {

enum class HdfsFileType : std::uint8_t { SequenceFile, DataStream, CompressedStream };
std::span<const EnumName<HdfsFileType>> enum_names(HdfsFileType);

enum class HdfsRoundUnit : std::uint8_t { Second, Minute, Hour };
std::span<const EnumName<HdfsRoundUnit>> enum_names(HdfsRoundUnit);

struct HdfsOptions {
  std::string path;
  std::string file_prefix = "FlumeData";
  std::string file_suffix;
  std::string in_use_prefix;
  std::string in_use_suffix = ".tmp";
  bool empty_in_use_suffix = false;
  ZoneName time_zone;
  std::chrono::seconds roll_interval{30};
  Bytes roll_size{1024};
  std::int64_t roll_count = 10;
  std::int64_t batch_size = 100;
  std::chrono::seconds idle_timeout{0};
  std::string codec;
  HdfsFileType file_type = HdfsFileType::SequenceFile;
  std::int64_t max_open_files = 5000;
  std::chrono::milliseconds call_timeout{30000};
  std::int32_t threads_pool_size = 10;
  std::int32_t roll_timer_pool_size = 1;
  std::string kerberos_principal;
  std::string kerberos_keytab;
  std::string proxy_user;
  std::int64_t close_tries = std::numeric_limits<std::int32_t>::max();
  std::chrono::seconds retry_interval{180};
  bool round = false;
  std::int32_t round_value = 1;
  std::optional<HdfsRoundUnit> round_unit = HdfsRoundUnit::Second;  // none: a word that is no unit, no rounding
  bool use_local_time_stamp = false;
  std::optional<std::int32_t> min_block_replicas;
  std::string write_format = "Writable";
  OptionFamily write_format_keys;
  bool use_raw_local_file_system = false;
  Nested serializer;
  OutputDurability durability = OutputDurability::Flush;
  bool adopt_leftovers = false;
};

OptionProblems check_hdfs_options(const HdfsOptions& options, const CheckContext& context);

/// What hdfs.writeFormat means; InvalidConfig: a class of its own.
Result<output::SequenceValue> sequence_value(const HdfsOptions& options);

}  // namespace flume
