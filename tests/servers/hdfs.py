"""A real HDFS for tests: one NameNode and any number of DataNodes, each a JVM of its own, on loopback.

    with Hdfs(folder, datanodes=1) as hdfs: ... hdfs.port, hdfs.web(...), hdfs.namenode.kill(), hdfs.start_namenode()

The jars come from Maven once and stay in a cache outside the tree (FLUME_TEST_CACHE, default ~/.cache/flume-cpp).
Everything is bounded in time, and every process is ended by its own pid.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = "3.3.6"
HOST = "127.0.0.1"
SUPERUSER = "hdfs"
READY_SECONDS = 180  # a busy machine starts JVMs slowly
STOP_SECONDS = 20

NAMENODE = "org.apache.hadoop.hdfs.server.namenode.NameNode"
DATANODE = "org.apache.hadoop.hdfs.server.datanode.DataNode"
# Without the last one WebHDFS answers 500.
JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true",
       "--add-opens=java.base/java.lang=ALL-UNNAMED"]


def missing(version=VERSION):
    """What keeps HDFS from being started here; None when nothing does."""
    for program in ("java", *(() if jars_folder(version).is_dir() else ("mvn",))):
        if not shutil.which(program):
            return f"no {program}"
    return None


def jars_folder(version=VERSION):
    cache = os.environ.get("FLUME_TEST_CACHE")
    return (Path(cache) if cache else Path.home() / ".cache" / "flume-cpp") / f"hdfs-{version}" / "lib"


def jars(version=VERSION):
    """The folder with Hadoop's jars; fetched by Maven when it is not there yet."""
    folder = jars_folder(version)
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent))
        subprocess.run(["mvn", "-q", "-B", "-ntp", "-f", str(HERE / "hdfs" / "pom.xml"), f"-Dhadoop={version}",
                        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"],
                       check=True, timeout=900, stdin=subprocess.DEVNULL)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else was faster
            shutil.rmtree(fresh, ignore_errors=True)
    return folder


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind((HOST, 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def write_xml(path, keys):
    rows = "".join(f"<property><name>{key}</name><value>{value}</value></property>\n" for key, value in keys.items())
    path.write_text(f"<configuration>\n{rows}</configuration>\n")


class Node:
    """One JVM. Its output goes to `log`."""

    def __init__(self, command, log):
        self.log = log
        with open(log, "ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                            env={**os.environ, "HADOOP_USER_NAME": SUPERUSER}, cwd=log.parent)

    def end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def kill(self):
        self.end(signal.SIGKILL)

    def stop(self):
        self.end(signal.SIGTERM)


class Hdfs:
    NAMENODES = 1

    def __init__(self, folder, datanodes=1, version=VERSION, keys=None):
        self.folder = Path(folder)
        self.jars = jars(version)
        ports = free_ports(2 * self.NAMENODES + 3 * datanodes)
        self.namenode_ports = [ports[2 * i:2 * i + 2] for i in range(self.NAMENODES)]
        self.port, self.web_port = self.namenode_ports[0]
        others = ports[2 * self.NAMENODES:]
        self.datanode_ports = [others[i:i + 3] for i in range(0, len(others), 3)]
        self.conf = self.folder / "conf"
        self.namenode = None
        self.datanodes = []
        self._write_conf(keys or {})

    @property
    def default_fs(self):
        return f"hdfs://{HOST}:{self.port}"

    def client_keys(self):
        """What the hdfs-site.xml of a client must say of it."""
        return {}

    def _namenode_keys(self):
        return {"dfs.namenode.rpc-address": f"{HOST}:{self.port}", "dfs.namenode.http-address": f"{HOST}:{self.web_port}",
                "dfs.namenode.name.dir": self.folder / "name"}

    def _write_conf(self, keys):
        # The jar has no web pages, but the servers want their folders on the class path.
        for name in ("hdfs", "datanode", "secondary", "static"):
            (self.conf / "webapps" / name).mkdir(parents=True, exist_ok=True)
        (self.conf / "log4j.properties").write_text(
            "log4j.rootLogger=INFO,A\nlog4j.appender.A=org.apache.log4j.ConsoleAppender\nlog4j.appender.A.target=System.err\n"
            "log4j.appender.A.layout=org.apache.log4j.PatternLayout\nlog4j.appender.A.layout.ConversionPattern=%d %p %c{1} %m%n\n")
        count = len(self.datanode_ports)
        write_xml(self.conf / "core-site.xml", {"fs.defaultFS": self.default_fs,
                                                "hadoop.tmp.dir": self.folder / "tmp",
                                                "hadoop.http.staticuser.user": SUPERUSER})
        write_xml(self.conf / "hdfs-site.xml", {
            "dfs.replication": min(count, 3) or 1,
            **self._namenode_keys(),
            "dfs.namenode.safemode.extension": 0,
            "dfs.namenode.safemode.min.datanodes": count,
            "dfs.namenode.fs-limits.min-block-size": 1024,
            "dfs.namenode.datanode.registration.ip-hostname-check": "false",
            "dfs.namenode.handler.count": 4,
            # Of three nodes one with two connections is soon twice as busy as the others, and gets no block.
            "dfs.namenode.redundancy.considerLoad": "false",
            "dfs.namenode.heartbeat.recheck-interval": 1000,
            "dfs.heartbeat.interval": 1,
            "dfs.datanode.hostname": HOST,
            "dfs.datanode.handler.count": 3,
            "dfs.permissions.superusergroup": SUPERUSER,
            "dfs.client.block.write.locateFollowingBlock.initial.delay.ms": 10,
            **keys})

    def java(self, main, *arguments):
        return ["java", *JVM, "-cp", f"{self.conf}:{self.jars}/*", main, *map(str, arguments)]

    def start_namenode(self):
        self.namenode = Node(self.java(NAMENODE), self.folder / "namenode.log")

    def start_datanode(self, index):
        transfer, web, ipc = self.datanode_ports[index]
        node = Node(self.java(DATANODE, "-D", f"dfs.datanode.data.dir={self.folder}/data{index}",
                               "-D", f"dfs.datanode.address={HOST}:{transfer}", "-D", f"dfs.datanode.http.address={HOST}:{web}",
                               "-D", f"dfs.datanode.ipc.address={HOST}:{ipc}"), self.folder / f"datanode{index}.log")
        self.datanodes[index:index + 1] = [node]

    def restart_datanode(self, index):
        """Kills it if it lives, and comes back when the new one is registered: the NameNode counts a dead one as alive for a while."""
        if index < len(self.datanodes):
            self.datanodes[index].kill()
        log = self.folder / f"datanode{index}.log"
        before = log.stat().st_size
        self.start_datanode(index)
        until = time.monotonic() + READY_SECONDS
        while b"successfully registered with NN" not in log.read_bytes()[before:]:
            if time.monotonic() > until or self.datanodes[index].process.poll() is not None:
                raise RuntimeError(f"no registration: {log}")
            time.sleep(0.1)
        if all(node.process.poll() is None for node in self.datanodes):
            self.wait_ready()

    def _format(self, *options):
        with open(self.folder / "format.log", "wb") as log:
            subprocess.run(self.java(NAMENODE, *options, "-format", "-nonInteractive", "-force"), check=True, timeout=READY_SECONDS,
                           stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                           env={**os.environ, "HADOOP_USER_NAME": SUPERUSER})

    def _start_namenodes(self):
        self._format()
        self.start_namenode()

    def _nodes(self):
        return [node for node in (self.namenode, *self.datanodes) if node]

    def __enter__(self):
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._start_namenodes()
            for index in range(len(self.datanode_ports)):
                self.start_datanode(index)
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in reversed(self._nodes()):
            node.kill()

    def web(self, path, method="GET", timeout=20, port=None):
        """The JSON of a page of the NameNode (the one with this web `port`); an error is an answer as well."""
        request = urllib.request.Request(f"http://{HOST}:{port or self.web_port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.loads(error.read() or b"{}")

    def calls(self, name):
        """Calls of this method, or that ended with this exception, since the NameNode started: "AddBlock", "SafeModeException"."""
        beans = self.web(f"/jmx?qry=Hadoop:service=NameNode,name=RpcDetailedActivityForPort{self.port}")["beans"]
        return beans[0].get(f"{name}NumOps", 0) if beans else 0

    def datanode_counter(self, index, name):
        """A number of a DataNode's own activity: "FsyncCount"."""
        with urllib.request.urlopen(f"http://{HOST}:{self.datanode_ports[index][1]}/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity-*",
                                    timeout=20) as answer:
            return json.load(answer)["beans"][0][name]

    def listing(self, path):
        """{name: status} by WebHDFS."""
        answer = self.web(f"/webhdfs/v1{path}?op=LISTSTATUS&user.name={SUPERUSER}")
        return {entry["pathSuffix"]: entry for entry in answer["FileStatuses"]["FileStatus"]}

    def bean(self, name, port=None):
        """What the NameNode says of itself there; {} while it does not."""
        try:
            return self.web(f"/jmx?qry=Hadoop:service=NameNode,name={name}", timeout=5, port=port)["beans"][0]
        except (OSError, ValueError, KeyError, IndexError):
            return {}

    def is_ready(self, port=None):
        """Every DataNode lives, is heard of, and has told its space: blocks can be placed on it."""
        try:
            state = self.bean("FSNamesystemState", port)
            nodes = json.loads(self.bean("NameNodeInfo", port)["LiveNodes"])
        except (ValueError, KeyError):
            return False
        placeable = [node for node in nodes.values() if node["lastContact"] <= 2 and node["remaining"] > 0]
        return state.get("FSState") == "Operational" and len(placeable) == len(self.datanode_ports)

    def wait_ready(self):
        until = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            for node in self._nodes():
                if node.process.poll() is not None:
                    raise RuntimeError(f"ended with {node.process.returncode}: {node.log}\n" + node.log.read_text(errors="replace")[-2000:])
            if time.monotonic() > until:
                raise RuntimeError(f"HDFS is not ready after {READY_SECONDS} s: {self.namenode.log}")
            time.sleep(0.1)

    def shell(self, main, *arguments, timeout=60):
        """A command of Hadoop's own (org.apache.hadoop.fs.FsShell, ...hdfs.tools.DFSAdmin): (exit code, output)."""
        done = self._run_shell(main, arguments, subprocess.STDOUT, timeout)
        return done.returncode, done.stdout.decode(errors="replace")

    def content(self, *paths, timeout=120):
        """The bytes of these files, one behind the other, as Hadoop's own client reads them."""
        done = self._run_shell("org.apache.hadoop.fs.FsShell", ("-cat", *paths), subprocess.PIPE, timeout)
        if done.returncode != 0:
            raise AssertionError(f"fs -cat ended with {done.returncode}: " + done.stderr.decode(errors="replace")[-2000:])
        return done.stdout

    def _run_shell(self, main, arguments, stderr, timeout):
        return subprocess.run(self.java(main, *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr,
                              timeout=timeout, check=False, env={**os.environ, "HADOOP_USER_NAME": SUPERUSER})
