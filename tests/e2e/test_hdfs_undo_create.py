"""The agent is killed when the NameNode has made a file and the agent does not know it yet: all that its notes have is that it would.
The next start removes that file, and nothing else."""
import re
import threading

from case import TEXT, check, limit, same_lines, together
from file_channel import wait_drained
from hdfs_cluster import Cluster, HdfsAgent, Way, server
from hdfs_flow import numbers

LINES_OF_A_FILE = 20
WAIT_SECONDS = 30
CREATE = b"\n\x06create"  # the name of the method in the head of a call


class HeldCreate(Way):
    """A way to the NameNode on which no answer comes back any more once the `place`-th file (from 1) is to be made, until let_go()."""

    def __init__(self, target, place):
        self.left = place
        self.path = None  # of that file
        self.is_holding = False
        self.gone = threading.Event()
        super().__init__(target)

    def passes(self, connection, is_answer, data):
        if is_answer and self.is_holding:
            self.gone.wait()
            return False
        if not is_answer and CREATE in data:
            self.left -= 1
            if self.left == 0:
                self.is_holding = True  # before the NameNode has the call
                self.path = re.search(rb"/flume/[-/.\w]+\.tmp", data).group().decode()
        return True

    def let_go(self):
        """What is held breaks; what comes later goes through."""
        self.is_holding = False
        self.gone.set()


def name_of(path):
    return path.rpartition("/")[2]


def kill_while_it_makes_a_file(cluster, agent, way):
    """The path of a file that the NameNode made for an agent that never learned it."""
    agent.process.wait(lambda: way.path and name_of(way.path) in cluster.names(agent.out), WAIT_SECONDS, "a file that is being made")
    agent.process.kill()
    way.let_go()
    status = cluster.hdfs.listing(agent.out)[name_of(way.path)]
    check(status["length"] == 0, f"{way.path} has {status['length']} bytes")
    return way.path


def uri_of(way):
    return f"hdfs://{server.HOST}:{way.port}"


@together("hdfs")
@limit(90)
def test_a_file_whose_making_was_not_noted_is_removed_and_nothing_else(case):
    cluster, total = Cluster.of_group(case), 10 * LINES_OF_A_FILE
    cluster.make_folder("/flume/undo")
    # In the same folder: another agent's file in use, and one that nobody writes.
    other = HdfsAgent(case, "undo-other", cluster.uri, **{**TEXT, "sinks__sink1__hdfs__path": "/flume/undo", "sinks__sink1__hdfs__filePrefix": "other"})
    other.start()
    case.append_lines(other.events, [b"one"])
    other.wait_delivered(1)
    cluster.make_file("/flume/undo/events.1.tmp")
    way = HeldCreate(cluster.hdfs.port, 3)
    agent = HdfsAgent(case, "undo", uri_of(way), **numbers(case, "undo", total, sinks__sink1__hdfs__rollCount=str(LINES_OF_A_FILE)))
    agent.start(waits=False)
    path = kill_while_it_makes_a_file(cluster, agent, way)
    agent.start(waits=False)
    wait_drained(agent.process)
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    names = cluster.names("/flume/undo")
    check(name_of(path) not in names and name_of(path).removesuffix(".tmp") not in names, f"{path} is still there", *names, agent.process.log_text())
    in_use = cluster.in_use("/flume/undo")
    check(len(in_use) == 2 and "events.1.tmp" in in_use, f"files in use: {in_use}", agent.process.log_text())
    check(len(cluster.finished("/flume/undo")) == total // LINES_OF_A_FILE, f"{len(cluster.finished('/flume/undo'))} files", *names)
    same_lines(sorted(cluster.text_lines("/flume/undo"), key=int), [b"%d" % number for number in range(total)])
    # The other agent still has the lease of its file.
    case.append_lines(other.events, [b"two"])
    other.wait_delivered(2)
    check(other.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", other.process.log_text())
    written = [cluster.content(path) for path in cluster.finished("/flume/undo", "other")]
    check(written == [b"one\ntwo\n"], f"the other agent's files: {written}", other.process.log_text())


@together("hdfs")
@limit(90)
def test_a_file_of_somebody_else_that_came_to_that_name_stays(case):
    cluster = Cluster.of_group(case)
    cluster.make_folder("/flume/undo-taken")
    way = HeldCreate(cluster.hdfs.port, 2)
    # A memory channel: the sink keeps its own list of its files.
    agent = HdfsAgent(case, "undo-taken", uri_of(way), **{**TEXT, "sinks__sink1__hdfs__rollCount": "2"}).start()
    case.append_lines(agent.events, [b"one", b"two"])
    agent.wait_delivered(2)
    case.append_lines(agent.events, [b"lost with its channel"])
    path = kill_while_it_makes_a_file(cluster, agent, way)
    cluster.delete(path)
    cluster.make_file(path, b"theirs")
    case.write("undo-taken/events", b"")
    agent.start()
    case.append_lines(agent.events, [b"three", b"four"])
    agent.wait_delivered(2)
    check(agent.process.stop(WAIT_SECONDS) == 0, "exit code after SIGTERM is not 0", agent.process.log_text())
    check(cluster.in_use(agent.out) == [name_of(path)], f"files in use: {cluster.in_use(agent.out)}", agent.process.log_text())
    check(cluster.content(path) == b"theirs", f"{path} was changed", agent.process.log_text())
    same_lines(cluster.text_lines(agent.out), [b"one", b"two", b"three", b"four"])
