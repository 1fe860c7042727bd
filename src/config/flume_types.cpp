#include "config/flume_types.h"

#include <strings.h>

namespace flume::config {
namespace {

constexpr FlumeType kFlumeTypes[] = {
    {Kind::Source, "avro", "org.apache.flume.source.AvroSource"},
    {Kind::Source, "exec", "org.apache.flume.source.ExecSource"},
    {Kind::Source, "http", "org.apache.flume.source.http.HTTPSource"},
    {Kind::Source, "jms", "org.apache.flume.source.jms.JMSSource"},
    {Kind::Source, "multiport_syslogtcp", "org.apache.flume.source.MultiportSyslogTCPSource"},
    {Kind::Source, "netcat", "org.apache.flume.source.NetcatSource"},
    {Kind::Source, "netcatudp", "org.apache.flume.source.NetcatUdpSource"},
    {Kind::Source, "seq", "org.apache.flume.source.SequenceGeneratorSource"},
    {Kind::Source, "spooldir", "org.apache.flume.source.SpoolDirectorySource"},
    {Kind::Source, "syslogtcp", "org.apache.flume.source.SyslogTcpSource"},
    {Kind::Source, "syslogudp", "org.apache.flume.source.SyslogUDPSource"},
    {Kind::Source, "taildir", "org.apache.flume.source.taildir.TaildirSource"},
    {Kind::Source, "thrift", "org.apache.flume.source.ThriftSource"},
    {Kind::Source, "", "org.apache.flume.source.StressSource"},
    {Kind::Source, "", "org.apache.flume.source.avroLegacy.AvroLegacySource"},
    {Kind::Source, "", "org.apache.flume.source.kafka.KafkaSource"},
    {Kind::Source, "", "org.apache.flume.source.scribe.ScribeSource"},
    {Kind::Source, "", "org.apache.flume.source.thriftLegacy.ThriftLegacySource"},
    {Kind::Source, "", "org.apache.flume.source.twitter.TwitterSource"},
    {Kind::Sink, "asynchbase", "org.apache.flume.sink.hbase.AsyncHBaseSink"},
    {Kind::Sink, "avro", "org.apache.flume.sink.AvroSink"},
    {Kind::Sink, "elasticsearch", "org.apache.flume.sink.elasticsearch.ElasticSearchSink"},
    {Kind::Sink, "file_roll", "org.apache.flume.sink.RollingFileSink"},
    {Kind::Sink, "hbase", "org.apache.flume.sink.hbase.HBaseSink"},
    {Kind::Sink, "hbase2", "org.apache.flume.sink.hbase2.HBase2Sink"},
    {Kind::Sink, "hdfs", "org.apache.flume.sink.hdfs.HDFSEventSink"},
    {Kind::Sink, "hive", "org.apache.flume.sink.hive.HiveSink"},
    {Kind::Sink, "http", "org.apache.flume.sink.http.HttpSink"},
    {Kind::Sink, "irc", "org.apache.flume.sink.irc.IRCSink"},
    {Kind::Sink, "logger", "org.apache.flume.sink.LoggerSink"},
    {Kind::Sink, "morphline_solr", "org.apache.flume.sink.solr.morphline.MorphlineSolrSink"},
    {Kind::Sink, "null", "org.apache.flume.sink.NullSink"},
    {Kind::Sink, "thrift", "org.apache.flume.sink.ThriftSink"},
    {Kind::Sink, "", "org.apache.flume.sink.kafka.KafkaSink"},
    {Kind::Sink, "", "org.apache.flume.sink.kite.DatasetSink"},
    {Kind::Sink, "", "org.apache.flume.sink.kudu.KuduSink"},
    {Kind::Sink, "", "org.apache.flume.sink.solr.morphline.MorphlineSink"},
    {Kind::Channel, "file", "org.apache.flume.channel.file.FileChannel"},
    {Kind::Channel, "jdbc", "org.apache.flume.channel.jdbc.JdbcChannel"},
    {Kind::Channel, "memory", "org.apache.flume.channel.MemoryChannel"},
    {Kind::Channel, "spillablememory", "org.apache.flume.channel.SpillableMemoryChannel"},
    {Kind::Channel, "", "org.apache.flume.channel.PseudoTxnMemoryChannel"},
    {Kind::Channel, "", "org.apache.flume.channel.kafka.KafkaChannel"},
    {Kind::Interceptor, "host", "org.apache.flume.interceptor.HostInterceptor$Builder"},
    {Kind::Interceptor, "regex_extractor", "org.apache.flume.interceptor.RegexExtractorInterceptor$Builder"},
    {Kind::Interceptor, "regex_filter", "org.apache.flume.interceptor.RegexFilteringInterceptor$Builder"},
    {Kind::Interceptor, "remove_header", "org.apache.flume.interceptor.RemoveHeaderInterceptor$Builder"},
    {Kind::Interceptor, "search_replace", "org.apache.flume.interceptor.SearchAndReplaceInterceptor$Builder"},
    {Kind::Interceptor, "static", "org.apache.flume.interceptor.StaticInterceptor$Builder"},
    {Kind::Interceptor, "timestamp", "org.apache.flume.interceptor.TimestampInterceptor$Builder"},
    {Kind::Interceptor, "", "org.apache.flume.sink.solr.morphline.MorphlineInterceptor$Builder"},
    {Kind::Interceptor, "", "org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder"},
    {Kind::Selector, "load_balancing", "org.apache.flume.channel.LoadBalancingChannelSelector"},
    {Kind::Selector, "multiplexing", "org.apache.flume.channel.MultiplexingChannelSelector"},
    {Kind::Selector, "replicating", "org.apache.flume.channel.ReplicatingChannelSelector"},
    {Kind::Serializer, "avro_event", "org.apache.flume.serialization.FlumeEventAvroEventSerializer$Builder"},
    {Kind::Serializer, "header_and_text", "org.apache.flume.serialization.HeaderAndBodyTextEventSerializer$Builder"},
    {Kind::Serializer, "text", "org.apache.flume.serialization.BodyTextEventSerializer$Builder"},
    {Kind::Serializer, "", "org.apache.flume.sink.hdfs.AvroEventSerializer$Builder"},
    {Kind::Deserializer, "avro", "org.apache.flume.serialization.AvroEventDeserializer$Builder"},
    {Kind::Deserializer, "line", "org.apache.flume.serialization.LineDeserializer$Builder"},
    {Kind::Deserializer, "", "org.apache.flume.sink.solr.morphline.BlobDeserializer$Builder"},
    {Kind::PathManager, "default", "org.apache.flume.formatter.output.DefaultPathManager$Builder"},
    {Kind::PathManager, "rolltime", "org.apache.flume.formatter.output.RollTimePathManager$Builder"},
    {Kind::SinkProcessor, "default", "org.apache.flume.sink.DefaultSinkProcessor"},
    {Kind::SinkProcessor, "failover", "org.apache.flume.sink.FailoverSinkProcessor"},
    {Kind::SinkProcessor, "load_balance", "org.apache.flume.sink.LoadBalancingSinkProcessor"},
    {Kind::ConfigFilter, "env", "org.apache.flume.configfilter.EnvironmentVariableConfigFilter"},
    {Kind::ConfigFilter, "external", "org.apache.flume.configfilter.ExternalProcessConfigFilter"},
    {Kind::ConfigFilter, "hadoop", "org.apache.flume.configfilter.HadoopCredentialStoreConfigFilter"},
};

/// Packages whose classes run Java code of the Kite SDK, and what does the same here.
struct JavaOnly {
  Kind kind;
  std::string_view package;
  std::string_view instead;
};
constexpr JavaOnly kJavaOnly[] = {
    {Kind::Interceptor, "org.apache.flume.sink.solr.morphline.",
     "it runs a Morphline, Java code of the Kite SDK; json_extract, regex_extractor, search_replace, regex_filter, rename_header, "
     "remove_header, mask and truncate do what its commands are mostly used for"},
    {Kind::Interceptor, "org.kitesdk.",
     "the Kite SDK is Java code; json_extract and regex_extractor give headers, search_replace changes the body"},
    {Kind::Sink, "org.apache.flume.sink.solr.morphline.",
     "it runs a Morphline, Java code of the Kite SDK; interceptors such as json_extract and search_replace do what its commands are "
     "mostly used for, what they cannot do is left to an agent of Apache Flume"},
    {Kind::Sink, "org.apache.flume.sink.kite.",
     "Kite datasets are Java code; the hdfs sink writes the same events as files, with serializer = avro_event as Avro"},
};

bool same_word(std::string_view a, std::string_view b) { return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace

std::span<const FlumeType> flume_types() { return kFlumeTypes; }

std::optional<std::string> FlumeTypes::about(Kind kind, std::string_view type_or_class) const {
  const auto with_substitute = [&](std::string_view class_name) -> std::optional<std::string> {
    for (const JavaOnly& each : kJavaOnly) {
      if (each.kind == kind && class_name.starts_with(each.package)) {
        return std::string(kNotInThisVersion) + ": " + std::string(each.instead);
      }
    }
    return std::nullopt;
  };
  for (const FlumeType& type : kFlumeTypes) {
    if (type.kind != kind) continue;
    if (type.class_name == type_or_class || (!type.alias.empty() && same_word(type.alias, type_or_class))) {
      return with_substitute(type.class_name).value_or(std::string(kNotInThisVersion));
    }
  }
  if (auto about = with_substitute(type_or_class)) return about;
  // A class of one's own, or of a project beside Flume: Java code cannot run here.
  if (type_or_class.find('.') != std::string_view::npos) {
    return "a Java class cannot be loaded: this program has no JVM; a module for flume-cpp can bring the same " +
           std::string(to_string(kind));
  }
  return std::nullopt;
}

std::vector<std::string> FlumeTypes::words(Kind kind) const {
  std::vector<std::string> words;
  for (const FlumeType& type : kFlumeTypes) {
    if (type.kind != kind) continue;
    if (!type.alias.empty()) words.emplace_back(type.alias);
    words.emplace_back(type.class_name);
  }
  return words;
}

}  // namespace flume::config
