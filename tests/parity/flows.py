"""The flows that are compared. One row of what Flume does each; a new component of this version gets its flows here."""
from flow import Flow
from network_flows import NETWORK_FLOWS

FIXED_TIME = 1700000000123          # 2023-11-14 22:13:20.123 UTC

LINES = b"".join(b"%04d line of some words\n" % number for number in range(250))
AWKWARD = ("crlf\r\nlone\rcr\r\n\n  blanks \t\ngr\u00fcn \u20ac \U0001F600\nnul\0byte\n{k=v} brace\n".encode() + b"\xff\xfe broken \xe2\x82 utf-8\n"
           + b"x" * 5000 + b"\n0123456789abcdef\n0123456789abcdefX\nno newline at the end")
AWKWARD_EVENTS = 13

EXEC = "sources.r1.type = exec\nsources.r1.command = cat {input}\nsources.r1.batchSize = 50\nsources.r1.channels = c1\n"
SEQ = "sources.r1.type = seq\nsources.r1.totalEvents = 500\nsources.r1.batchSize = 100\nsources.r1.channels = c1\n"
STRESS = ("sources.r1.type = org.apache.flume.source.StressSource\nsources.r1.size = 20\nsources.r1.batchSize = 10\nsources.r1.maxTotalEvents = 100\n"
          "sources.r1.channels = c1\n")
MEMORY = "channels.c1.type = memory\nchannels.c1.capacity = 1000\nchannels.c1.transactionCapacity = 500\n"
FILE = ("channels.c1.type = file\nchannels.c1.checkpointDir = {out}.channel/checkpoint\nchannels.c1.dataDirs = {out}.channel/data\n"
        "channels.c1.capacity = 10000\nchannels.c1.transactionCapacity = 500\n")
SPILLABLE = ("channels.c1.type = SPILLABLEMEMORY\nchannels.c1.memoryCapacity = 150\nchannels.c1.overflowCapacity = 10000\n"
             "channels.c1.overflowTimeout = 1\nchannels.c1.transactionCapacity = 500\nchannels.c1.byteCapacity = 800000\n"
             "channels.c1.checkpointDir = {out}.channel/checkpoint\nchannels.c1.dataDirs = {out}.channel/data\n")
ROLL = "sinks.k1.type = file_roll\nsinks.k1.channel = c1\nsinks.k1.sink.directory = {out}\nsinks.k1.sink.rollInterval = 0\n"
HEADERS = "sinks.k1.sink.serializer = header_and_text\n"
HDFS = ("sinks.k1.type = hdfs\nsinks.k1.channel = c1\nsinks.k1.hdfs.path = file://{out}\nsinks.k1.hdfs.rollInterval = 0\n"
        "sinks.k1.hdfs.rollSize = 0\nsinks.k1.hdfs.rollCount = 0\n")
TEXT = "sinks.k1.hdfs.fileType = DataStream\n"


