"""What the hdfs sink says, and does, about a cluster that it cannot work with: one clear line, the batch stays in the channel,
and it goes on when what was wrong is over."""
import os
import subprocess

from agent_process import free_port
from case import TEXT, check, limit, same_lines, together
from hdfs_cluster import KERBEROS_NAMENODE, USER, Cluster, HdfsAgent, Way, server

WAIT_SECONDS = 60
LINES = [b"one", b"two", b"three"]
DEBUG_ADMIN = "org.apache.hadoop.hdfs.tools.DebugAdmin"


class KerberosNameNode:
    """A NameNode's port that lets in nobody without a ticket; leave() gives it to the cluster's NameNode."""

    def __init__(self, case, cluster):
        self.port, self.cluster = free_port(), cluster
        with open(case.path("kerberos.log"), "ab") as log:
            self.process = subprocess.Popen(cluster.hdfs.java(KERBEROS_NAMENODE, self.port), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=log)
        case.at_end(self.end)

    def wait_ready(self):
        line = self.process.stdout.readline()
        check(line == b"ready\n", f"KerberosNameNode said {line}")

    def end(self):
        self.process.kill()
        self.process.wait()

    def leave(self):
        self.end()
        Way(self.cluster.hdfs.port, self.port)


class Trouble:
    """An agent that cannot deliver three events, and the words of the line that says why. `end` ends the trouble; without one it lasts."""

    def __init__(self, case, cluster, name, words, end=None, default_fs=None, hdfs_keys=None, **changes):
        self.cluster, self.name, self.words, self.end = cluster, name, words, end
        changes = {**TEXT, "sinks__sink1__hdfs__path": f"/flume/{name}/in", **changes}
        self.agent = HdfsAgent(case, name, default_fs or cluster.uri, hdfs_keys, **changes)
        self.out = changes["sinks__sink1__hdfs__path"]
        self.agent.start()
        case.append_lines(self.agent.events, LINES)

    def line(self):
        for line in self.agent.process.log_text().splitlines():
            if (" WARN " in line or " ERROR " in line) and all(word.lower() in line.lower() for word in self.words):
                return line
        return None

    def expect_told(self):
        process = self.agent.process
        process.wait(self.line, WAIT_SECONDS, f"{self.name}: a line with {', '.join(self.words)}")
        process.wait(lambda: process.counter("CHANNEL.channel1", "EventPutSuccessCount") == len(LINES), WAIT_SECONDS, f"{self.name}: three events")
        check(process.counter("CHANNEL.channel1", "ChannelSize") == len(LINES), f"{self.name}: the events are not in the channel", process.log_text())

    def expect_over(self):
        process = self.agent.process
        process.wait(lambda: process.counter("SINK.sink1", "EventDrainSuccessCount") == len(LINES), WAIT_SECONDS, f"{self.name}: delivery")
        check(process.stop(WAIT_SECONDS) == 0, f"{self.name}: exit code after SIGTERM is not 0", process.log_text())
        same_lines(self.cluster.text_lines(self.out), LINES, self.name)
        check(not self.cluster.in_use(self.out), f"left in use: {self.cluster.in_use(self.out)}", process.log_text())


def make_folder(cluster, name, owner=USER):
    cluster.make_folder(f"/flume/{name}", owner)
    return f"/flume/{name}"


def unreachable(case, cluster):
    """Each way in which there is no NameNode."""
    nobody, later = free_port(), free_port()
    kerberos = KerberosNameNode(case, cluster)
    make_folder(cluster, "later")
    make_folder(cluster, "demands-kerberos")
    kerberos.wait_ready()
    return [
        Trouble(case, cluster, "later", (f"{server.HOST}:{later}", "refused"), lambda: Way(cluster.hdfs.port, later),
                default_fs=f"hdfs://{server.HOST}:{later}"),
        Trouble(case, cluster, "http", (f"{server.HOST}:{cluster.hdfs.web_port}", "HTTP"),
                default_fs=f"hdfs://{server.HOST}:{cluster.hdfs.web_port}"),
        Trouble(case, cluster, "demands-kerberos", (f"NameNode {server.HOST}:{kerberos.port}", "demands authentication", "KERBEROS"),
                kerberos.leave, default_fs=f"hdfs://{server.HOST}:{kerberos.port}"),
        Trouble(case, cluster, "unknown-host", ("namenode.invalid",), default_fs="hdfs://namenode.invalid:8020"),
        Trouble(case, cluster, "ipv6", (f"[::1]:{nobody}",), default_fs=f"hdfs://[::1]:{nobody}"),
    ]


def refused(case, cluster):
    """Each way in which the NameNode refuses a file."""
    denied = make_folder(cluster, "denied", owner=server.SUPERUSER)
    names, space = make_folder(cluster, "names"), make_folder(cluster, "space")
    cluster.set_quota(names, names=1)
    cluster.set_quota(space, space=1 << 20)
    make_folder(cluster, "file")
    cluster.make_file("/flume/file/in")
    make_folder(cluster, "long")
    return [
        Trouble(case, cluster, "denied", ("permission denied", denied, f"user={USER}"), lambda: cluster.make_folder(denied)),
        Trouble(case, cluster, "names", ("quota", names), lambda: cluster.set_quota(names, names=-1)),
        Trouble(case, cluster, "space", ("quota", space), lambda: cluster.set_quota(space, space=-1)),
        Trouble(case, cluster, "file", ("/flume/file/in",), lambda: cluster.delete("/flume/file/in")),
        Trouble(case, cluster, "long", ("limit=255", "/flume/long"), sinks__sink1__hdfs__filePrefix="x" * 300),
    ]


