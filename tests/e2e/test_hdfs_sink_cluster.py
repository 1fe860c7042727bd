"""The main job on a real HDFS, and an agent there that is killed again and again."""
import random
import re
import time

from case import TEXT, check, endurance, limit, same_lines, together
from file_channel import GIVEN, wait_drained
from hdfs_cluster import READ_SEQUENCE_FILES, USER, VERSIONS, Cluster, HdfsAgent
from hdfs_flow import numbers
from sequence_file import read_records

WAIT_SECONDS = 60


def write_with_both_types(case, cluster, name, seconds):
    """gen_events.py's lines through the walk-through's configuration, as SequenceFiles and as text; what Hadoop's shell says of them."""
    folder = f"/flume/{name}"
    cluster.shell("-mkdir", "-p", folder)
    cluster.shell("-chown", USER, folder)
    replicas = len(cluster.hdfs.datanode_ports)

    def start(kind, **changes):
        return HdfsAgent(case, f"{name}/{kind}", cluster.uri, {"dfs.replication": replicas}, channels__channel1__capacity=100, **changes).start()
    sequence, text = start("sequence"), start("text", sinks__sink1__hdfs__fileType="DataStream")
    generators = [case.generator("--rate", "60", "--output", agent.events) for agent in (sequence, text)]
    time.sleep(seconds)
    for generator, agent in zip(generators, (sequence, text), strict=True):
        generator.terminate()
        generator.wait()
        agent.wait_delivered(len(agent.lines()))
        check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
        check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}")
    listing = cluster.shell("-ls", "-R", folder)
    written = [line for line in listing.splitlines() if re.search(r"/events\.\d+$", line)]
    expected = sum(-(-len(agent.lines()) // 10) for agent in (sequence, text))
    check(len(written) >= expected, f"fs -ls -R: {len(written)} files instead of {expected}", listing)
    unlike = [line for line in written if not re.match(rf"-rw-r--r--\s+{replicas} {USER} ", line)]
    check(not unlike, f"fs -ls -R: {len(unlike)} files not of {USER} with {replicas} replicas", *unlike[:3])
    same_lines(cluster.hdfs.content(f"{text.out}/events.*").split(b"\n")[:-1], text.lines(), "fs -cat")
    # A value of bytes is shown as numbers.
    values = [bytes.fromhex(line.split("\t")[1]) for line in cluster.shell("-text", f"{sequence.out}/events.*").splitlines() if "\t" in line]
    same_lines(values, sequence.lines(), "fs -text")
    same_lines(cluster.sequence_values(sequence.out), sequence.lines(), "the SequenceFiles")


def kill_again_and_again(case, cluster, name, times):
    """Of each run the lines whose take was committed are in the files, in order and once; of the last run all."""
    cluster.make_folder(f"/flume/{name}")
    agent = HdfsAgent(case, name, cluster.uri, **{**TEXT, "sinks__sink1__hdfs__rollCount": "500"})
    choose = random.Random(name)
    runs, delivered = [], []
    for turn in range(times + 1):
        # `tail` begins with the last ten lines of a file: each run has its own.
        case.write(f"{name}/events", b"")
        agent.start()
        runs.append([b"run %d line %06d" % (turn, number) for number in range(choose.randrange(1, 3000))])
        case.append_lines(agent.events, runs[-1])
        if turn < times:
            time.sleep(choose.random())
            delivered.append(agent.process.counter("SINK.sink1", "EventDrainSuccessCount"))
            agent.process.kill()
    delivered.append(len(runs[-1]))
    check(any(delivered[:-1]), "no agent had delivered anything before it was killed")
    agent.wait_delivered(len(runs[-1]))
    # What the killed agents left is being finished beside that.
    agent.process.wait(lambda: len(cluster.in_use(agent.out)) <= 1, WAIT_SECONDS, "only the present file in use")
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    seen = cluster.text_lines(agent.out)
    check(len(seen) == len(set(seen)), f"{len(seen) - len(set(seen))} lines are doubled")
    foreign = set(seen) - {line for lines in runs for line in lines}
    check(not foreign, f"lines that nobody wrote: {sorted(foreign)[:3]}")
    for turn, lines in enumerate(runs):
        of_run = [line for line in seen if line.startswith(b"run %d " % turn)]
        check(len(of_run) >= delivered[turn], f"run {turn}: {len(of_run)} lines, {delivered[turn]} had been delivered")
        same_lines(of_run, lines if turn == times else lines[:len(of_run)], f"run {turn}")


@together("hdfs")
@limit(120)
def test_the_walk_through_as_a_user_read_by_hadoops_shell(case):
    write_with_both_types(case, Cluster.of_group(case), "walk", 4)


class ReadByHadoop:
    """What Hadoop's own reader says of a SequenceFile."""

    def __init__(self, words):
        _, self.path, self.key_class, self.value_class = words
        self.records, self.syncs = [], []

    def add(self, words):
        if words[0] == "record":
            self.records.append((int(words[1]), words[2] == "true", int(words[3]), bytes.fromhex(words[4][1:])))
        else:
            self.syncs.append((int(words[1]), words[2:]))

    def check_syncs(self):
        """From any position its sync() finds the first record behind the next marker."""
        check(sum(marked for _, marked, _, _ in self.records) >= 3, f"{self.path}: {self.records[:3]}... has few markers")
        first = self.records[0][0]
        for position, found in self.syncs:
            behind = [record for record in self.records if record[1] and record[0] >= position] if position >= first else self.records
            expected = str(behind[0][2]) if behind else "end"
            check(found[-1] == expected, f"{self.path}: sync({position}) finds {found}, not key {expected}")


def read_by_hadoop(cluster, *patterns):
    files = []
    for line in cluster.shell(*patterns, main=READ_SEQUENCE_FILES).splitlines():
        words = line.split(" ")
        if words[0] == "file":
            files.append(ReadByHadoop(words))
        elif words[0] in ("record", "sync"):
            files[-1].add(words)
    return files


@together("hdfs")
@limit(120)
def test_hadoops_own_reader_finds_keys_values_and_sync_markers(case):
    cluster = Cluster.of_group(case)
    # Keys that differ by record: the time that stands in each line.
    by_line = {"sinks__sink1__hdfs__rollCount": 4000, "sinks__sink1__hdfs__rollSize": 0, "sinks__sink1__hdfs__rollInterval": 0}
    agents = {}
    for kind in ("Text", "Writable"):
        cluster.make_folder(f"/flume/read-{kind}")
        agents[kind] = HdfsAgent(case, f"read-{kind}", cluster.uri, sinks__sink1__hdfs__writeFormat=kind, **by_line).start()
    lines = [b"number %d \xc3\xa4 " % number + b"x" * (number % 90) for number in range(6000)]
    for agent in agents.values():
        case.append_lines(agent.events, lines)
    for agent in agents.values():
        agent.wait_delivered(len(lines))
        check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    files = read_by_hadoop(cluster, *(f"{agent.out}/events.*" for agent in agents.values()))
    for kind, value_class in (("Text", "Text"), ("Writable", "BytesWritable")):
        seen = [file for file in files if file.path.startswith(agents[kind].out)]
        check(len(seen) == 2, f"{kind}: {len(seen)} files")
        for file in seen:
            classes = (file.key_class, file.value_class)
            check(classes == ("org.apache.hadoop.io.LongWritable", f"org.apache.hadoop.io.{value_class}"), f"{file.path}: {classes}")
            file.check_syncs()
            local = case.write("sequence-file", cluster.content(file.path))
            same_lines([record[2:] for record in file.records], read_records(local), file.path)
        same_lines([record[3] for file in seen for record in file.records], lines, f"{kind}, Hadoop's own reader")


@together("hdfs")
@limit(120)
def test_the_tool_shows_what_was_flushed_to_a_file_in_use(case):
    cluster = Cluster.of_group(case)
    cluster.make_folder("/flume/in-use")
    agent = HdfsAgent(case, "in-use", cluster.uri, **TEXT).start()
    lines = []
    for line in (b"one", b"two"):
        lines.append(line)
        case.append_lines(agent.events, [line])
        agent.wait_delivered(len(lines))
        path = f"{cluster.uri}{agent.out}/{cluster.in_use(agent.out)[0]}"
        code, output = case.flume("tool", "fs", "-cat", path, environment=agent.environment)
        check((code, output.encode().split(b"\n")[:-1]) == (0, lines), f"tool fs -cat ended with {code}", output)
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())


@together("hdfs")
@limit(150)
def test_eight_kills_in_a_row_double_nothing_and_leave_no_file_in_use(case):
    kill_again_and_again(case, Cluster.of_group(case), "killed", 8)


def numbers_through_kills(case, cluster, name, times, total):
    """seq -> file channel -> hdfs, bookmarks in both; killed while it starts, recovers and works."""
    cluster.make_folder(f"/flume/{name}")
    agent = HdfsAgent(case, name, cluster.uri, **numbers(case, name, total, sinks__sink1__hdfs__rollCount="2000"))
    choose = random.Random(name)
    for turn in range(times):
        agent.start(waits=False)
        time.sleep(choose.uniform(0, 1))
        agent.process.kill()
        check(turn > 0 or GIVEN not in agent.process.log_text(), "the first agent had given all numbers before it was killed")
    agent.start(waits=False)
    wait_drained(agent.process, 2 * WAIT_SECONDS)
    # What the killed agents left is being finished beside that.
    agent.process.wait(lambda: len(cluster.in_use(agent.out)) <= 1, WAIT_SECONDS, "only the present file in use")
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    # A file that was being recovered got a lower number than later ones: the order is within a file.
    same_lines(sorted(cluster.text_lines(agent.out), key=int), [b"%d" % number for number in range(total)])


@together("hdfs")
@limit(300)
def test_eight_kills_with_a_file_channel_lose_and_double_no_number(case):
    numbers_through_kills(case, Cluster.of_group(case), "numbers", 8, 40000)


@endurance
@limit(3000)
def test_walk_through_and_fifty_kills_in_both_versions(case):
    for version in VERSIONS:
        for datanodes in (1, 3):
            cluster = Cluster(case, datanodes, version)
            write_with_both_types(case, cluster, f"walk-{version}-{datanodes}", 10)
            kill_again_and_again(case, cluster, f"killed-{version}-{datanodes}", 50)
            cluster.close()
