#!/usr/bin/env python3
"""Records what Hadoop's own client and a real HDFS say to each other: the golden bytes of src/clients/hdfs/golden.

    tests/servers/hdfs_recorder.py [VERSION]     writes them anew; its README tells what they are

The client talks to this program, which passes everything on: the NameNode has another port here, and the DataNode, which
gives 127.0.0.2 as its host name, has its own port at that address.
"""
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

import hdfs as server  # noqa: E402
from hdfs_probe import pattern  # noqa: E402
from way import Way  # noqa: E402

GOLDEN = ROOT / "src" / "clients" / "hdfs" / "golden"
WRITTEN_BYTES = 70 * 1024
READ_BYTES = 1000
HOST_NAME = "127.0.0.2"


class Recorder(Way):
    """A port of a server, at another place: what goes through is kept, in the order of the connections."""

    def __init__(self, server_port, address, port=0):
        self.seen = []
        super().__init__(server_port, port, address)

    def passes(self, connection, is_answer, data):
        while len(self.seen) <= connection:
            self.seen.append((bytearray(), bytearray()))
        self.seen[connection][is_answer] += data
        return True


def run_shell(cluster, namenode, *arguments):
    """Hadoop's own client, through the recorders."""
    command = cluster.java("org.apache.hadoop.fs.FsShell", "-D", "dfs.client.use.datanode.hostname=true",
                           "-fs", f"hdfs://{server.HOST}:{namenode.port}", *arguments)
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   env={**os.environ, "HADOOP_USER_NAME": server.SUPERUSER})


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def one_call(client, answers):
    """The connection's beginning and its first call; the answer to it."""
    at = 7  # the preamble
    for _ in range(2):  # connection context, call
        at += 4 + struct.unpack(">I", client[at:at + 4])[0]
    return client[:at], answers[:4 + struct.unpack(">I", answers[:4])[0]]


def without_data(written):
    """A write operation and its packets, each without its data: they are the pattern's."""
    length, at = varint(written, 3)
    at += length
    kept, offset = written[:at], 0
    while at < len(written):
        payload, header = struct.unpack(">IH", written[at:at + 6])
        data, = struct.unpack("<i", written[at + 6 + 20 + 1:at + 6 + 25]) if header >= 25 else (0,)
        lead = 6 + header + payload - 4 - data
        assert written[at + lead:at + lead + data] == pattern(offset + data)[offset:]
        kept += written[at:at + lead]
        at, offset = at + lead + data, offset + data
    return kept


def main():
    version = sys.argv[1] if len(sys.argv) > 1 else server.VERSION
    with tempfile.TemporaryDirectory() as folder, server.Hdfs(folder, 1, version, {"dfs.datanode.hostname": HOST_NAME}) as cluster:
        transfer = cluster.datanode_ports[0][0]
        namenode, datanode = Recorder(cluster.port, server.HOST), Recorder(transfer, HOST_NAME, transfer)
        for name, size in (("small", READ_BYTES), ("golden", WRITTEN_BYTES)):
            (Path(folder) / name).write_bytes(pattern(size))
            run_shell(cluster, namenode, "-put", "-d", str(Path(folder) / name), f"/{name}")
        run_shell(cluster, namenode, "-cat", "/small")
        run_shell(cluster, namenode, "-test", "-d", "/")
        _, write, read = datanode.seen
        call, answer = one_call(*namenode.seen[-1])
        GOLDEN.mkdir(exist_ok=True)
        call, answer = one_call(*namenode.seen[-1])
        for name, content in (("call.client", call), ("call.server", answer), ("write.client", without_data(write[0])),
                              ("write.server", write[1]), ("read.client", read[0]), ("read.server", read[1])):
            (GOLDEN / f"{name}.bin").write_bytes(content)
            print(f"{name}.bin: {len(content)} bytes")


if __name__ == "__main__":
    main()
