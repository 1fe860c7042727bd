#include "components/sinks/hdfs/hdfs_options.h"

#include <array>
#include <utility>

#include "output/file_location.h"
#include "text/path_escapes.h"

namespace flume {

std::span<const EnumName<HdfsFileType>> enum_names(HdfsFileType) {
  static constexpr std::array kNames{EnumName<HdfsFileType>{"SequenceFile", HdfsFileType::SequenceFile},
                                     EnumName<HdfsFileType>{"DataStream", HdfsFileType::DataStream},
                                     EnumName<HdfsFileType>{"CompressedStream", HdfsFileType::CompressedStream}};
  return kNames;
}

std::span<const EnumName<HdfsRoundUnit>> enum_names(HdfsRoundUnit) {
  static constexpr std::array kNames{EnumName<HdfsRoundUnit>{"second", HdfsRoundUnit::Second},
                                     EnumName<HdfsRoundUnit>{"minute", HdfsRoundUnit::Minute},
                                     EnumName<HdfsRoundUnit>{"hour", HdfsRoundUnit::Hour}};
  return kNames;
}

Result<output::SequenceValue> sequence_value(const HdfsOptions& options) {
  const std::string& format = options.write_format;
  if (format == "Writable" || format.starts_with("org.apache.flume.sink.hdfs.HDFSWritableSerializer"))
    return output::SequenceValue::BytesWritable;
  if (format == "Text" || format.starts_with("org.apache.flume.sink.hdfs.HDFSTextSerializer")) return output::SequenceValue::Text;
  return invalid_config("'" + format + "': expected Writable or Text (case matters); classes of one's own cannot be loaded");
}

/// A NameNode keeps every file in its memory: what to write when the limits make many small ones; empty when they do not.
std::string on_small_files(const HdfsOptions& options) {
  constexpr std::int64_t kFewEvents = 1000;
  constexpr std::int64_t kFewBytes = 1 << 20;
  constexpr std::chrono::seconds kShort{60};
  std::vector<std::string> limits;
  const auto is_between = [](auto value, auto limit) { return value > decltype(value){} && value < limit; };
  if (is_between(options.roll_count, kFewEvents)) limits.push_back(std::to_string(options.roll_count) + " events");
  if (is_between(options.roll_size.count, kFewBytes)) limits.push_back(std::to_string(options.roll_size.count) + " bytes");
  if (is_between(options.roll_interval, kShort)) limits.push_back(std::to_string(options.roll_interval.count()) + " s");
  if (limits.empty()) return {};
  std::string text = "a file ends after " + limits.front();
  for (std::size_t i = 1; i < limits.size(); ++i) text += (i + 1 == limits.size() ? " or " : ", ") + limits[i];
  return text + ": HDFS gets many small files. Usual: hdfs.rollCount = 0, hdfs.rollSize = 134217728, hdfs.rollInterval = 3600";
}

/// Readers see a file when it has got its name: what to write when nothing ends it; empty when something does.
std::string on_endless_files(const HdfsOptions& options) {
  const bool ends =
      options.roll_count > 0 || options.roll_size.count > 0 || options.roll_interval.count() > 0 || options.idle_timeout.count() > 0;
  if (ends) return {};
  return "nothing ends a file but the stop of the sink: until then it keeps the name of a file in use. Usual: hdfs.rollInterval = 3600";
}

OptionProblems check_hdfs_options(const HdfsOptions& options, const CheckContext& context) {
  OptionProblems problems;
  const auto tell = [&problems](std::vector<std::string_view> keys, std::string message, bool runs = false) {
    problems.push_back({std::move(keys), std::move(message), runs});
  };
  if (auto path = PathTemplate::compile(options.path, {}); !path) tell({"hdfs.path"}, path.status().message());
  if (auto prefix = PathTemplate::compile(options.file_prefix, {}); !prefix) tell({"hdfs.filePrefix"}, prefix.status().message());
  // The folder's file system must be known before any event comes. The files of Hadoop count for paths with a scheme, too: the
  // start reads them in any case. What cannot be read now may be readable then.
  const auto configuration = output::hadoop_configuration(context.files, context.conf_folder, context.hadoop);
  if (!configuration && configuration.status().kind() == ErrorKind::InvalidConfig) tell({"hdfs.path"}, configuration.status().message());
  if (auto location = output::locate(options.path, configuration ? *configuration : XmlConfiguration()); !location) {
    tell({"hdfs.path"}, location.status().message());
  } else if (location->scheme == "hdfs" && configuration) {
    if (auto settings = output::hdfs_settings(*location, *configuration, context.hadoop); !settings)
      tell({"hdfs.path"}, settings.status().message());
    if (std::string advice = on_small_files(options); !advice.empty())
      problems.push_back(
          {.keys = {"hdfs.rollCount", "hdfs.rollSize", "hdfs.rollInterval"}, .message = std::move(advice), .is_advice = true});
    if (std::string advice = on_endless_files(options); !advice.empty())
      problems.push_back({.keys = {"hdfs.rollInterval"}, .message = std::move(advice), .is_advice = true});
  }
  constexpr std::string_view kNoKerberos = "Kerberos comes later; without it nothing would be written as the user that is meant";
  if (!options.kerberos_principal.empty()) {
    tell({"hdfs.kerberosPrincipal"}, std::string(kNoKerberos));
  } else if (!options.kerberos_keytab.empty()) {
    tell({"hdfs.kerberosKeytab"}, std::string(kNoKerberos));
  }
  if (!options.proxy_user.empty())
    tell({"hdfs.proxyUser"}, "'" + options.proxy_user + "': comes with Kerberos, later; without it files would belong to another user");
  if (options.file_type == HdfsFileType::CompressedStream)
    tell({"hdfs.fileType"}, "CompressedStream: codecs come in a later version; DataStream and SequenceFile are here");
  if (!options.codec.empty()) {
    const std::string shown = "'" + options.codec + "'";
    if (options.file_type == HdfsFileType::DataStream) {
      tell({"hdfs.codeC", "hdfs.fileType"}, shown + " and hdfs.fileType = DataStream exclude each other: remove one");
    } else {
      tell({"hdfs.codeC"}, shown + ": codecs come in a later version; without hdfs.codeC files are not compressed");
    }
  }
  if (options.file_type == HdfsFileType::SequenceFile) {
    if (auto value = sequence_value(options); !value) tell({"hdfs.writeFormat", "hdfs.fileType"}, value.status().message());
  }
  if (options.adopt_leftovers && options.in_use_prefix.empty() && (options.in_use_suffix.empty() || options.empty_in_use_suffix))
    tell({"hdfs.adoptLeftovers", "hdfs.inUseSuffix"},
         "files in use cannot be told from finished ones when neither hdfs.inUseSuffix nor hdfs.inUsePrefix is there");
  if (options.close_tries < 0)
    tell({"hdfs.closeTries"}, std::to_string(options.close_tries) + ": less than 0; as in Flume there is no end to the tries", true);
  if (options.round) {
    const std::int32_t most = options.round_unit == HdfsRoundUnit::Hour ? 24 : 60;
    if (options.round_value < 1 || options.round_value > most)
      tell({"hdfs.roundValue", "hdfs.roundUnit"},
           std::to_string(options.round_value) + ": expected 1 to " + std::to_string(most) + " with this hdfs.roundUnit");
  }
  return problems;
}

}  // namespace flume