@together("hdfs")
@limit(150)
def test_what_is_wrong_is_told_and_the_events_stay(case):
    cluster = Cluster.of_group(case)
    troubles = unreachable(case, cluster) + refused(case, cluster)
    for trouble in troubles:
        trouble.expect_told()
    for trouble in troubles:
        if trouble.end:
            trouble.end()
    for trouble in troubles:
        if trouble.end:
            trouble.expect_over()


@together("hdfs")
@limit(60)
def test_a_deleted_file_is_told_with_its_events_and_the_next_ones_get_another(case):
    cluster = Cluster.of_group(case)
    make_folder(cluster, "deleted")
    agent = HdfsAgent(case, "deleted", cluster.uri, **{**TEXT, "sinks__sink1__hdfs__rollCount": 4, "sinks__sink1__hdfs__retryInterval": 1}).start()
    case.append_lines(agent.events, LINES)
    agent.wait_delivered(len(LINES))
    path = f"{agent.out}/{cluster.in_use(agent.out)[0]}"
    cluster.delete(path)
    # DataNodes do not know it yet: one more goes to them, and the file is full. Its end is told to the NameNode.
    case.append_lines(agent.events, [b"four", b"five"])
    agent.wait_delivered(5)

    def is_told():
        return any(" ERROR " in line and path in line and "lost_events=4" in line for line in agent.process.log_text().splitlines())
    agent.process.wait(is_told, WAIT_SECONDS, f"an ERROR about {path} and 4 events")
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    same_lines(cluster.text_lines(agent.out), [b"five"], "after the deletion")


@together("hdfs")
@limit(120)
def test_a_lease_that_is_taken_away_loses_nothing_and_more_replicas_than_nodes_do_no_harm(case):
    cluster = Cluster.of_group(case)
    make_folder(cluster, "taken")
    agent = HdfsAgent(case, "taken", cluster.uri, {"dfs.replication": 5}, **TEXT).start()
    case.append_lines(agent.events, LINES)
    agent.wait_delivered(len(LINES))
    cluster.shell("recoverLease", "-path", f"{agent.out}/{cluster.in_use(agent.out)[0]}", "-retries", "20", main=DEBUG_ADMIN)
    later = [b"four", b"five"]
    case.append_lines(agent.events, later)
    agent.wait_delivered(len(LINES + later))
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(not cluster.in_use(agent.out), f"left in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    same_lines(cluster.text_lines(agent.out), LINES + later, "after the lease was taken")


def replicas_being_written(cluster):
    """Files of the blocks, and of their checksums, on the disks of all DataNodes."""
    return {str(path) for path in cluster.hdfs.folder.glob("data*/current/BP-*/current/rbw/blk_*")}


@together("hdfs")
@limit(150)
def test_a_block_whose_files_are_deleted_under_us_is_told_and_the_next_events_go_on(case):
    cluster = Cluster.of_group(case)
    make_folder(cluster, "no-block")
    before = replicas_being_written(cluster)
    agent = HdfsAgent(case, "no-block", cluster.uri, **{**TEXT, "sinks__sink1__hdfs__rollCount": 4, "sinks__sink1__hdfs__retryInterval": 1}).start()
    case.append_lines(agent.events, LINES)
    agent.wait_delivered(len(LINES))
    path = f"{agent.out}/{cluster.in_use(agent.out)[0]}"
    deleted = replicas_being_written(cluster) - before
    check(len(deleted) == 6, f"of three replicas these files were deleted: {deleted}")
    for file in deleted:
        os.unlink(file)
    # The DataNodes have the files open and take one event more; then the block ends, and none of them can keep it.
    case.append_lines(agent.events, [b"four", b"five"])
    agent.wait_delivered(5)

    def is_told():
        return any(all(word in line for word in (" WARN ", path, "blk_", f"{server.HOST}:")) for line in agent.process.log_text().splitlines())
    agent.process.wait(is_told, WAIT_SECONDS, f"a line about {path} and its block")
    case.append_lines(agent.events, [b"six"])
    agent.wait_delivered(6)
    others = [name for name in cluster.in_use(agent.out) if not path.endswith(f"/{name}")]
    check(len(others) == 1, f"files in use beside {path}: {others}")
    same_lines(cluster.content(f"{agent.out}/{others[0]}").split(b"\n")[:-1], [b"five", b"six"], "the file behind the one whose block is lost")
    # No DataNode will ever recover that block: a stop would wait for it in vain.
    agent.process.kill()
    cluster.delete(agent.out)


def test_kerberos_in_the_configuration_is_refused_by_its_key(case):
    agent = HdfsAgent(case, "kerberos", "hdfs://127.0.0.1:8020", {"hadoop.security.authentication": "kerberos"})

    def expect_told(output):
        told = any("hadoop.security.authentication" in line and "kerberos" in line for line in output.splitlines())
        check(told, "no line names key and value", output)
    for verb, *options in (("validate",), ("agent", "--strict")):
        code, output = case.flume(verb, "--conf", agent.folder, "-f", agent.conf_file, "-n", "agent1", *options)
        check(code != 0, f"{verb}: exit code {code}", output)
        expect_told(output)
    # Without --strict the agent runs without the sink, as Flume does without one that it cannot configure.
    process = agent.start().process
    case.append_lines(agent.events, LINES)
    process.wait(lambda: process.counter("CHANNEL.channel1", "ChannelSize") == len(LINES), WAIT_SECONDS, "three events in the channel")
    expect_told(process.log_text())
    check("sinks.sink1: left out" in process.log_text(), "nothing says that the sink is left out", process.log_text())
