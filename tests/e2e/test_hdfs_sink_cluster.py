"""The main job on a real HDFS, and an agent there that is killed again and again."""
import random
import re
import time

from case import TEXT, check, endurance, limit, same_lines, together
from hdfs_cluster import USER, VERSIONS, Cluster, HdfsAgent

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


@together("hdfs")
@limit(150)
def test_eight_kills_in_a_row_double_nothing_and_leave_no_file_in_use(case):
    kill_again_and_again(case, Cluster.of_group(case), "killed", 8)


@endurance
@limit(3000)
def test_walk_through_and_fifty_kills_in_both_versions(case):
    for version in VERSIONS:
        for datanodes in (1, 3):
            cluster = Cluster(case, datanodes, version)
            write_with_both_types(case, cluster, f"walk-{version}-{datanodes}", 10)
            kill_again_and_again(case, cluster, f"killed-{version}-{datanodes}", 50)
            cluster.close()
