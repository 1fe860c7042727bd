"""The HDFS client's data path against real DataNodes: every byte is compared, by our own reader and by Hadoop's."""
import hashlib
import os
import signal
import sys
import time

from agent_process import ROOT
from case import check, endurance, limit, together
from hdfs_cluster import VERSIONS, Cluster, server

sys.path.append(os.path.join(ROOT, "tests", "servers"))
from hdfs_probe import Probe, pattern_md5  # noqa: E402  pylint: disable=wrong-import-position

MIB = 1 << 20
DFS_ADMIN = "org.apache.hadoop.hdfs.tools.DFSAdmin"


class Files:
    """What one client writes on one cluster, to be compared at the end."""

    def __init__(self, case, cluster, replication=3, timeout=60_000):
        """`timeout`: of the client's sockets in ms; heartbeats go twice as often. The DataNodes should have the same."""
        self.timeout = timeout
        self._cluster = cluster
        self.cluster = cluster.hdfs
        self.replication = replication
        self.log_sizes = {node.log: node.log.stat().st_size for node in self.cluster.datanodes}
        self.probe = Probe(self.cluster.port)
        case.at_end(self.probe.kill)
        self.lengths = {}

    def close(self):
        self.probe.kill()
        self._cluster.close()

    def begin(self, path, **settings):
        settings = {"replication": self.replication, "timeout": self.timeout, **settings}
        answer = self.probe.expect("ok ", "begin", path, **settings)
        self.lengths[path] = int(answer.split()[1])

    def more(self, path, size, replicas=None, **settings):
        self.probe.begin("more", path, bytes=size, **settings)
        self.written(path, size, replicas)

    def written(self, path, size, replicas=None):
        """The answer to a `more` that was begun."""
        words = self.probe.answer().split()
        self.lengths[path] += size
        check(words[:2] == ["ok", str(self.lengths[path])], f"{path}: {' '.join(words)} instead of {self.lengths[path]} bytes")
        check(replicas in (None, int(words[3])), f"{path}: {words[3]} nodes in the pipeline instead of {replicas}")

    def end(self, path):
        self.probe.expect(f"ok {self.lengths[path]}", "end", path)

    def write(self, path, size, more=None, **settings):
        self.begin(path, **settings)
        self.more(path, size, **(more or {}))
        self.end(path)

    def expect_read(self, path):
        self.probe.expect(f"ok {self.lengths[path]}", "read", path)

    def expect_all(self):
        """Every file, read by our client and by Hadoop's."""
        for path in self.lengths:
            self.expect_read(path)
        content = self.cluster.content(*self.lengths)
        check(len(content) == sum(self.lengths.values()), f"fs -cat: {len(content)} bytes instead of {self.lengths}")
        check(hashlib.md5(content).hexdigest() == pattern_md5(*self.lengths.values()), "fs -cat: other bytes")

    def expect_quiet_datanodes(self):
        """Nothing that we did without a fault was an error to them."""
        for node in self.cluster.datanodes:
            said = node.log.read_bytes()[self.log_sizes[node.log]:].decode(errors="replace")
            errors = [line for line in said.splitlines() if " ERROR " in line]
            check(not errors, f"{node.log.name}: {errors[:5]}")

    def pipeline(self, path):
        """The indices of the DataNodes that hold the last block of an open file, in any order."""
        ports = [int(port) for port in self.probe.expect("ok ", "nodes", path).split()[1:]]
        transfer_ports = [ports_of_node[0] for ports_of_node in self.cluster.datanode_ports]
        return [transfer_ports.index(port) for port in ports]


# Files as they come.

