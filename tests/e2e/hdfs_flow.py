"""Numbered lines that run through an agent to a real HDFS while its servers suffer: each must be in the final files once."""
import threading
import time

from case import TEXT, check, same_lines
from hdfs_cluster import HdfsAgent

LINES_PER_SECOND = 200
LINES_OF_A_FILE = 1000
WAIT_SECONDS = 120
# Two flows of the same events: files of text that end only with the agent, each commit on the disks; and SequenceFiles that roll.
TWO_SINKS = {
    "sinks": "sink1 sink2", "channels": "channel1 channel2", "sources__source1__channels": "channel1 channel2",
    **{f"channels__channel2__{key}": value for key, value in (("type", "memory"), ("capacity", 100000), ("transactionCapacity", 100))},
    **{key.replace("sink1", "sink2"): value for key, value in TEXT.items()},
    "sinks__sink2__type": "hdfs", "sinks__sink2__channel": "channel2",
    "sinks__sink2__hdfs__filePrefix": "events", "sinks__sink2__hdfs__durability": "sync",
    "sinks__sink1__hdfs__rollCount": str(LINES_OF_A_FILE), "sinks__sink1__hdfs__rollSize": "0",
}


def numbers(case, name, total, **changes):
    """Changes of HdfsAgent's configuration: seq -> file channel -> hdfs, so that every number below `total` arrives once, whoever is killed."""
    return {
        **TEXT, "sinks__sink1__hdfs__batchSize": "20", "sources__source1__type": "seq", "sources__source1__command": None,
        "sources__source1__batchSize": "20", "sources__source1__totalEvents": str(total), "channels__channel1__type": "file",
        "channels__channel1__capacity": "5000", "channels__channel1__maxFileSize": "65536",
        "channels__channel1__dataDirs": case.path(name, "data"), "channels__channel1__minimumRequiredSpace": "1048576",
        "channels__channel1__byteCapacityBufferPercentage": None, **changes}


class SteadyLines(threading.Thread):
    """Appends numbered lines to a file, so many a second, until end()."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.count = 0
        self.ended = threading.Event()

    def run(self):
        started = time.monotonic()
        with open(self.path, "ab", buffering=0) as file:
            while not self.ended.wait(0.02):
                due = int((time.monotonic() - started) * LINES_PER_SECOND)
                file.write(b"".join(self.line(number) for number in range(self.count, due)))
                self.count = due

    @staticmethod
    def line(number):
        return b"event number %08d, and words that make it as long as a line of a log often is\n" % number

    def end(self):
        """All lines."""
        self.ended.set()
        self.join()
        return [self.line(number)[:-1] for number in range(self.count)]


class Flow:
    """Lines that run through an agent while the cluster suffers."""

    def __init__(self, case, cluster, name, hdfs_keys, **changes):
        self.cluster = cluster
        self.outs = (f"/flume/{name}/sequence", f"/flume/{name}/text")
        cluster.make_folder(f"/flume/{name}")
        changes = {**TWO_SINKS, "sinks__sink1__hdfs__path": self.outs[0], "sinks__sink2__hdfs__path": self.outs[1], **changes}
        self.agent = HdfsAgent(case, name, cluster.uri, {"dfs.blocksize": 1 << 20, "dfs.client.socket-timeout": 2000, **hdfs_keys}, **changes)
        self.agent.start()
        self.lines = SteadyLines(self.agent.events)
        case.at_end(self.lines.end)
        self.lines.start()

    def goes_on(self, what):
        """What is written in the second from now on arrives."""
        started = time.monotonic()
        self.agent.wait_delivered(self.lines.count + LINES_PER_SECOND, ("SINK.sink1", "SINK.sink2"), WAIT_SECONDS, what)
        print(f"{what}: goes on after {time.monotonic() - started:.1f} s", flush=True)

    def begins_a_file(self):
        """Of the sink whose files roll."""
        self.agent.wait_delivered(self.lines.count + LINES_OF_A_FILE, ("SINK.sink1",), WAIT_SECONDS, "another file")

    def finish(self):
        """Everything is in final files, once."""
        lines = self.lines.end()
        process, cluster = self.agent.process, self.cluster
        self.agent.wait_delivered(len(lines), ("SINK.sink1", "SINK.sink2"), WAIT_SECONDS, "the end")
        check(process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", process.log_text())
        for out in self.outs:
            check(not cluster.in_use(out), f"left in use: {cluster.in_use(out)}", process.log_text())
        same_lines(cluster.sequence_values(self.outs[0]), lines, "the SequenceFiles")
        same_lines(cluster.text_lines(self.outs[1]), lines, "the text")


__all__ = ["LINES_PER_SECOND", "WAIT_SECONDS", "Flow", "numbers"]
