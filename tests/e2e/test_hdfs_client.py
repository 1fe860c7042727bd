"""The HDFS client's NameNode calls against a real NameNode."""
import os
import socket
import subprocess
import sys
import threading

from agent_process import ROOT
from case import Skipped, check, endurance, limit

sys.path.append(os.path.join(ROOT, "tests", "servers"))
import hdfs as server  # noqa: E402  pylint: disable=wrong-import-position

PROBE = os.environ.get("FLUME_HDFS_PROBE", os.path.join(ROOT, "build", "release", "tests", "hdfs_probe"))


def start(case):
    lacking = server.missing()
    if lacking:
        raise Skipped(lacking)
    cluster = server.Hdfs(case.path("hdfs"))
    case.at_end(cluster.__exit__)
    return cluster.__enter__()


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


class LosesTheFirstAnswer(threading.Thread):
    """A way to the server on which the first connection breaks as soon as the server has answered something."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.server = (server.HOST, port)
        self.socket = socket.create_server((server.HOST, 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:  # closed
                return
            self.connections += 1
            upstream = socket.create_connection(self.server)
            threading.Thread(target=self.carry, args=(client, upstream, False), daemon=True).start()
            threading.Thread(target=self.carry, args=(upstream, client, self.connections == 1), daemon=True).start()

    @staticmethod
    def carry(source, sink, breaks):
        try:
            while data := source.recv(65536):
                if breaks:
                    break
                sink.sendall(data)
        except OSError:
            pass  # the other direction has closed it
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already


def check_lost_answers(hdfs):
    """What was done before its answer was lost is not done again, and its answer comes from the server's retry cache."""
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /lost", "ok"), ("create /lost/old", "ok yes"), ("create /lost/dead", "ok yes"))
    for call, answer in (("create /lost/a", "ok yes"), ("rename /lost/old /lost/new", "ok"), ("delete /lost/dead", "ok yes")):
        way = LosesTheFirstAnswer(hdfs.port)
        expect(way.port, server.SUPERUSER, (call, answer))
        way.socket.close()
        check(way.connections == 2, f"{call}: {way.connections} connections")
    check(sorted(hdfs.listing("/lost")) == ["a", "new"], f"WebHDFS sees {hdfs.listing('/lost')}")


@endurance
@limit(400)
def test_namenode_calls(case):
    hdfs = start(case)
    expect(hdfs.port, server.SUPERUSER,
           ("defaults", "ok 134217728 512 65536 2"),
           ("mkdirs /flume/events", "ok"),
           ("create /flume/events/a", "ok yes"),
           ("create /flume/events/a", "error exists: create /flume/events/a: NameNode 127.0.0.1:"),
           ("info /flume/events/a", "ok f 640 hdfs 0"),
           ("info /none", "ok none"),
           ("ls /flume/events", "ok [f 640 hdfs 0 a]"),
           ("ls /none", "ok none"),
           ("blocks /flume/events/a", "ok 0 0"),
           ("blocks /none", "error not found: "),
           ("mkdirs /flume/events/a/x", "error wrong type: "),
           ("create /flume/events/a/x", "error wrong type: "),
           ("mkdirs /flume/events/a", "error exists: "),
           ("rename /flume/events/a /flume/events/b", "ok"),
           ("rename /flume/events/a /flume/events/c", "error not found: "),
           ("create /flume/events/a", "ok yes"),
           ("rename /flume/events/a /flume/events/b", "error exists: "),
           ("truncate /flume/events/a", "ok yes"),
           ("append /flume/events/a", "ok no block"),
           ("append /flume/events/a", "error busy: "),
           ("renew", "ok"),
           ("open /flume/c", "ok"),
           ("block /flume/c", f"ok 1 127.0.0.1 {hdfs.datanode_ports[0][0]}"),
           ("closed /flume/c", "ok no"),
           ("recover /flume/c", "ok"),
           ("closed /flume/c", "ok yes"),
           ("delete /flume/events/b", "ok yes"),
           ("delete /flume/events/b", "ok no"),
           ("chmod /flume/events", "ok"))
    seen = hdfs.listing("/flume")
    check(sorted(seen) == ["c", "events"] and seen["events"]["permission"] == "700", f"WebHDFS sees {seen}")

    expect(hdfs.port, "somebody",
           ("mkdirs /x", "error permission: mkdirs /x: NameNode 127.0.0.1:"),
           ("ls /flume/events", "error permission: "))
    expect(hdfs.web_port, server.SUPERUSER, ("mkdirs /x", "error unsupported: mkdirs /x: NameNode 127.0.0.1:"))

    check_lost_answers(hdfs)
    hdfs.namenode.kill()
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /x", "error refused: mkdirs /x: connect to 127.0.0.1:"), patience=2)
    hdfs.start_namenode()
    hdfs.wait_ready()
    expect(hdfs.port, server.SUPERUSER, ("mkdirs /x", "ok"), ("info /x", "ok d 755 hdfs 0"))
