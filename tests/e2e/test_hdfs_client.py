"""The HDFS client's NameNode calls against a real NameNode."""
import os
import subprocess

from agent_process import ROOT
from case import check, limit, together
from hdfs_cluster import Cluster, Way, server

PROBE = os.environ.get("FLUME_HDFS_PROBE", os.path.join(ROOT, "build", "release", "tests", "hdfs_probe"))


def calls(port, user, *lines, patience=60):
    """The probe's answers to these calls, in their order."""
    done = subprocess.run([PROBE, server.HOST, str(port), user, str(patience)], input="\n".join(lines), stdout=subprocess.PIPE,
                          timeout=120, check=True, text=True)
    return done.stdout.splitlines()


def expect(port, user, *pairs, patience=60):
    """`pairs`: call and the beginning of its answer."""
    answers = calls(port, user, *(call for call, _ in pairs), patience=patience)
    for (call, expected), answer in zip(pairs, answers, strict=True):
        check(answer.startswith(expected), f"{call}: {answer} instead of {expected}")


class LosesTheFirstAnswer(Way):
    """A way to the server on which the first connection breaks as soon as the server has answered something."""

    def passes(self, connection, is_answer, data):
        return connection > 0 or not is_answer


def check_lost_answers(hdfs):
    """What was done before its answer was lost is not done again, and its answer comes from the server's retry cache."""
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /lost", "ok"), ("create /lost/old", "ok yes"), ("create /lost/dead", "ok yes"))
    for call, answer in (("create /lost/a", "ok yes"), ("rename /lost/old /lost/new", "ok"), ("delete /lost/dead", "ok yes")):
        way = LosesTheFirstAnswer(hdfs.port)
        expect(way.port, server.SUPERUSER, (call, answer))
        way.socket.close()
        check(way.connections == 2, f"{call}: {way.connections} connections")
    check(sorted(hdfs.listing("/lost")) == ["a", "new"], f"WebHDFS sees {hdfs.listing('/lost')}")


@together("hdfs")
@limit(120)
def test_namenode_calls(case):
    hdfs = Cluster.of_group(case).hdfs
    expect(hdfs.port, server.SUPERUSER,
           ("defaults", "ok 134217728 512 65536 2"),
           ("mkdirs /calls/events", "ok"),
           ("create /calls/events/a", "ok yes"),
           ("create /calls/events/a", "error exists: create /calls/events/a: NameNode 127.0.0.1:"),
           ("info /calls/events/a", "ok f 640 hdfs 0"),
           ("info /none", "ok none"),
           ("ls /calls/events", "ok [f 640 hdfs 0 a]"),
           ("ls /none", "ok none"),
           ("blocks /calls/events/a", "ok 0 0"),
           ("blocks /none", "error not found: "),
           ("mkdirs /calls/events/a/x", "error wrong type: "),
           ("create /calls/events/a/x", "error wrong type: "),
           ("mkdirs /calls/events/a", "error exists: "),
           ("rename /calls/events/a /calls/events/b", "ok"),
           ("rename /calls/events/a /calls/events/c", "error not found: "),
           ("create /calls/events/a", "ok yes"),
           ("rename /calls/events/a /calls/events/b", "error exists: "),
           ("truncate /calls/events/a", "ok yes"),
           ("append /calls/events/a", "ok no block"),
           ("append /calls/events/a", "error busy: "),
           ("renew", "ok"),
           ("open /calls/c", "ok"),
           ("block /calls/c", "ok 1 127.0.0.1 "),
           ("closed /calls/c", "ok no"),
           ("recover /calls/c", "ok"),
           ("closed /calls/c", "ok yes"),
           ("delete /calls/events/b", "ok yes"),
           ("delete /calls/events/b", "ok no"),
           ("chmod /calls/events", "ok"))
    seen = hdfs.listing("/calls")
    check(sorted(seen) == ["c", "events"] and seen["events"]["permission"] == "700", f"WebHDFS sees {seen}")

    expect(hdfs.port, "somebody",
           ("mkdirs /x", "error permission: mkdirs /x: NameNode 127.0.0.1:"),
           ("ls /calls/events", "error permission: "))
    expect(hdfs.web_port, server.SUPERUSER, ("mkdirs /x", "error unsupported: mkdirs /x: NameNode 127.0.0.1:"))

    check_lost_answers(hdfs)
    hdfs.namenode.kill()
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /x", "error refused: mkdirs /x: connect to 127.0.0.1:"), patience=2)
    hdfs.start_namenode()
    hdfs.wait_ready()
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /x", "ok"), ("info /x", "ok d 755 hdfs 0"))
