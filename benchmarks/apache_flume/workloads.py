"""What is measured: flows, each one configuration for both agents.

The number of events is the only thing that may differ between the two: each gets so many that it is busy for the wanted seconds.
"""
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

LINE = 200      # bytes of an input line, newline included
INPUT_LINES = 5_000_000

MEMORY = "type = memory\ncapacity = 100000\ntransactionCapacity = 10000"
FILE = "type = file\ncheckpointDir = {disk}/checkpoint\ndataDirs = {disk}/data\ncapacity = {capacity}\ntransactionCapacity = 10000"


@dataclass(frozen=True)
class Workload:
    """`rates`: events/s that are expected of Apache Flume and of us; they only choose the number of events."""
    name: str
    group: str
    what: str
    rates: tuple
    sources: tuple          # settings of each, without channels
    channel: str = MEMORY
    sink: str = ""          # "": nothing takes, the backlog grows
    step: int = 1           # the number of events is a multiple of it
    is_on_disk: bool = False
    reads_input: bool = False
    output: str = ""        # "", "text" or "sequence": how the sink's files are verified
    capacity: int = 0
    load: tuple = ()        # what benchmarks/network/network_load is told, where the events come from outside
    sender: str = ""        # or the sink of a second agent of the same kind, whose CPU counts, too; it is fed by `stress`
    batch: int = 0          # of its source

    def events(self, side, seconds):
        count = int(self.rates[side] * seconds) // self.step * self.step
        if self.reads_input:
            count = min(count, INPUT_LINES)
        if not self.sink:
            count = min(count, self.capacity)
        return max(count, self.step)

    def sending_configuration(self, events, port):
        """Of the agent that sends."""
        rows = [("sources", "r1"), ("channels", "c1"), ("sinks", "k1"), ("sources.r1.channels", "c1"), ("sinks.k1.channel", "c1"),
                *keys("sources.r1", stress(LINE, self.batch)), *keys("channels.c1", MEMORY), *keys("sinks.k1", self.sender)]
        text = "".join(f"a1.{key} = {value}\n" for key, value in rows)
        return text.replace("{port}", str(port)).replace("{events}", str(events))

    def configuration(self, events, work, disk, port=0):
        names = [f"r{number}" for number in range(1, len(self.sources) + 1)]
        rows = [("sources", " ".join(names)), ("channels", "c1"), ("sinks", "k1" if self.sink else "")]
        for name, settings in zip(names, self.sources):
            rows += [(f"sources.{name}.channels", "c1")] + keys(f"sources.{name}", settings)
        rows += keys("channels.c1", self.channel)
        if self.sink:
            rows += [("sinks.k1.channel", "c1")] + keys("sinks.k1", self.sink)
        text = "".join(f"a1.{key} = {value}\n" for key, value in rows if value)
        for word, value in (("{port}", port), ("{events}", events // len(self.sources)), ("{input}", work / "input"), ("{disk}", disk), ("{capacity}", self.capacity)):
            text = text.replace(word, str(value))
        return text


def keys(prefix, settings):
    return [(f"{prefix}.{key}", value) for key, value in (line.split(" = ", 1) for line in settings.splitlines())]


def stress(size, batch):
    # The class, since Apache Flume 1.11 knows no short name for it.
    return f"type = org.apache.flume.source.StressSource\nsize = {size}\nbatchSize = {batch}\nmaxTotalEvents = {{events}}"


def null(batch):
    return f"type = null\nbatchSize = {batch}"


def bare(name, put, take, rates):
    return Workload(name, "memory", f"stress 200 B -> memory -> null, put {put}, take {take}", rates, (stress(200, put),), sink=null(take), step=put)


CAT = "type = exec\ncommand = cat {input}\nbatchSize = 1000"
ROLL_OFF = "hdfs.batchSize = 1000\nhdfs.rollInterval = 0\nhdfs.rollSize = 0\nhdfs.rollCount = 0"


def lines(name, what, rates, sink, output="text", **more):
    return Workload(name, "files", f"exec (cat of {LINE} B lines) -> memory -> {what}, batch 1000", rates, (CAT,), sink=sink, reads_input=True, output=output, **more)


def hdfs(file_type):
    return f"type = hdfs\nhdfs.path = file://{{disk}}\nhdfs.fileType = {file_type}\n{ROLL_OFF}"


FILE_ROLL = "type = file_roll\nsink.directory = {disk}\nsink.rollInterval = 0\nsink.batchSize = 1000"


def durable(size, batch, rates, sources=1):
    """Steady: what is put is taken by a sink with the same batch. Backlog: nothing takes."""
    many = f"_{sources}_sources" if sources > 1 else ""
    from_what = f"{sources} x stress" if sources > 1 else "stress"
    common = {"sources": (stress(size, batch),) * sources, "channel": FILE, "step": batch * sources, "is_on_disk": True}
    return [Workload(f"durable_{size}_b{batch}{many}", "durable", f"{from_what} {size} B, batch {batch} -> file -> null, batch {batch}", rates,
                     sink=null(batch), capacity=2_000_000, **common),
            Workload(f"backlog_{size}_b{batch}{many}", "durable", f"{from_what} {size} B, batch {batch} -> file, no sink", rates, capacity=6_000_000, **common)]


LISTEN = "port = {port}\nchannels = c1"


def network(name, what, rates, source, load=(), sink=null(1000), **more):
    return Workload(name, "network", what, rates, (source,), sink=sink, load=load, **more)


def syslog(name, source, sink_name, sink, rates, connections=1, size=LINE, channel=MEMORY, **more):
    source_keys = f"type = {source}\nhost = 127.0.0.1\n" + ("ports" if source.startswith("multi") else "port") + " = {port}"
    return network(name, f"{source}, {size} B, {connections} connection{'s' if connections > 1 else ''} -> {sink_name}", rates, source_keys,
                   ("syslog", "{port}", "{events}", str(size), str(connections)), sink, channel=channel, **more)


def http(connections, rates):
    return network(f"http_{connections}", f"http, JSON arrays of 100, {LINE} B, {connections} connection{'s' if connections > 1 else ''} -> memory -> null",
                   rates, "type = http\nbind = 127.0.0.1\nport = {port}", ("http", "{port}", "{events}", str(LINE), str(connections)))


def hop(batch, rates):
    return network(f"avro_hop_{batch}", f"stress {LINE} B -> memory -> avro sink, batch {batch} -> avro source -> memory -> null; CPU of both agents", rates,
                   "type = avro\nbind = 127.0.0.1\nport = {port}", sender=f"type = avro\nhostname = 127.0.0.1\nport = {{port}}\nbatch-size = {batch}",
                   batch=batch, step=batch)


WORKLOADS = {workload.name: workload for workload in (
    bare("stress_1", 1, 1, (500e3, 1.5e6)), bare("stress_1_take_100", 1, 100, (700e3, 4e6)),
    bare("stress_100", 100, 100, (2.5e6, 120e6)), bare("stress_1000", 1000, 1000, (3e6, 600e6)),
    lines("exec_file_roll", "file_roll", (900e3, 3e6), FILE_ROLL),
    lines("exec_file_roll_disk", "file_roll on a disk", (900e3, 2e6), FILE_ROLL, is_on_disk=True),
    lines("exec_hdfs_text", "hdfs sink on file://, DataStream", (55e3, 3e6), hdfs("DataStream")),
    lines("exec_hdfs_sequence_file", "hdfs sink on file://, SequenceFile", (50e3, 2.5e6), hdfs("SequenceFile"), output="sequence"),
    syslog("syslogtcp", "syslogtcp", "memory -> null", null(1000), (60e3, 8e6)),
    syslog("multiport_syslogtcp", "multiport_syslogtcp", "memory -> null", null(1000), (500e3, 8e6)),
    syslog("syslogtcp_8", "syslogtcp", "memory -> null", null(1000), (60e3, 8e6), connections=8),
    syslog("syslogtcp_file_roll", "syslogtcp", "memory -> file_roll", FILE_ROLL, (60e3, 3e6)),
    syslog("multiport_syslogtcp_file_roll", "multiport_syslogtcp", "memory -> file_roll", FILE_ROLL, (450e3, 3e6)),
    syslog("syslogtcp_file_channel", "syslogtcp", "file channel -> null", null(1000), (30e3, 1e6), channel=FILE, is_on_disk=True, capacity=2_000_000),
    http(1, (450e3, 3e6)), http(8, (400e3, 3e6)), hop(100, (150e3, 3e6)), hop(1000, (250e3, 5e6)),
    *durable(200, 1, (2e3, 10e3)), *durable(200, 1, (5e3, 40e3), sources=8), *durable(200, 100, (45e3, 1e6)), *durable(200, 1000, (55e3, 2e6)),
    *durable(1000, 1, (2e3, 10e3)), *durable(1000, 1, (5e3, 40e3), sources=8), *durable(1000, 100, (40e3, 300e3)), *durable(1000, 1000, (50e3, 400e3)))}

GROUPS = tuple(dict.fromkeys(workload.group for workload in WORKLOADS.values()))


# Input and output of the flows with files.

def write_input(path, events):
    """Lines of LINE bytes, each with its number; the sum over all of them."""
    total = 0
    with open(path, "wb") as file:
        for start in range(0, events, 10000):
            block = b"".join(b"%010d " % i + b"x" * (LINE - 12) + b"\n" for i in range(start, min(start + 10000, events)))
            total = zlib.crc32(block, total)
            file.write(block)
    return total


def output_files(folder):
    # Hadoop's side files are not output.
    return sorted(path for path in Path(folder).rglob("*") if path.is_file() and not path.name.endswith(".crc"))


def text_is_whole(folder, events, total):
    """None, or what is wrong: the files together must be the input, byte for byte."""
    size, seen = 0, 0
    for path in output_files(folder):
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                size += len(block)
                seen = zlib.crc32(block, seen)
    return None if (size, seen) == (events * LINE, total) else f"{size} bytes instead of {events * LINE}, or others"


def sequence_is_whole(folder, events, _total):
    """None, or what is wrong. All records are of one length, so the length of a file tells their number exactly; the markers
    between them are counted."""
    body = LINE - 1
    record = struct.pack(">ii", 8 + 4 + body, 8)     # then key, length of the body, body
    length = len(record) + 8 + 4 + body
    count = 0
    for path in output_files(folder):
        data = path.read_bytes()
        start = data.find(record)
        if not data.startswith(b"SEQ\x06") or start < 16:
            return f"{path.name} is no SequenceFile of these lines"
        sync = b"\xff\xff\xff\xff" + data[start - 16:start]
        # The marker may stand before the first record as well.
        if sync[4:] == data[start - 36:start - 20]:
            start -= 20
        records, rest = divmod(len(data) - start - data.count(sync, start) * len(sync), length)
        if rest or data.count(record, start) != records:
            return f"{path.name} is cut off"
        count += records
    return None if count == events else f"{count} records instead of {events}"


VERIFY = {"text": text_is_whole, "sequence": sequence_is_whole}
