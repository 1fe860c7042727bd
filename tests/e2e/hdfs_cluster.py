"""Agents that write to a real HDFS: the cluster, the agent's configuration for it, and what is in its files.

Hadoop's shell reads them where a test is about it; elsewhere WebHDFS does, which needs no new JVM.
"""
import copy
import json
import os
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from agent_process import ROOT, AgentProcess
from case import Skipped, check, walk_through
from sequence_file import read_records

sys.path.append(os.path.join(ROOT, "tests", "servers"))
import hdfs as server  # noqa: E402  pylint: disable=wrong-import-position
from hdfs_pair import HdfsPair  # noqa: E402  pylint: disable=wrong-import-position
from way import Way  # noqa: E402  pylint: disable=wrong-import-position

USER = "flume"
FS_SHELL = "org.apache.hadoop.fs.FsShell"
DFS_ADMIN = "org.apache.hadoop.hdfs.tools.DFSAdmin"
# Programs of Java that run on Hadoop's jars, from their source.
READ_SEQUENCE_FILES = os.path.join(ROOT, "tests", "servers", "hdfs", "ReadSequenceFiles.java")
KERBEROS_NAMENODE = os.path.join(ROOT, "tests", "servers", "hdfs", "KerberosNameNode.java")
VERSIONS = ("3.3.6", "3.4.3")
READY_SECONDS = 60


class Cluster:
    """An HDFS (of that `kind`) that ends with the test. `keys` are the servers'; the agent's are given to HdfsAgent."""

    @classmethod
    def of_group(cls, case):
        """The one of three DataNodes that the tests of the group `hdfs` have in common. Each leaves it as it was."""
        cluster = copy.copy(case.shared("hdfs", lambda group: cls(group, 3)))
        cluster.case = case
        return cluster

    def __init__(self, case, datanodes=1, version=server.VERSION, keys=None, kind=server.Hdfs):
        lacking = server.missing(version)
        if lacking:
            raise Skipped(lacking)
        self.case = case
        self.hdfs = kind(case.path(f"hdfs-{version}-{datanodes}"), datanodes, version, keys)
        case.at_end(self.hdfs.__exit__)
        self.hdfs.__enter__()

    def close(self):
        self.hdfs.__exit__()

    @property
    def uri(self):
        """What fs.defaultFS is."""
        return self.hdfs.default_fs

    # Hadoop's own commands.

    def shell(self, *arguments, main=FS_SHELL):
        code, output = self.hdfs.shell(main, *arguments)
        check(code == 0, f"{main} {' '.join(arguments)} ended with {code}", output)
        return output

    def admin(self, *arguments):
        return self.shell(*arguments, main=DFS_ADMIN)

    # By WebHDFS.

    def _call(self, path, operation, method="GET", **parameters):
        query = urllib.parse.urlencode({"op": operation, "user.name": server.SUPERUSER, **parameters})
        url = f"http://{server.HOST}:{self.hdfs.web_port}/webhdfs/v1{urllib.parse.quote(path)}?{query}"
        return self._open(urllib.request.Request(url, method=method))

    @staticmethod
    def _open(request):
        # Never through a proxy: the servers are here.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return answer.read()

    def make_folder(self, path, owner=USER):
        self._call(path, "MKDIRS", "PUT")
        self._call(path, "SETOWNER", "PUT", owner=owner)

    def set_quota(self, path, names=None, space=None):
        """-1: none."""
        keys = {"namespacequota": names, "storagespacequota": space}
        self._call(path, "SETQUOTA", "PUT", **{key: value for key, value in keys.items() if value is not None})

    def make_file(self, path, content=b""):
        where = json.loads(self._call(path, "CREATE", "PUT", noredirect="true"))["Location"]
        self._open(urllib.request.Request(where, content or None, method="PUT"))

    def delete(self, path):
        self._call(path, "DELETE", "DELETE", recursive="true")

    def content(self, path):
        return self._call(path, "OPEN")

    def names(self, folder):
        """Those of its entries; none when it is not there."""
        try:
            return sorted(self.hdfs.listing(folder))
        except KeyError:
            return []

    def finished(self, folder, prefix="events"):
        """Paths in the order of their numbers."""
        names = [name for name in self.names(folder) if re.fullmatch(rf"{prefix}\.\d+(-\d+)?", name)]
        return [f"{folder}/{name}" for name in sorted(names, key=lambda name: int(name.split(".")[1].split("-")[0]))]

    def in_use(self, folder):
        return [name for name in self.names(folder) if name.endswith(".tmp")]

    def text_lines(self, folder):
        lines = []
        for path in self.finished(folder):
            content = self.content(path)
            check(not content or content.endswith(b"\n"), f"{path} ends inside a line")
            lines += content.split(b"\n")[:-1]
        return lines

    def sequence_values(self, folder):
        values = []
        for path in self.finished(folder):
            local = self.case.write("sequence-file", self.content(path))
            values += [value for _, value in read_records(local)]
        return values


def hadoop_conf(folder, default_fs, keys):
    """core-site.xml and hdfs-site.xml (with `keys`) of an agent."""
    os.makedirs(folder, exist_ok=True)
    server.write_xml(Path(folder, "core-site.xml"), {"fs.defaultFS": default_fs})
    server.write_xml(Path(folder, "hdfs-site.xml"), keys)


class HdfsAgent:
    """exec -> memory -> hdfs on a cluster, in a folder of its own; its source follows `events`. `changes` as walk_through()'s."""

    def __init__(self, case, name, default_fs, hdfs_keys=None, user=USER, before=(), **changes):
        self.case, self.before = case, before
        self.folder = case.path(name)
        self.events = case.write(f"{name}/events", b"")
        self.out = f"/flume/{name}"
        hadoop_conf(self.folder, default_fs, hdfs_keys or {})
        self.follows_events = "sources__source1__command" not in changes
        changes = {"sources__source1__command": f"tail -F {self.events}", "sinks__sink1__hdfs__path": self.out,
                   "channels__channel1__capacity": "100000", **changes}
        self.conf_file = case.write(f"{name}/flume.conf", walk_through(case, **changes))
        self.environment = {**case.environment, "HADOOP_USER_NAME": user}
        self.process = None

    def start(self, waits=True):
        """`waits`: until its source follows the file."""
        self.process = AgentProcess(self.folder, self.conf_file, environment=self.environment, before=self.before,
                                    options=[f"-Dflume.state.dir={self.folder}/state"])
        self.case.at_end(self.process.kill)
        self.process.start()
        if not waits:
            return self
        self.process.wait_ready(("SOURCE.source1", "CHANNEL.channel1"), READY_SECONDS)
        if self.follows_events:
            self.process.wait_tail(self.events, READY_SECONDS)
        return self

    def lines(self):
        """What its source reads."""
        with open(self.events, "rb") as file:
            return file.read().split(b"\n")[:-1]

    def wait_delivered(self, count, sinks=("SINK.sink1",), seconds=60, what="delivery"):
        for sink in sinks:
            self.process.wait(lambda sink=sink: self.process.counter(sink, "EventDrainSuccessCount") >= count, seconds,
                              f"{sink}, {what}: {count} events")


__all__ = ["DFS_ADMIN", "FS_SHELL", "KERBEROS_NAMENODE", "READ_SEQUENCE_FILES", "USER", "VERSIONS", "Cluster", "HdfsAgent", "HdfsPair", "Way",
           "hadoop_conf", "server"]
