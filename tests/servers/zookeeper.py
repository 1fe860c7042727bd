"""A real ZooKeeper for tests: one server of Debian's libzookeeper-java on loopback, and a client that makes nodes.

    with ZooKeeper(folder) as server: server.start(); server.put("/flume/a1", b"...")

Everything is bounded in time, and the server is ended by its own pid. Its port is the same over restarts.
"""
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

HOST = "127.0.0.1"
JARS = ("/usr/share/java/zookeeper.jar", "/usr/share/java/slf4j-simple.jar")
MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
READY_SECONDS = 180  # a busy machine starts JVMs slowly
STOP_SECONDS = 20
ANSWER_SECONDS = 20

CREATE, SET_DATA, CLOSE = 1, 5, -11
NODE_EXISTS = -110
EVERYBODY = (31, "world", "anyone")


def missing():
    """What keeps ZooKeeper from being started here; None when nothing does."""
    if not shutil.which("java"):
        return "no java"
    return next((f"no {jar} (Debian: libzookeeper-java)" for jar in JARS if not os.path.exists(jar)), None)


def text(value):
    encoded = value.encode()
    return struct.pack(">i", len(encoded)) + encoded


class Client:
    """One session that makes nodes and sets their data."""

    def __init__(self, port):
        self.socket = socket.create_connection((HOST, port), timeout=ANSWER_SECONDS)
        self._send(struct.pack(">iqiqi", 0, 0, 10_000, 0, 16) + bytes(16))
        self._receive()
        self.number = 0

    def _send(self, body):
        self.socket.sendall(struct.pack(">i", len(body)) + body)

    def _receive(self):
        def exactly(count):
            data = b""
            while len(data) < count:
                piece = self.socket.recv(count - len(data))
                if not piece:
                    raise RuntimeError("zookeeper closed the connection")
                data += piece
            return data
        return exactly(struct.unpack(">i", exactly(4))[0])

    def _ask(self, kind, body):
        """The error's number."""
        self.number += 1
        self._send(struct.pack(">ii", self.number, kind) + body)
        return struct.unpack(">iqi", self._receive()[:16])[2]

    def put(self, path, data, acl=EVERYBODY):
        """The node, made with all above it when it is not there."""
        for end in [i for i in range(1, len(path)) if path[i] == "/"] + [len(path)]:
            is_last = end == len(path)
            rights, scheme, who = acl if is_last else EVERYBODY
            content = data if is_last else b""
            error = self._ask(CREATE, text(path[:end]) + struct.pack(">i", len(content)) + content + struct.pack(">ii", 1, rights)
                              + text(scheme) + text(who) + struct.pack(">i", 0))
            if error == NODE_EXISTS and is_last:
                error = self._ask(SET_DATA, text(path) + struct.pack(">i", len(data)) + data + struct.pack(">i", -1))
            if error not in (0, NODE_EXISTS):
                raise RuntimeError(f"zookeeper: {path[:end]}: error {error}")

    def close(self):
        self._ask(CLOSE, b"")
        self.socket.close()


class ZooKeeper:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server((HOST, 0)) as probe:
            self.port = probe.getsockname()[1]
        self.log = self.folder / "zookeeper.log"
        self.process = None
        (self.folder / "zoo.cfg").write_text(
            f"tickTime=500\ninitLimit=20\nsyncLimit=10\ndataDir={self.folder}/data\nclientPort={self.port}\nclientPortAddress={HOST}\n"
            "admin.enableServer=false\n4lw.commands.whitelist=*\nmaxClientCnxns=0\n")

    @property
    def address(self):
        return f"{HOST}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", ":".join(JARS), MAIN,
                                             str(self.folder / "zoo.cfg")],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=self.folder)
        until = time.monotonic() + READY_SECONDS
        while b"Mode:" not in self._status():
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(f"zookeeper is not ready:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        return self

    def _status(self):
        try:
            with socket.create_connection((HOST, self.port), timeout=2) as connection:
                connection.sendall(b"srvr")
                return connection.recv(4096)
        except OSError:
            return b""

    def put(self, path, data, **settings):
        client = Client(self.port)
        try:
            client.put(path, data, **settings)
        finally:
            client.close()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
