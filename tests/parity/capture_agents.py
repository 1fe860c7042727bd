"""The captures that run an agent: files as the sinks leave them, monitoring answers, the exec source, exit codes."""

import base64
import collections
import hashlib
import json
import re
import shutil
import struct
import tempfile
import time
import zlib
from pathlib import Path

import avro_file
import java_driver  # noqa: F401  puts tests/servers on the path
import sequence_layout
from capture_tables import write_rows
from java_flume import Agent, free_port, post_events

FIRST = 1700000000000


def encoded(data, longest=400):
    return {"base64": base64.b64encode(data).decode()} if len(data) <= longest else {
        "length": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def tree(folder):
    """Every file below `folder`: relative path -> content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Listing:
    """Names with the writer's counter replaced by <n>, <n+1>, ..: the number is the clock when the writer was made."""

    COUNTER = re.compile(r"(?<!\d)1[0-9]{12}(?!\d)")

    def __init__(self, names):
        stamps = sorted({int(m) for name in names for m in self.COUNTER.findall(name)
                         if not FIRST - 10 ** 6 < int(m) < FIRST + 10 ** 6})
        self.names = {}
        base = None
        for stamp in stamps:
            if base is None or stamp - base > 50:
                base = stamp
                letter = chr(ord("n") + len({v[0] for v in self.names.values()}))
            self.names[stamp] = (letter, stamp - base)

    def name(self, text):
        def shown(match):
            known = self.names.get(int(match.group()))
            return match.group() if known is None else f"<{known[0]}{'+' + str(known[1]) if known[1] else ''}>"
        return self.COUNTER.sub(shown, text)


def events():
    """25 events, three batches of the sinks below; the second batch alone exceeds Hadoop's sync interval of 2000 bytes."""
    bodies = ["hello", "", "x" * 300, "grün € \U0001F600", "two\nlines", " blanks ", "{k=v} brace", "tab\there", "nul\u0000byte", "end"]
    bodies += [f"{i:02d} " + "abcdefghij" * 30 for i in range(9)] + ["y" * 20000]
    bodies += ["after", "z" * 127, "z" * 128, "z" * 256, "last"]
    rows = []
    for i, text in enumerate(bodies):
        headers = {"timestamp": str(FIRST + i), "host": "web01"}
        if i % 5 == 0:
            headers.update({"zebra": "z", "alpha": "a b", "Facility": "3", "Severity": "6", "empty": ""})
        rows.append({"headers": headers, "body": text})
    return rows


def http_agent(port, sinks, more=""):
    """A configuration: one HTTP source into one memory channel per sink; sinks is {name: "key = value" lines}."""
    names = list(sinks)
    lines = [f"a1.sources = r1\na1.channels = {' '.join('c_' + n for n in names)}\na1.sinks = {' '.join(names)}",
             f"a1.sources.r1.type = http\na1.sources.r1.bind = 127.0.0.1\na1.sources.r1.port = {port}",
             f"a1.sources.r1.channels = {' '.join('c_' + n for n in names)}", more]
    for name, settings in sinks.items():
        lines.append(f"a1.channels.c_{name}.type = memory\na1.channels.c_{name}.capacity = 1000\na1.channels.c_{name}.transactionCapacity = 500")
        lines.append(f"a1.sinks.{name}.channel = c_{name}")
        lines += [f"a1.sinks.{name}.{line.strip()}" for line in settings.strip().splitlines()]
    return "\n".join(lines) + "\n"


ROLL_OFF = "hdfs.rollInterval = 0\nhdfs.rollSize = 0\nhdfs.rollCount = 0\nhdfs.batchSize = 10\n"


def hdfs_files(out):
    """All file types from the same 25 events, written as batches of 10, 10 and 5."""
    target = out / "hdfs_sink"
    with tempfile.TemporaryDirectory() as work:
        def hdfs(name, settings):
            return f"type = hdfs\nhdfs.path = file://{work}/{name}\nhdfs.filePrefix = events\n{ROLL_OFF}{settings}"
        kinds = {
            "sequence_writable": "hdfs.fileType = SequenceFile\nhdfs.writeFormat = Writable",
            "sequence_text": "hdfs.fileType = SequenceFile\nhdfs.writeFormat = Text",
            "sequence_block": "hdfs.fileType = SequenceFile\nhdfs.codeC = default",
            "text": "hdfs.fileType = DataStream",
            "text_no_newline": "hdfs.fileType = DataStream\nserializer = text\nserializer.appendNewline = false",
            "header_and_text": "hdfs.fileType = DataStream\nserializer = header_and_text",
            "header_and_text_no_newline": "hdfs.fileType = DataStream\nserializer = header_and_text\nserializer.appendNewline = false",
            "avro_event": "hdfs.fileType = DataStream\nserializer = avro_event\nhdfs.fileSuffix = .avro",
            "compressed_gzip": "hdfs.fileType = CompressedStream\nhdfs.codeC = gzip",
            "compressed_bzip2": "hdfs.fileType = CompressedStream\nhdfs.codeC = bzip2",
        }
        port = free_port()
        all_events = events()
        with Agent(http_agent(port, {name: hdfs(name, s) for name, s in kinds.items()})) as agent:
            agent.wait_port(port)
            if post_events(port, all_events) != 200:
                raise RuntimeError("the HTTP source refused the events")
            for name in kinds:
                agent.wait_counter(f"SINK.{name}", "EventDrainSuccessCount", len(all_events))
            while_open = sorted(tree(Path(work)))
            agent.stop()
        files = tree(Path(work))
    listing = Listing(files)
    target.mkdir(parents=True, exist_ok=True)
    write_rows(target / "events.json", all_events)
    result = {"names_while_open": sorted(Listing(while_open).name(n) for n in while_open), "names_after_stop": sorted(listing.name(n) for n in files), "files": {}}
    for path, data in files.items():
        kind, name = path.split("/")
        if name.endswith(".crc"):
            if kind == "text":
                (target / "text.crc").write_bytes(data)     # the side file that Hadoop's local file system keeps
            continue
        stored = "gz" if kind == "compressed_gzip" else "bz2" if kind == "compressed_bzip2" else "avro" if kind == "avro_event" else \
            "seq" if kind.startswith("sequence") else "txt"
        (target / f"{kind}.{stored}").write_bytes(data)
        entry = {"file": f"{kind}.{stored}", "length": len(data)}
        if stored == "seq":
            parsed = sequence_layout.read(data)
            for e in parsed["entries"]:
                if "value" in e:
                    e["value_length"] = len(e["value"])
                    e["body"] = encoded(sequence_layout.body(e.pop("value"), parsed["value_class"]), 64)
            entry.update(parsed)
        if stored == "avro":
            entry.update(avro_file.read(data))
        if stored == "gz":
            entry["members"] = gzip_members(data)
        if stored == "bz2":
            entry["streams_at"] = [m.start() for m in re.finditer(rb"BZh9(1AY&SY|\x17\x72\x45\x38\x50\x90)", data)]
        result["files"][kind] = entry
    (target / "listing.json").write_text(json.dumps(result, indent=1, ensure_ascii=True) + "\n")


def gzip_members(data):
    """Where each batch's deflate stream lies. Hadoop's pure Java codec writes the ten header bytes for the first only."""
    members, at = [], 0
    while at < len(data):
        header = 10 if data[at:at + 2] == b"\x1f\x8b" else 0
        unpacker = zlib.decompressobj(-15)
        text = unpacker.decompress(data[at + header:]) + unpacker.flush()
        end = len(data) - len(unpacker.unused_data) + 8     # CRC-32 and length follow the stream
        crc, length = struct.unpack("<II", data[end - 8:end])
        members.append({"at": at, "header": data[at:at + header].hex(), "length": end - at, "unpacked": len(text),
                        "trailer_fits": crc == zlib.crc32(text) and length == len(text)})
        at = end
    return members


SEMANTIC_COUNTERS = ("ConnectionCreatedCount", "ConnectionClosedCount", "ConnectionFailedCount", "EventDrainSuccessCount", "EventWriteFail")


def shortened(text):
    return text if len(text) < 40 else f"{text[0]} x {len(text)}"


def shown_file(name, data):
    binary = name.endswith(".crc") or data.startswith(b"\x1f\x8b")
    return {"name": name, "size": len(data), "lines": None if binary else [shortened(line) for line in data.decode().splitlines()]}


def hdfs_semantics(out):
    """Rolling by count and size, names, path values from headers, missing timestamps."""
    rows = []
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / "deep" / "er"
        root.mkdir(parents=True)
        stream = "hdfs.fileType = DataStream\nhdfs.rollInterval = 0\n"

        def hdfs(name, settings, path=""):
            return f"type = hdfs\nhdfs.path = file://{root}/{name}{path}\n{stream}{settings}"
        small = [{"headers": {"timestamp": str(FIRST), "host": "web01"}, "body": f"event {i:02d}"} for i in range(25)]
        sized = [{"headers": {"timestamp": str(FIRST)}, "body": c * 400} for c in "abcdefg"]
        big = [{"headers": {"timestamp": str(FIRST)}, "body": c * n} for c, n in (("a", 1023), ("b", 1), ("c", 5000), ("d", 1), ("e", 1024), ("f", 1))]
        runs = [
            ("defaults_25_small_events", hdfs("defaults", ""), small, 25),
            ("roll_count_10_batch_4", hdfs("count", "hdfs.rollSize = 0\nhdfs.rollCount = 10\nhdfs.batchSize = 4"), small, 25),
            ("roll_count_1", hdfs("one", "hdfs.rollSize = 0\nhdfs.rollCount = 1"), small[:3], 3),
            ("roll_size_1024_bodies_of_400", hdfs("size", "hdfs.rollSize = 1024\nhdfs.rollCount = 0"), sized, 7),
            ("roll_size_1024_mixed", hdfs("mixed", "hdfs.rollSize = 1024\nhdfs.rollCount = 0"), big, 6),
            ("names", hdfs("names", "hdfs.rollSize = 0\nhdfs.rollCount = 2\nhdfs.filePrefix = p-%{host}\nhdfs.fileSuffix = .log\nhdfs.inUsePrefix = _\nhdfs.inUseSuffix = .open"), small[:3], 3),
            ("empty_in_use_suffix", hdfs("noinuse", "hdfs.rollSize = 0\nhdfs.rollCount = 2\nhdfs.emptyInUseSuffix = true\nhdfs.inUsePrefix = _"), small[:3], 3),
            ("codec_extension", hdfs("gz", "hdfs.fileType = CompressedStream\nhdfs.codeC = gzip\nhdfs.rollSize = 0\nhdfs.rollCount = 2"), small[:3], 3),
            ("codec_extension_and_suffix", hdfs("gzs", "hdfs.fileType = CompressedStream\nhdfs.codeC = gzip\nhdfs.fileSuffix = .log\nhdfs.rollSize = 0\nhdfs.rollCount = 0"), small[:1], 1),
            ("path_from_header", hdfs("buckets", "hdfs.rollCount = 0", "/%{up}/x"),
             [{"headers": {"up": value} if value is not None else {}, "body": repr(value)} for value in ("..", "../..", ".", "", None, "a/b", "a b", "/abs", "ü", "%Y")], 10),
            ("prefix_with_slash", hdfs("slash", "hdfs.rollCount = 0\nhdfs.filePrefix = %{dir}"), [{"headers": {"dir": "sub/name"}, "body": "s"}], 1),
            ("prefix_empty", hdfs("noprefix", "hdfs.rollCount = 0\nhdfs.filePrefix = %{none}"), [{"headers": {}, "body": "s"}], 1),
            ("rounded_path", hdfs("time", "hdfs.rollCount = 0\nhdfs.round = true\nhdfs.roundUnit = minute\nhdfs.roundValue = 10\nhdfs.timeZone = America/New_York", "/%Y-%m-%d/%H%M/%S"), small[:1], 1),
            ("max_open_files_2", hdfs("lru", "hdfs.rollCount = 0\nhdfs.maxOpenFiles = 2\nhdfs.filePrefix = %{b}"), [{"headers": {"b": b}, "body": b + str(i)} for i, b in enumerate("ababcba")], 7),
            ("colon_in_path", hdfs("colon", "hdfs.rollCount = 0", "/%{t}"), [{"headers": {"t": "12:30"}, "body": "c"}], 1),
            ("no_timestamp", hdfs("nostamp", "hdfs.rollCount = 0", "/%Y"), [{"headers": {}, "body": "n"}], 0),
            ("percent_without_timestamp", hdfs("percent", "hdfs.rollCount = 0", "/100%%"), [{"headers": {}, "body": "n"}], 0),
            ("bad_timestamp", hdfs("badstamp", "hdfs.rollCount = 0", "/%Y"), [{"headers": {"timestamp": "soon"}, "body": "n"}], 0),
            ("local_time_without_timestamp", hdfs("local", "hdfs.rollCount = 0\nhdfs.useLocalTimeStamp = true", "/%%"), [{"headers": {}, "body": "n"}], 1),
            ("timestamp_after_bad_one", hdfs("mix", "hdfs.rollCount = 0", "/%Y"), [{"headers": {"timestamp": str(FIRST)}, "body": "good"}, {"headers": {}, "body": "bad"}], 0),
        ]
        ports = {name: free_port() for name, *_ in runs}
        lines = ["a1.sources = " + " ".join("r_" + n for n in ports), "a1.channels = " + " ".join("c_" + n for n in ports), "a1.sinks = " + " ".join(ports)]
        for name, settings, _, _ in runs:
            lines.append(f"a1.sources.r_{name}.type = http\na1.sources.r_{name}.bind = 127.0.0.1\na1.sources.r_{name}.port = {ports[name]}\na1.sources.r_{name}.channels = c_{name}")
            lines.append(f"a1.channels.c_{name}.type = memory\na1.channels.c_{name}.transactionCapacity = 100\na1.sinks.{name}.channel = c_{name}")
            lines += [f"a1.sinks.{name}.{line}" for line in settings.splitlines()]
        configuration = "\n".join(lines) + "\n"
        with Agent(configuration, level="WARN") as agent:
            for port in ports.values():
                agent.wait_port(port)
            for name, _, batch, _ in runs:
                if post_events(ports[name], batch) != 200:
                    raise RuntimeError(f"{name}: the HTTP source refused the events")
            for name, _, _, count in runs:
                if count and name != "colon_in_path":
                    agent.wait_counter(f"SINK.{name}", "EventDrainSuccessCount", count)
            time.sleep(3)
            metrics = agent.metrics()
            before = tree(Path(work))
            agent.stop()
            after = tree(Path(work))
        for name, settings, batch, _ in runs:
            folder = re.search(r"er/(\w+)", settings).group(1)
            top = f"deep/er/{folder}"

            def mine(files, top=top, name=name):
                if name == "path_from_header":      # `..` leaves the folder
                    return {k: v for k, v in files.items() if "deep/er/buckets" in k or "/x/" in k or k.startswith("x/")}
                return {k: v for k, v in files.items() if k.startswith(top + "/")}
            opened, closed = mine(before), mine(after)
            listing = Listing(list(opened) + list(closed))
            kept = {k: v for k, v in metrics.get(f"SINK.{name}", {}).items() if v != "0" and k in SEMANTIC_COUNTERS}
            rows.append({"case": name, "settings": [s.replace(work, "/tmp") for s in settings.splitlines()],
                         "events": [{"headers": e["headers"], "body": shortened(e["body"])} for e in batch],
                         "while_open": sorted(listing.name(n) for n in opened),
                         "after_stop": [shown_file(listing.name(n), data) for n, data in sorted(closed.items())],
                         "counters": kept})
        (out / "hdfs_sink").mkdir(parents=True, exist_ok=True)
        write_rows(out / "hdfs_sink" / "rolling_and_names.json", rows)


def file_roll(out):
    """Names and rolling of the file_roll sink: both path managers, with and without prefix and extension, traffic and none."""
    with tempfile.TemporaryDirectory() as work:
        kinds = {
            "default": "sink.rollInterval = 1",
            "default_named": "sink.rollInterval = 1\nsink.pathManager = DEFAULT\nsink.pathManager.prefix = pre-\nsink.pathManager.extension = log",
            "dotted_extension": "sink.rollInterval = 0\nsink.pathManager.extension = .log",
            "rolltime": "sink.rollInterval = 1\nsink.pathManager = ROLLTIME",
            "rolltime_named": "sink.rollInterval = 1\nsink.pathManager = rolltime\nsink.pathManager.prefix = pre-\nsink.pathManager.extension = log",
            "never": "sink.rollInterval = 0",
            "headers": "sink.rollInterval = 0\nsink.serializer = header_and_text",
            "no_newline": "sink.rollInterval = 0\nsink.serializer = text\nsink.serializer.appendNewline = false",
            "avro": "sink.rollInterval = 0\nsink.serializer = avro_event",
            "quiet": "sink.rollInterval = 0",
            "quiet_rolled": "sink.rollInterval = 1",
        }
        for name in kinds:
            (Path(work) / name).mkdir()
        port, quiet = free_port(), free_port()
        sinks = {name: f"type = file_roll\nsink.directory = {work}/{name}\n{s}" for name, s in kinds.items()}
        used = " ".join("c_" + n for n in kinds if not n.startswith("quiet"))
        more = f"a1.sources = r1 r2\na1.sources.r2.type = http\na1.sources.r2.bind = 127.0.0.1\na1.sources.r2.port = {quiet}\na1.sources.r2.channels = c_quiet c_quiet_rolled\na1.sources.r1.channels = {used}"
        batch = events()[:5]
        with Agent(http_agent(port, sinks, more)) as agent:
            agent.wait_port(port)
            agent.wait_port(quiet)
            post_events(port, batch)
            for name in kinds:
                if not name.startswith("quiet"):
                    agent.wait_counter(f"SINK.{name}", "EventDrainSuccessCount", len(batch))
            time.sleep(11)      # the sink looks at its roll flag only when it polls: idle, that is up to 5 s apart
            running = tree(Path(work))
            agent.stop()
        files = tree(Path(work))
    listing = Listing(files)

    def shape(name):
        return re.sub(r"20\d{12}", "<yyyyMMddHHmmss>", re.sub(r"<[a-z](\+\d+)?>", "<startMs>", listing.name(name)))
    rows = []
    for kind, settings in kinds.items():
        rows.append({"case": kind, "settings": settings.splitlines(), "while_running": [shape(n) for n in running if n.startswith(kind + "/")],
                     "after_stop": [{"name": shape(n), "content": encoded(d)} for n, d in files.items() if n.startswith(kind + "/")]})
    write_rows(out / "file_roll" / "file_roll.json", rows)
    write_rows(out / "file_roll" / "events.json", batch)


def logger_sink(out):
    """Whole lines of the logger sink, at its default limit and at others."""
    rows = []
    bodies = ["", "hello", "0123456789abcdef", "0123456789abcdefX", "tab\tnl\nnul\u0000del\u007f", "grün € \U0001F600"]
    batch = [{"headers": {"host": "web01", "timestamp": "5"} if i % 2 else {}, "body": b} for i, b in enumerate(bodies)]
    port = free_port()
    sinks = {"k16": "type = logger", "k4": "type = logger\nmaxBytesToLog = 4", "k32": "type = org.apache.flume.sink.LoggerSink\nmaxBytesToLog = 32"}
    loggers = '<Logger name="org.apache.flume.sink.LoggerSink" level="INFO"/>'
    with Agent(http_agent(port, sinks), level="WARN", pattern="^%p|%t|%m^%n", loggers=loggers) as agent:
        agent.wait_port(port)
        post_events(port, batch)
        agent.wait(lambda: agent.log().count("Event: ") >= 3 * len(batch), "logger lines")
        agent.stop()
        lines = re.findall(r"\^(INFO)\|SinkRunner-PollingRunner-DefaultSinkProcessor\|(Event: .*?)\^\n", agent.log(), re.S)
    counts = collections.Counter(lines)     # the three sinks' lines; they differ only if maxBytesToLog had an effect
    for level, line in sorted(counts, key=lambda row: row[1]):
        rows.append({"level": level, "line": line, "sinks": counts[level, line]})
    write_rows(out / "logger_sink" / "lines.json", rows)
    write_rows(out / "logger_sink" / "events.json", batch)


def monitoring(out):
    """/metrics as the server sends it, and its answers to everything else."""
    target = out / "monitoring"
    target.mkdir(parents=True, exist_ok=True)
    answers = []
    with tempfile.TemporaryDirectory() as work:
        data = Path(work) / "lines.txt"
        data.write_text("".join(f"line {i}\n" for i in range(250)))
        (Path(work) / "roll").mkdir()
        configurations = {
            "exec_memory_hdfs": f"""a1.sources = r1\na1.channels = c1\na1.sinks = k1
a1.sources.r1.type = exec\na1.sources.r1.command = cat {data}\na1.sources.r1.batchSize = 100\na1.sources.r1.channels = c1
a1.channels.c1.type = memory\na1.channels.c1.capacity = 1000\na1.channels.c1.transactionCapacity = 100
a1.sinks.k1.type = hdfs\na1.sinks.k1.channel = c1\na1.sinks.k1.hdfs.path = file://{work}/hdfs\na1.sinks.k1.hdfs.fileType = DataStream
a1.sinks.k1.hdfs.rollInterval = 0\na1.sinks.k1.hdfs.rollSize = 0\na1.sinks.k1.hdfs.rollCount = 0\na1.sinks.k1.hdfs.batchSize = 100
""",
            "seq_memory_file_roll": f"""a1.sources = r1\na1.channels = c1\na1.sinks = k1
a1.sources.r1.type = seq\na1.sources.r1.totalEvents = 250\na1.sources.r1.batchSize = 100\na1.sources.r1.channels = c1
a1.channels.c1.type = memory\na1.channels.c1.capacity = 1000\na1.channels.c1.transactionCapacity = 100
a1.sinks.k1.type = file_roll\na1.sinks.k1.channel = c1\na1.sinks.k1.sink.directory = {work}/roll\na1.sinks.k1.sink.rollInterval = 0
""",
        }
        for name, configuration in configurations.items():
            with Agent(configuration) as agent:
                agent.wait_counter("SINK.k1", "EventDrainSuccessCount", 250)
                time.sleep(1)
                status, headers, text = agent.get("/metrics")
                (target / f"{name}.json").write_text(text)      # the exact bytes: no newline at the end
                if name == "exec_memory_hdfs":
                    for method, path in (("GET", "/metrics"), ("GET", "/METRICS"), ("GET", "/metrics/"), ("GET", "/metrics?x=1"), ("POST", "/metrics"), ("PUT", "/metrics"), ("DELETE", "/metrics"), ("HEAD", "/metrics"),
                                         ("GET", "/"), ("POST", "/"), ("HEAD", "/"), ("GET", "/nope"), ("POST", "/nope"), ("GET", "//metrics"), ("GET", "/%6Detrics"), ("TRACE", "/metrics"), ("OPTIONS", "/metrics"), ("OPTIONS", "/"), ("TRACE", "/nope"), ("PATCH", "/metrics"), ("FOO", "/metrics"), ("GET", "/a/../metrics")):
                        code, fields, body = agent.get(path, method)
                        shown = {k: v for k, v in fields.items() if k.lower() in ("content-type", "content-length", "cache-control", "connection", "transfer-encoding", "allow")}
                        if code == 200 and path.lower().startswith(("/met", "//met", "/%6d", "/a/")):
                            shown.pop("Content-Length", None)
                        answers.append({"method": method, "path": path, "status": code, "headers": shown, "body": "metrics" if body.startswith("{") else "html" if "<" in body else body and "other"})
    write_rows(target / "answers.json", answers)


def exec_source(out):
    """What the exec source makes of awkward output, read back from a file_roll sink (one line per event)."""
    rows = []
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        inputs = {
            "crlf": b"a\r\nb\r\n", "lone_cr": b"a\rb\rc\n", "cr_at_end": b"a\r", "no_last_newline": b"a\nb", "empty_lines": b"\na\n\n\nb\n\n", "nothing": b"", "only_newline": b"\n",
            "nul": b"a\x00b\n\x00\n", "invalid_utf8": b"\xff\nok\xc3\n\xe2\x82x\n\xf0\x9f\x98\n\xc0\x80\n\xed\xa0\x80\n", "valid_utf8": "grün € \U0001F600\n".encode(), "bom": b"\xef\xbb\xbfa\n",
            "other_separators": "a\u0085b\u2028c\u000bd\fe\n".encode(), "blanks": b"  a \t\n", "long": b"x" * 20000 + b"\n",
        }
        cases = {}
        for name, data in inputs.items():
            (folder / f"{name}.in").write_bytes(data)
            cases[name] = f"command = cat {folder}/{name}.in"
        cases["invalid_utf8_as_latin1"] = f"command = cat {folder}/invalid_utf8.in\ncharset = ISO-8859-1"
        cases["utf8_as_ascii"] = f"command = cat {folder}/valid_utf8.in\ncharset = US-ASCII"
        (folder / "utf16.in").write_bytes("aü\nb\n".encode("utf-16-be"))
        cases["utf16"] = f"command = cat {folder}/utf16.in\ncharset = UTF-16BE"
        (folder / "argv.sh").write_text('#!/bin/sh\nfor a in "$@"; do printf "[%s]" "$a"; done; echo\n')
        (folder / "argv.sh").chmod(0o755)
        argv = f"{folder}/argv.sh"
        cases["split_quotes"] = f'command = {argv} "a b" \'c d\' e\\\\ f'
        cases["split_blanks"] = f"command = {argv} a   b\\tc  "
        cases["no_expansion"] = f"command = {argv} $HOME *.in `date` | cat"
        cases["leading_blank"] = f"command = \\ {argv} a"
        cases["shell"] = f"shell = /bin/sh -c\ncommand = {argv} \"a  b\" $((1+2)) | tr a x; echo 'second'"
        cases["shell_one_word"] = f"shell = {argv}\ncommand = one argument \"kept\""
        cases["shell_quotes_split"] = f"shell = {argv} \"x y\"\ncommand = z"
        cases["stderr"] = "shell = /bin/sh -c\ncommand = echo out; echo err >&2; exit 3"
        cases["log_stderr"] = "shell = /bin/sh -c\ncommand = echo out; echo err >&2\nlogStdErr = true"
        cases["absent_command"] = "command = /no/such/command"
        cases["restart"] = "command = echo again\nrestart = true\nrestartThrottle = 1000"
        cases["environment"] = "shell = /bin/sh -c\ncommand = read x; echo stdin=$x"
        lines = ["a1.sources = " + " ".join("r_" + c for c in cases), "a1.channels = " + " ".join("c_" + c for c in cases), "a1.sinks = " + " ".join("k_" + c for c in cases)]
        for name, settings in cases.items():
            (folder / f"out_{name}").mkdir()
            lines += [f"a1.sources.r_{name}.type = exec", f"a1.sources.r_{name}.channels = c_{name}", f"a1.channels.c_{name}.type = memory", f"a1.sinks.k_{name}.type = file_roll",
                      f"a1.sinks.k_{name}.sink.directory = {folder}/out_{name}", f"a1.sinks.k_{name}.sink.rollInterval = 0", f"a1.sinks.k_{name}.channel = c_{name}"]
            lines += [f"a1.sources.r_{name}.{line}" for line in settings.splitlines()]
        # Else the sink fills its batch of 100 first: each event comes within the channel's keep-alive of 3 s.
        lines.append("a1.sinks.k_restart.sink.batchSize = 1")
        with Agent("\n".join(lines) + "\n", pattern="%p %c{1} %m%n%throwable{2}") as agent:
            agent.wait(lambda: int(agent.metrics().get("SINK.k_restart", {}).get("EventDrainSuccessCount", 0)) >= 2, "two runs of a restarted command")
            time.sleep(5)
            metrics = agent.metrics()
            agent.stop()
            exits = dict(re.findall(r"Command \[(.*?)\] exited with (\S+)", agent.log(), re.S))
        for name, settings in cases.items():
            written = b"".join(tree(folder / f"out_{name}").values())
            if name == "restart":
                written = written[:len(b"again\nagain\n")]
            source = metrics[f"SOURCE.r_{name}"]
            command = re.search(r"command = (.*)", settings).group(1)
            row = {"case": name, "settings": [s.replace(work, "/tmp") for s in settings.splitlines()], "output": encoded(written),
                   "events": None if name == "restart" else int(source["EventAcceptedCount"])}
            if command in exits:
                row["exit"] = exits[command]
            if name in inputs:
                row["input"] = encoded(inputs[name])
            for key, text in list(row.items()):
                if key == "output" and work.encode() in written:
                    row[key] = encoded(written.replace(work.encode(), b"/tmp"))
            rows.append(row)
    write_rows(out / "exec_source" / "exec_source.json", rows)


def command_line(out):
    """Exit codes and whether the process stays up. Messages are not kept, only what happened."""
    good = "a1.sources = r1\na1.channels = c1\na1.sinks = k1\na1.sources.r1.type = seq\na1.sources.r1.totalEvents = 1\na1.sources.r1.channels = c1\na1.channels.c1.type = memory\na1.sinks.k1.type = null\na1.sinks.k1.channel = c1\n"
    f = ["-f", "{conf}"]
    cases = [
        ("no_arguments", good, []), ("help", good, ["-h"]), ("help_long", good, ["--help"]), ("no_name", good, f), ("no_file", good, ["-n", "a1"]), ("absent_file", good, ["-n", "a1", "-f", "/no/such/flume.conf"]),
        ("unknown_agent", good, ["-n", "zz", *f]), ("unknown_option", good, ["-n", "a1", *f, "--frobnicate"]), ("option_without_value", good, ["-n"]), ("folder_as_file", good, ["-n", "a1", "-f", "/tmp"]),
        ("unknown_source_type", good.replace("= seq", "= nosuch"), ["-n", "a1", *f, "--no-reload-conf"]), ("unknown_sink_type", good.replace("= null", "= nosuch"), ["-n", "a1", *f, "--no-reload-conf"]),
        ("unknown_channel_type", good.replace("= memory", "= nosuch"), ["-n", "a1", *f, "--no-reload-conf"]), ("unknown_type_with_reload", good.replace("= seq", "= nosuch"), ["-n", "a1", *f]),
        ("empty_file", "", ["-n", "a1", *f, "--no-reload-conf"]), ("bad_unicode_escape", good + "a1.x = \\u12\n", ["-n", "a1", *f, "--no-reload-conf"]),
        ("bad_number", good + "a1.channels.c1.capacity = many\n", ["-n", "a1", *f, "--no-reload-conf"]), ("source_without_channel", good.replace("a1.sources.r1.channels = c1\n", ""), ["-n", "a1", *f, "--no-reload-conf"]),
        ("sink_without_channel", good.replace("a1.sinks.k1.channel = c1\n", ""), ["-n", "a1", *f, "--no-reload-conf"]), ("hdfs_without_path", good.replace("= null", "= hdfs"), ["-n", "a1", *f, "--no-reload-conf"]),
        ("misspelt_key", good + "a1.channels.c1.capcity = 5\n", ["-n", "a1", *f, "--no-reload-conf"]), ("positional_argument", good, ["-n", "a1", *f, "--no-reload-conf", "extra"]), ("abbreviated_option", good, ["--nam", "a1", "--conf-fil", "{conf}", "--no-reload-conf"]),
        ("cycle_in_substitution", good + "a1.x = ${java:nope}\n", ["-n", "a1", *f, "--no-reload-conf"]), ("good", good, ["-n", "a1", *f, "--no-reload-conf"]),
    ]
    rows = []
    for name, configuration, arguments in cases:
        folder = Path(tempfile.mkdtemp(prefix="flume-peer-"))
        conf = folder / "conf" / "flume.conf"
        with Agent(configuration, folder=folder, arguments=[a.replace("{conf}", str(conf)) for a in arguments], monitoring=False) as agent:
            deadline = time.monotonic() + 6
            while agent.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            ended = agent.process.poll() is not None
            code = agent.stop()
            log = agent.log()
        started = sorted(set(re.findall(r"Component type: (\w+), name: (\S+) started", log)))
        rows.append({"case": name, "arguments": arguments, "ends_by_itself": ended, "exit_code": code if ended else None, "exit_code_after_sigterm": None if ended else code,
                     "started": [f"{kind} {n}" for kind, n in started], "fatal_logged": "A fatal error occurred" in log, "wrote_usage": "usage:" in log, "thrown": sorted(set(re.findall(r"(?:java|org)\.[\w.$]+(?:Exception|Error)", log)))})
        shutil.rmtree(folder, ignore_errors=True)
    write_rows(out / "command_line" / "command_line.json", rows)


AGENTS = {"hdfs_files": hdfs_files, "hdfs_semantics": hdfs_semantics, "file_roll": file_roll, "logger_sink": logger_sink,
          "monitoring": monitoring, "exec_source": exec_source, "command_line": command_line}
