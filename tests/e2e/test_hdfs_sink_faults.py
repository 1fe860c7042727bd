"""The hdfs sink on a real HDFS whose servers die, hang and come back: every event is in the final files once."""
import signal
import threading
import time

from case import TEXT, check, endurance, limit, same_lines, together
from hdfs_cluster import VERSIONS, Cluster, HdfsAgent

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

    def __init__(self, case, cluster, name, hdfs_keys):
        self.cluster = cluster
        self.outs = (f"/flume/{name}/sequence", f"/flume/{name}/text")
        cluster.make_folder(f"/flume/{name}")
        changes = {**TWO_SINKS, "sinks__sink1__hdfs__path": self.outs[0], "sinks__sink2__hdfs__path": self.outs[1]}
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


def kill_datanodes(flow, count):
    for index in range(count):
        flow.cluster.hdfs.datanodes[index].kill()
        if index + 1 < len(flow.cluster.hdfs.datanodes):
            flow.goes_on(f"{index + 1} of 3 DataNodes killed")
    for index in range(count):
        flow.cluster.hdfs.restart_datanode(index)
    flow.goes_on("DataNodes restarted")


def stop_a_datanode(flow, index):
    process = flow.cluster.hdfs.datanodes[index].process
    # A file that is begun while all three live has all three in its pipeline. (The long file of text may be on one node alone, when
    # the others were killed before.)
    flow.cluster.hdfs.wait_ready()
    flow.begins_a_file()
    recoveries = flow.cluster.hdfs.calls("UpdateBlockForPipeline")
    process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        flow.agent.process.wait(lambda: flow.cluster.hdfs.calls("UpdateBlockForPipeline") > recoveries, WAIT_SECONDS,
                                f"the recovery of a pipeline without DataNode {index}")
        print(f"DataNode {index} does not answer: a pipeline without it after {time.monotonic() - started:.1f} s", flush=True)
    finally:
        process.send_signal(signal.SIGCONT)
    flow.goes_on(f"DataNode {index} answers again")


def restart_namenode(flow):
    flow.cluster.hdfs.namenode.kill()
    time.sleep(1)
    flow.cluster.hdfs.start_namenode()
    flow.cluster.hdfs.wait_ready()
    flow.goes_on("NameNode restarted")


def go_through_safe_mode(flow):
    refused = flow.cluster.hdfs.calls("SafeModeException")
    flow.cluster.admin("-safemode", "enter")
    # The next file of the sink that rolls.
    flow.agent.process.wait(lambda: flow.cluster.hdfs.calls("SafeModeException") > refused, WAIT_SECONDS, "a call that meets the safe mode")
    flow.cluster.admin("-safemode", "leave")
    flow.goes_on("safe mode over")


# With as many nodes as replicas there is none that could take over: Hadoop's advice for such clusters.
NO_REPLACEMENT = {"dfs.client.block.write.replace-datanode-on-failure.policy": "NEVER"}


@together("hdfs")
@limit(300)
def test_servers_that_die_hang_and_come_back_lose_and_double_nothing(case):
    flow = Flow(case, Cluster.of_group(case), "faults", NO_REPLACEMENT)
    flow.goes_on("before any fault")
    kill_datanodes(flow, 2)
    stop_a_datanode(flow, 0)
    restart_namenode(flow)
    go_through_safe_mode(flow)
    flow.finish()


@endurance
@limit(3000)
def test_all_datanodes_die_and_come_back_in_both_versions(case):
    for version in VERSIONS:
        cluster = Cluster(case, 3, version)
        for name, keys in (("default", {}), ("never", NO_REPLACEMENT)):
            flow = Flow(case, cluster, name, keys)
            for _ in range(2):
                flow.goes_on("before any fault")
                kill_datanodes(flow, 2)
                kill_datanodes(flow, 3)
                for index in range(3):
                    stop_a_datanode(flow, index)
                restart_namenode(flow)
                go_through_safe_mode(flow)
            flow.finish()
        cluster.close()