def interceptors(**settings):
    """i1="type = static\nkey = k", .. in this order."""
    lines = [f"sources.r1.interceptors = {' '.join(settings)}"]
    lines += [f"sources.r1.interceptors.{name}.{line}" for name, text in settings.items() for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def static(key, value):
    return f"type = static\nkey = {key}\nvalue = {value}"


def changed(settings, **values):
    """The settings with the values of some keys (by their last word) replaced."""
    for key, value in values.items():
        before, mark, rest = settings.partition(f".{key} = ")
        settings = before + mark + str(value) + rest[rest.index("\n"):]
    return settings


STAMP = interceptors(i1=static("timestamp", FIXED_TIME), i2=static("app", "web shop"), i3=static("empty", ""))
LOCAL = ("crc",)
MULTIPLEXED = (changed(EXEC, channels="c1 c2")
               + interceptors(i1="type = regex_extractor\nregex = ^\\\\d\\\\d(\\\\d)\nserializers = s1\nserializers.s1.name = tens")
               + "sources.r1.selector.type = multiplexing\nsources.r1.selector.header = tens\n" + MEMORY + MEMORY.replace(".c1.", ".c2.") + ROLL
               + changed(HDFS + TEXT, channel="c2").replace(".k1.", ".k2."))

TWO_SINKS = "".join((ROLL + f"sinks.k1.sink.pathManager.prefix = {name}-\n").replace(".k1.", f".{sink}.") for sink, name in (("k1", "one"), ("k2", "two")))
GROUP = "sinkgroups.g1.sinks = k1 k2\nsinkgroups.g1.processor.type = "

FLOWS = [
    Flow("exec_to_file_roll", EXEC + MEMORY + ROLL, 250, LINES),
    Flow("exec_of_awkward_lines", EXEC + MEMORY + ROLL, AWKWARD_EVENTS, AWKWARD),
    Flow("exec_as_latin1", EXEC + "sources.r1.charset = ISO-8859-1\n" + MEMORY + ROLL, AWKWARD_EVENTS, AWKWARD),
    Flow("exec_by_a_shell", changed(EXEC, command="tac $(echo {input}) | head -n 20") + "sources.r1.shell = /bin/sh -c\n" + MEMORY + ROLL, 20, LINES),
    Flow("file_roll_without_newlines", EXEC + MEMORY + ROLL + "sinks.k1.sink.serializer = text\nsinks.k1.sink.serializer.appendNewline = false\n", 250, LINES),
    Flow("file_roll_named", EXEC + MEMORY + ROLL + "sinks.k1.sink.pathManager.prefix = pre-\nsinks.k1.sink.pathManager.extension = log\n", 250, LINES),
    Flow("file_roll_rolltime", EXEC + MEMORY + ROLL + "sinks.k1.sink.pathManager = ROLLTIME\n", 250, LINES),
    Flow("exec_to_hdfs_text", EXEC + MEMORY + HDFS + TEXT, 250, LINES, masks=LOCAL),
    Flow("exec_to_hdfs_sequence_file", EXEC + MEMORY + HDFS, 250, LINES, masks=LOCAL),
    Flow("hdfs_sequence_file_of_text", EXEC + STAMP + MEMORY + HDFS + "sinks.k1.hdfs.writeFormat = Text\n", 250, LINES, masks=LOCAL),
    Flow("hdfs_sequence_file_with_timestamps", EXEC + STAMP + MEMORY + HDFS, AWKWARD_EVENTS, AWKWARD, masks=LOCAL),
    Flow("hdfs_header_and_text", EXEC + STAMP + MEMORY + HDFS + TEXT + "sinks.k1.serializer = header_and_text\n", AWKWARD_EVENTS, AWKWARD, masks=LOCAL),
    Flow("timestamp_interceptor", EXEC + interceptors(i1="type = timestamp", i2="type = timestamp\nheaderName = again\npreserveExisting = true",
                                                      i3=static("kept", "first"), i4=static("kept", "second"),
                                                      i5=static("kept", "third") + "\npreserveExisting = false")
         + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("host_interceptor", EXEC + interceptors(i1="type = host", i2="type = host\nhostHeader = name\nuseIP = false") + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("interceptor_by_class", EXEC + interceptors(i1="type = org.apache.flume.interceptor.StaticInterceptor$Builder\nkey = a\nvalue = b",
                                                     i2="type = STATIC") + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("header_order", EXEC + interceptors(**{f"i{n}": static(key, n) for n, key in enumerate(
        ("zebra", "alpha", "Facility", "Severity", "host", "k\\u00f6nig", "a", "b", "Aa", "BB", "basename", "x-y", "1", "topic", "key"))}) + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("regex_filter_keeps", EXEC + interceptors(i1="type = regex_filter\nregex = ^0[01].*[02468] line") + MEMORY + ROLL, 100, LINES),
    Flow("regex_filter_drops", EXEC + interceptors(i1="type = regex_filter\nregex = 7\nexcludeEvents = true") + MEMORY + ROLL, 207, LINES),
    Flow("remove_header_interceptor", EXEC + interceptors(i1=static("a", "1"), i2=static("b", "2"), i3=static("tmp.x", "3"), i4=static("kept", "4"), i5="type = remove_header\nwithName = a",
                                                          i6="type = REMOVE_HEADER\nfromList = b , none\nmatching = tmp\\\\..*",
                                                          i7="type = org.apache.flume.interceptor.RemoveHeaderInterceptor$Builder\nfromList = x;y\nfromListSeparator = ;")
         + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("search_replace_interceptor", EXEC + interceptors(i1="type = search_replace\nsearchPattern = ^(\\\\d+) (\\\\w+)\nreplaceString = [$2:$1]",
                                                           i2="type = search_replace\nsearchPattern = some \\\\w+", i3="type = search_replace\nsearchPattern = $\nreplaceString = !") + MEMORY + ROLL, 250, LINES),
    Flow("search_replace_on_awkward_lines", EXEC + interceptors(i1="type = search_replace\nsearchPattern = [\\\\u0000\\\\ufffd\\\\s]+|x{3}\nreplaceString = <$0>",
                                                                i2="type = search_replace\nsearchPattern = \\u00fc\nreplaceString = \\u20ac\ncharset = UTF-8") + MEMORY + ROLL, AWKWARD_EVENTS, AWKWARD),
    Flow("regex_extractor_interceptor", EXEC + interceptors(i1="type = regex_extractor\nregex = ^(\\\\d)(\\\\d+) (line)\nserializers = first rest\nserializers.first.name = thousands\nserializers.rest.name = rest",
                                                            i2="type = regex_extractor\nregex = (7\\\\d) l\nserializers = s\nserializers.s.name = seventies\nserializers.s.type = DEFAULT") + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("regex_extractor_of_times", EXEC + interceptors(i1="type = regex_extractor\nregex = ^(.*?) \\\\w+$\nserializers = s\nserializers.s.name = timestamp\nserializers.s.pattern = dd/MMM/yyyy:HH:mm:ss Z\n"
                                                            "serializers.s.type = org.apache.flume.interceptor.RegexExtractorInterceptorMillisSerializer")
         + MEMORY + changed(HDFS, path="file://{out}/%Y-%m-%d/%H%M") + TEXT + "sinks.k1.hdfs.timeZone = UTC\nsinks.k1.serializer = header_and_text\n", 40,
         b"".join(b"%02d/Oct/2000:13:%02d:36 -0700 word\n" % (day, minute) for day in range(1, 5) for minute in range(10)), masks=LOCAL),
    Flow("uuid_interceptor", EXEC + interceptors(i1="type = org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder\nheaderName = uuid\nprefix = p-", i2=static("id", "mine"),
                                                 i3="type = org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder") + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("seq_to_file_roll", SEQ + MEMORY + ROLL, 500),
    Flow("seq_one_by_one", changed(SEQ, totalEvents=37).replace("sources.r1.batchSize = 100\n", "") + MEMORY + ROLL, 37),
    Flow("seq_that_ends_inside_a_batch", changed(SEQ, totalEvents=250) + MEMORY + ROLL, 250),
    Flow("stress_to_null", STRESS + MEMORY + "sinks.k1.type = null\nsinks.k1.channel = c1\n", 100),
    Flow("stress_to_file_roll", STRESS + MEMORY + ROLL, 100),
    Flow("regex_filter_on_awkward_lines", EXEC + interceptors(i1="type = regex_filter\nregex = [\\\\u0000\\\\ufffd\\\\u20ac]|^x+$") + MEMORY + ROLL, 4, AWKWARD),
    Flow("interceptors_that_keep", EXEC + interceptors(i1=static("host", "mine"), i2="type = host\npreserveExisting = true", i3=static("timestamp", 5),
                                                       i4="type = timestamp\npreserveExisting = true") + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("headers_without_newline", EXEC + STAMP + MEMORY + ROLL + HEADERS + "sinks.k1.sink.serializer.appendNewline = false\n", AWKWARD_EVENTS, AWKWARD),
    Flow("hdfs_one_by_one", EXEC + MEMORY + changed(HDFS, rollCount=3) + TEXT + "sinks.k1.hdfs.batchSize = 1\nsinks.k1.hdfs.inUsePrefix = _\n"
         + "sinks.k1.hdfs.inUseSuffix = .open\nsinks.k1.hdfs.fileSuffix = .txt\n", AWKWARD_EVENTS, AWKWARD, masks=LOCAL),
    Flow("roll_by_size_and_count", EXEC + MEMORY + changed(HDFS, rollCount=5, rollSize=60) + TEXT, AWKWARD_EVENTS, AWKWARD, masks=LOCAL),
    Flow("prefix_with_a_folder", EXEC + STAMP + MEMORY + HDFS + TEXT + "sinks.k1.hdfs.filePrefix = sub/%{app}/f\n", 250, LINES, masks=LOCAL),
    Flow("logger_sink", EXEC + interceptors(i1=static("app", "web shop"), i2=static("zone", "b")) + MEMORY + "sinks.k1.type = logger\nsinks.k1.channel = c1\n",
         AWKWARD_EVENTS, AWKWARD, is_logged=True),
    Flow("path_of_time", EXEC + STAMP + MEMORY + changed(HDFS, path="file://{out}/%Y-%m-%d/%H%M/%S/%y%j/%a-%b-%e/%k.%l.%I%p/%s/%t/%{app}") + TEXT
         + "sinks.k1.hdfs.timeZone = America/New_York\n", 250, LINES, masks=LOCAL),
    Flow("path_of_time_rounded", EXEC + STAMP + MEMORY + changed(HDFS, path="file://{out}/%Y%m%d/%H%M%S")
         + TEXT + "sinks.k1.hdfs.timeZone = Asia/Kolkata\nsinks.k1.hdfs.round = true\nsinks.k1.hdfs.roundValue = 10\nsinks.k1.hdfs.roundUnit = minute\n", 250, LINES, masks=LOCAL),
    Flow("path_of_headers", EXEC + STAMP + MEMORY + changed(HDFS, path="file://{out}/%{app}/x%{empty}y/%{none}z") + TEXT
         + "sinks.k1.hdfs.filePrefix = p-%{app}-%Y\nsinks.k1.hdfs.fileSuffix = .log\nsinks.k1.hdfs.timeZone = UTC\n", 250, LINES, masks=LOCAL),
    Flow("roll_by_default", EXEC + MEMORY + "sinks.k1.type = hdfs\nsinks.k1.channel = c1\nsinks.k1.hdfs.path = file://{out}\n" + TEXT, 250, LINES, masks=LOCAL),
    Flow("roll_by_count", EXEC + MEMORY + changed(HDFS, rollCount=7) + TEXT + "sinks.k1.hdfs.batchSize = 20\n", 250, LINES, masks=LOCAL),
    Flow("roll_by_size", EXEC + MEMORY + changed(HDFS, rollSize=1000) + TEXT, 250, LINES, masks=LOCAL),
    Flow("roll_by_size_sequence_file", EXEC + MEMORY + changed(HDFS, rollSize=1000), 250, LINES, masks=LOCAL),
    Flow("two_channels", changed(EXEC, channels="c1 c2") + STAMP + MEMORY + MEMORY.replace(".c1.", ".c2.") + ROLL + HEADERS
         + changed(HDFS + TEXT, channel="c2").replace(".k1.", ".k2."), 250, LINES, masks=LOCAL),
    Flow("an_optional_channel", changed(EXEC, channels="c1 c2") + "sources.r1.selector.type = replicating\nsources.r1.selector.optional = c2\n"
         + MEMORY + MEMORY.replace(".c1.", ".c2.") + changed(ROLL, directory="{out}")
         + changed(HDFS, channel="c2").replace(".k1.", ".k2."), 250, LINES, masks=LOCAL),
    Flow("multiplexed", MULTIPLEXED + "".join(f"sources.r1.selector.mapping.{tens} = {names}\n" for tens, names in zip("0123", ("c1", "c1", "c1", "c2 c1")))
         + "sources.r1.selector.default = c2\nsources.r1.selector.optional.5 = c1 c2\nsources.r1.selector.optional.6 = c1\n", 160, LINES, masks=LOCAL),
    Flow("multiplexed_without_default", MULTIPLEXED + "sources.r1.selector.mapping.2 = c1\nsources.r1.selector.mapping.4 = c2\n", 30, LINES, masks=LOCAL),
    Flow("durable_exec_to_file_roll", EXEC + STAMP + FILE + ROLL + HEADERS, AWKWARD_EVENTS, AWKWARD),
    Flow("durable_seq_to_hdfs", SEQ + FILE + HDFS, 500, masks=LOCAL),
    Flow("durable_one_by_one", changed(SEQ, totalEvents=37).replace("sources.r1.batchSize = 100\n", "") + FILE + ROLL + "sinks.k1.sink.batchSize = 1\n", 37),
    Flow("durable_and_memory_channel", changed(EXEC, channels="c1 c2") + FILE + MEMORY.replace(".c1.", ".c2.") + ROLL
         + changed(HDFS + TEXT, channel="c2").replace(".k1.", ".k2."), 250, LINES, masks=LOCAL),
    Flow("spillable_seq_to_file_roll", changed(SEQ, totalEvents=2000) + SPILLABLE + ROLL, 2000),
    Flow("spillable_without_memory", EXEC + STAMP + changed(SPILLABLE, memoryCapacity=0) + ROLL + HEADERS, AWKWARD_EVENTS, AWKWARD),
    Flow("spillable_without_overflow", EXEC + changed(SPILLABLE, overflowCapacity=0) + ROLL, 250, LINES),
    Flow("durable_over_a_restart", FILE + ROLL + HEADERS, AWKWARD_EVENTS, AWKWARD, first=EXEC + STAMP + FILE),
    Flow("avro_events", EXEC + STAMP + MEMORY + ROLL + "sinks.k1.sink.serializer = avro_event\n", AWKWARD_EVENTS, AWKWARD),
    Flow("avro_events_in_small_blocks", EXEC + STAMP + MEMORY + ROLL + "sinks.k1.sink.serializer = avro_event\n"
         + "sinks.k1.sink.serializer.syncIntervalBytes = 100\nsinks.k1.sink.serializer.compressionCodec = deflate\n", 250, LINES),
    Flow("hdfs_avro_events", EXEC + STAMP + MEMORY + changed(HDFS, rollCount=60) + TEXT + "sinks.k1.serializer = avro_event\n"
         + "sinks.k1.serializer.compressionCodec = lzo\n", 250, LINES, masks=LOCAL),
    Flow("hdfs_avro_of_a_schema", EXEC + interceptors(i1=static("flume.avro.schema.literal", '{ "type": "fixed", "name": "Line", "size": 23 }'))
         + MEMORY + HDFS + TEXT + "sinks.k1.serializer = org.apache.flume.sink.hdfs.AvroEventSerializer$Builder\n"
         + "sinks.k1.serializer.compressionCodec = deflate\n", 250, LINES, masks=LOCAL),
    Flow("config_filters", "configfilters.f1.type = env\nconfigfilters.f2.type = external\nconfigfilters.f2.command = echo the key is\n" + EXEC
         + interceptors(i1=static("env", "<${f1['PATH']}>"), i2=static("command", '${f2["one"]} and ${f2[two]}'),
                        i3=static("none", "${f1['NO_SUCH_VARIABLE']} ${f1['PATH\"]} ${f3['PATH']}")) + MEMORY + ROLL + HEADERS, 250, LINES),
    Flow("failover_by_priority", EXEC + MEMORY + TWO_SINKS + GROUP + "failover\nsinkgroups.g1.processor.priority.k1 = 5\n"
         + "sinkgroups.g1.processor.priority.k2 = 10\nsinkgroups.g1.processor.maxpenalty = 10000\n", 250, LINES),
    # Apache Flume takes the sinks in the order of a hash table: under this name k1 comes first.
    Flow("each_sink_in_turn", FILE + TWO_SINKS + GROUP + "load_balance\n", 500, first=SEQ + FILE),
    Flow("a_group_of_one_sink", EXEC + MEMORY + ROLL + "sinkgroups.g1.sinks = k1\nsinkgroups.g1.processor.type = DEFAULT\n", 250, LINES),
] + NETWORK_FLOWS