def write_plain(files):
    files.write("/empty", 0)
    files.write("/one", 1)
    files.write("/blocks", 5 * MIB + 123, more={"piece": 1000})
    files.write("/flushed", 300_000, more={"piece": 77, "flush": 7777})
    files.write("/full", MIB, more={"flush": MIB // 2})


def write_checksums(files):
    for kind in ("crc32", "crc32c", "none"):
        for chunk in (512, 4096):
            path = f"/{kind}-{chunk}"
            files.write(path, 1_200_000, more={"piece": 5000, "flush": 100_001}, checksum=kind, chunk=chunk)
            append(files, path, 3000, {"piece": 10, "flush": 10}, checksum=kind, chunk=chunk)


def append(files, path, size, more, **settings):
    before = files.lengths[path]
    files.begin(path, append=1, **settings)
    check(files.lengths[path] == before, f"{path}: append begins at {files.lengths[path]} instead of {before}")
    files.more(path, size, **more)
    files.end(path)


APPENDED_SIZES = (0, 1, 1000, 1024, 126 * 512, MIB - 1, MIB)


def write_appended(files, steps=97):
    """To a partial chunk, whole chunks, a full block, a full packet and an empty file."""
    for size in APPENDED_SIZES:
        path = f"/append-{size}"
        files.write(path, size)
        append(files, path, 20_000, {"piece": steps, "flush": steps})
        append(files, path, 3, {"sync": 3})
        append(files, path, 1_500_000, {})


def write_cut(files):
    files.write("/cut", 2 * MIB + 700)
    for length in (2 * MIB + 512, 2 * MIB, MIB + 1000):
        files.probe.expect("ok", "cut", "/cut", length=length)
        files.lengths["/cut"] = length
        files.expect_read("/cut")
    append(files, "/cut", 5000, {"flush": 999})


def check_visible(files):
    """What was flushed is there for others before the file is closed; what was synced has its length in the listing."""
    files.begin("/open", block=MIB)
    files.more("/open", 100_000, flush=100_000, replicas=files.replication)
    content = files.cluster.content("/open")
    check(hashlib.md5(content).hexdigest() == pattern_md5(100_000), f"fs -cat sees {len(content)} flushed bytes")
    files.more("/open", 50_001, sync=50_001)
    seen = files.cluster.listing("/open")[""]["length"]
    check(seen == 150_001, f"the listing says {seen} after a sync")
    files.expect_read("/open")  # by the length that the NameNode knows
    files.more("/open", MIB, piece=10_000)
    files.end("/open")


def expect_syncs(files, count):
    """So many times at least each DataNode was told to sync. They renew what they show of it every 10 s, if nobody asks more often."""
    for _ in range(5):
        time.sleep(12)
        seen = [files.cluster.datanode_counter(index, "FsyncCount") for index in range(len(files.cluster.datanodes))]
        if min(seen) >= count:
            return
    check(False, f"{count} syncs, the DataNodes count {seen}")


def check_abandoned(files):
    """A client dies: another one finishes its file, and all that was flushed is in it."""
    files.begin("/abandoned", block=MIB)
    files.more("/abandoned", 123_456, flush=123_456)
    files.probe.expect("ok", "drop", "/abandoned")
    files.probe.expect("ok", "finish", "/abandoned")


def check_other_chunks(files):
    """A replica keeps the chunks that it was begun with."""
    files.write("/chunks", 1000)
    files.probe.expect("ok ", "begin", "/chunks", append=1, chunk=4096, timeout=files.timeout)
    answer = files.probe.ask("more", "/chunks", bytes=1, flush=1)
    check(answer.startswith("error ") and "blk_" in answer, answer)
    files.probe.expect("ok", "drop", "/chunks")
    files.probe.expect("ok", "finish", "/chunks")


# Faults.

def kill_two(files, path, first):
    """Two of three nodes die while a block is being written; the file is whole with the third."""
    files.begin(path, block=8 * MIB, replace="never")
    files.more(path, 3 * MIB, replicas=3, flush=3 * MIB)
    nodes = files.pipeline(path)
    dying = nodes[first:] + nodes[:first]
    files.probe.begin("more", path, bytes=2 * MIB, piece=1000, flush=10_000)
    files.cluster.datanodes[dying[0]].kill()
    files.written(path, 2 * MIB)
    files.more(path, 1, replicas=2, flush=1)
    files.cluster.datanodes[dying[1]].kill()
    files.more(path, 1 * MIB, replicas=1, flush=MIB)
    files.end(path)
    for index in dying[:2]:
        files.cluster.restart_datanode(index)


def replace_dead(files, path):
    """A node dies, and another one takes its place: the block is copied to it."""
    files.begin(path, block=8 * MIB, replication=2, replace="always")
    files.more(path, 3 * MIB + 77, replicas=2, flush=3 * MIB + 77)
    dead = files.pipeline(path)[0]
    files.cluster.datanodes[dead].kill()
    files.more(path, 2 * MIB, replicas=2, flush=MIB)
    check(dead not in files.pipeline(path), f"the dead node {dead} is still in the pipeline")
    files.end(path)
    files.cluster.restart_datanode(dead)


def stop_one(files, path, place):
    """A node that hangs is left out when the socket timeout has passed."""
    files.begin(path, block=8 * MIB, replace="never")
    files.more(path, MIB, replicas=3, flush=MIB)
    hanging = files.pipeline(path)[place]
    process = files.cluster.datanodes[hanging].process
    process.send_signal(signal.SIGSTOP)
    try:
        files.more(path, MIB, replicas=2, flush=100_000)
        files.end(path)
    finally:
        process.send_signal(signal.SIGCONT)
    files.cluster.wait_ready()


def restart_namenode(files, path):
    """Bytes of the present block go on without a NameNode; a new block waits for it."""
    files.begin(path, block=MIB)
    files.more(path, MIB // 2, flush=MIB // 2)
    files.cluster.namenode.kill()
    files.more(path, 1000, flush=1000)
    files.probe.begin("more", path, bytes=3 * MIB, flush=MIB)
    files.cluster.start_namenode()
    files.cluster.wait_ready()
    files.written(path, 3 * MIB)
    files.end(path)


def wait_out_safe_mode(files, path):
    files.begin(path, block=MIB)
    files.more(path, MIB // 2, flush=MIB // 2)
    safe_mode(files, "enter")
    files.more(path, 1000, flush=1000)
    files.probe.begin("more", path, bytes=3 * MIB, flush=MIB)
    safe_mode(files, "leave")
    files.written(path, 3 * MIB)
    safe_mode(files, "enter")
    files.probe.begin("end", path)
    safe_mode(files, "leave")
    answer = files.probe.answer()
    check(answer.startswith("ok "), f"close after the safe mode: {answer}")


def safe_mode(files, verb):
    code, output = files.cluster.shell(DFS_ADMIN, "-safemode", verb)
    check(code == 0, f"dfsadmin -safemode {verb}", output)


def restart_datanode(files, path):
    """A lone node says that it will be back; it is waited for. With others, these go on."""
    files.begin(path, block=8 * MIB, replace="never")
    files.more(path, MIB, flush=MIB)
    index = files.pipeline(path)[0]
    code, output = files.cluster.shell(DFS_ADMIN, "-shutdownDatanode", f"{server.HOST}:{files.cluster.datanode_ports[index][2]}", "upgrade")
    check(code == 0, "dfsadmin -shutdownDatanode", output)
    files.probe.begin("more", path, bytes=MIB, flush=100_000)
    files.cluster.datanodes[index].process.wait(60)
    files.cluster.restart_datanode(index)
    files.written(path, MIB)
    files.end(path)


@together("hdfs")
@limit(120)
def test_files_on_one_datanode(case):
    files = Files(case, Cluster.of_group(case), 1)
    write_plain(files)
    write_appended(files)
    write_cut(files)
    check_visible(files)
    files.expect_all()
    files.expect_quiet_datanodes()


@together("hdfs")
@limit(120)
def test_one_of_three_datanodes_dies(case):
    files = Files(case, Cluster.of_group(case))
    files.write("/calm", 2 * MIB + 5, more={"piece": 777, "flush": 50_000})
    kill_two(files, "/killed", 0)
    files.expect_all()


@endurance
@limit(900)
def test_files_in_both_versions(case):
    for version in VERSIONS:
        for datanodes in (1, 3):
            files = Files(case, Cluster(case, datanodes, version), datanodes)
            write_plain(files)
            write_checksums(files)
            write_appended(files, steps=7)
            write_cut(files)
            check_visible(files)
            files.expect_quiet_datanodes()
            check_abandoned(files)
            check_other_chunks(files)
            files.expect_all()
            expect_syncs(files, 1 + len(APPENDED_SIZES))
            files.close()


@endurance
@limit(1800)
def test_faults_in_both_versions(case):
    for version in VERSIONS:
        files = Files(case, Cluster(case, 3, version, {"dfs.client.socket-timeout": 4000}), timeout=4000)
        for place in range(3):
            kill_two(files, f"/killed-{place}", place)
            stop_one(files, f"/stopped-{place}", place)
            replace_dead(files, f"/replaced-{place}")
        restart_namenode(files, "/namenode")
        wait_out_safe_mode(files, "/safe-mode")
        restart_datanode(files, "/restarted-of-three")
        files.expect_all()
        files.close()
        files = Files(case, Cluster(case, 1, version), 1)
        restart_datanode(files, "/restarted")
        files.expect_all()
        files.close()
