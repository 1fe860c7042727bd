#!/usr/bin/env python3
"""What writing to HDFS costs: benchmarks/hdfs.py [--rounds N] [--mib N] [--no-java]. Prints a JSON list of rows.

A throw-away cluster (tests/servers/hdfs.py) with its data on tmpfs, its JVMs with their usual settings (1 GiB, both compilers).
Client: one file, written in pieces, through our client and in turn through Hadoop's own (benchmarks/hdfs/HdfsLoad.java, warmed up).
Sink: batches of 1000 events of 250 B, a flush for each batch. Agent: stress -> memory -> hdfs, and the same with the null sink.
Best of the rounds for rates and CPU, the median for latencies. CPU is that of the client's process: user time and, in brackets,
user and system time. `nice -n -10` in front of it keeps others of a shared machine away as far as that goes.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tools"), str(TOP / "tests" / "servers")]
import hdfs as servers  # noqa: E402
from agent_process import AgentProcess  # noqa: E402

LOAD = Path(os.environ.get("FLUME_HDFS_LOAD", TOP / "build" / "release" / "benchmarks" / "hdfs" / "hdfs_load"))
LIMIT = 300  # seconds of one run
EVENT = 250
JVM = ["-Xmx1g", "-Djava.net.preferIPv4Stack=true", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
# Each open file keeps a whole block's space on its DataNode.
MANY_FILES = {"dfs.blocksize": 16 << 20}

AGENT = """\
a1.sources = r1
a1.channels = c1
a1.sinks = k1
a1.sources.r1.type = stress
a1.sources.r1.size = 249
a1.sources.r1.batchSize = {batch}
a1.sources.r1.maxTotalEvents = {events}
a1.sources.r1.channels = c1
a1.channels.c1.type = memory
a1.channels.c1.capacity = 100000
a1.channels.c1.transactionCapacity = 10000
a1.sinks.k1.channel = c1
"""
HDFS_SINK = """\
a1.sinks.k1.type = hdfs
a1.sinks.k1.hdfs.path = hdfs://127.0.0.1:{port}{path}
a1.sinks.k1.hdfs.fileType = DataStream
"""
ONE_FILE = """\
a1.sinks.k1.hdfs.rollInterval = 0
a1.sinks.k1.hdfs.rollSize = 0
a1.sinks.k1.hdfs.rollCount = 0
a1.sinks.k1.hdfs.batchSize = 1000
"""
NULL_SINK = "a1.sinks.k1.type = null\na1.sinks.k1.batchSize = 1000\n"


class Cluster(servers.Hdfs):
    """Servers as they run elsewhere, not as small ones for tests."""

    paths = 0

    def java(self, main, *arguments):
        return ["java", *JVM, "-cp", f"{self.conf}:{self.jars}/*", main, *map(str, arguments)]

    def fresh_path(self):
        Cluster.paths += 1
        return f"/load{Cluster.paths}"

    def remove(self, path):
        self.web(f"/webhdfs/v1{path}?op=DELETE&recursive=true&user.name={servers.SUPERUSER}", method="DELETE")

    def measured(self, command, path, environment=None):
        """The JSON object that a program prints last; its file is removed."""
        done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=LIMIT,
                              text=True, env={**os.environ, "HADOOP_USER_NAME": servers.SUPERUSER, **(environment or {})}, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        self.remove(path)
        return json.loads(done.stdout.strip().splitlines()[-1])

    def ours(self, verb, *arguments, environment=None):
        path = self.fresh_path()
        return self.measured([LOAD, servers.HOST, self.port, verb, path, *arguments], path, environment)

    def hadoop(self, verb, *arguments):
        path = self.fresh_path()
        return self.measured(self.java(str(TOP / "benchmarks" / "hdfs" / "HdfsLoad.java"), verb, path, *arguments), path)


def best(runs):
    """The highest rate, and the CPU of the run with the least; of latencies the medians."""
    if "p50_us" in runs[0]:
        return {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    least = min(runs, key=lambda run: run["cpu_seconds"])
    return {**least, "seconds": min(run["seconds"] for run in runs)}


def row(what, ours, other="", ratio=""):
    return {"what": what, "flume-cpp": ours, "other": other, "ratio": ratio}


def in_turn(rounds, *measures):
    """Each measure's best of the rounds; what is compared takes turns."""
    results = [[] for _ in measures]
    for _ in range(rounds):
        for result, measure in zip(results, measures):
            result.append(measure())
    return [best(runs) for runs in results]


def write_rows(cluster, options):
    size = options.mib << 20
    rows, rates = [], []
    for piece in (64 << 10, 256 << 10):
        measures = [lambda piece=piece: cluster.ours("write", size, piece)]
        if not options.no_java:
            measures.append(lambda piece=piece: cluster.hadoop("write", size, piece))
        ours, *others = in_turn(options.rounds, *measures)
        rates.append(size / ours["seconds"] / 1e6)

        def told(run):
            cpu = f"{run['cpu_seconds'] * (1 << 30) / size:.2f} s"
            if "user_seconds" in run:
                cpu = f"{run['user_seconds'] * (1 << 30) / size:.2f} ({cpu.removesuffix(' s')}) s"
            return f"{size / run['seconds'] / 1e6:.0f} MB/s, {cpu} CPU per GiB"
        ratio = f"{others[0]['seconds'] / ours['seconds']:.2f} x rate, {others[0]['cpu_seconds'] / ours['cpu_seconds']:.2f} x less CPU" if others else ""
        rows.append(row(f"client, pieces of {piece >> 10} KiB", told(ours), told(others[0]) if others else "", ratio))
    return rows, max(rates)


def per_event(run):
    return f"{run['user_seconds'] / run['events'] * 1e9:.0f} ({run['cpu_seconds'] / run['events'] * 1e9:.0f}) ns CPU per event"


def sink_rows(cluster, options, loop_rate):
    events = (options.mib << 20) // EVENT
    (one,) = in_turn(options.rounds, lambda: cluster.ours("sink", events, 1000))
    rate = one["events"] * EVENT / one["seconds"] / 1e6
    rows = [row("sink, one file", f"{rate:.0f} MB/s, {one['events'] / one['seconds'] / 1e6:.2f} M events/s, {per_event(one)}", "",
                f"{rate / loop_rate:.2f} of the client's rate")]
    folder = cluster.folder / "many_files"
    folder.mkdir()
    servers.write_xml(folder / "hdfs-site.xml", MANY_FILES)
    many = cluster.ours("sink", 200_000, 1000, 200, environment={"HADOOP_CONF_DIR": str(folder)})
    rows.append(row("sink, 200 open files, each in every batch", f"{many['rss_kib'] / 1024:.0f} MiB resident, {many['peak_kib'] / 1024:.0f} MiB at most; "
                    f"{many['events'] / many['seconds'] / 1e3:.0f} k events/s"))
    return rows


def cpu_of(pid):
    """User, user and system seconds of all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system = (int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:13])
    return user, user + system


def run_agent(cluster, text, events, path=None):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        conf = os.path.join(folder, "flume.conf")
        Path(conf).write_text(text, encoding="ascii")
        agent = AgentProcess(folder, conf, name="a1", options=(f"-Dflume.state.dir={folder}/state",),
                             environment={**os.environ, "HADOOP_USER_NAME": servers.SUPERUSER}).start()
        try:
            seen = []

            def done():
                now = agent.counter("CHANNEL.c1", "EventTakeSuccessCount")
                if now:
                    seen.append((time.monotonic(), now))
                return now >= events
            agent.wait(done, LIMIT, f"{events} events taken")
            user, cpu = cpu_of(agent.pid)
            (begin, before), (end, after) = seen[0], seen[-1]
            resident, _ = agent.memory_kib()
            rate = (after - before) / (end - begin) if end - begin > 0.2 else 0
            return {"events": events, "seconds": events / rate if rate else 0, "user_seconds": user, "cpu_seconds": cpu, "rss_kib": resident}
        finally:
            agent.stop(60)
            if path:
                cluster.remove(path)


def agent_rows(cluster, options, loop_rate):
    events = (options.mib << 20) // EVENT // 1000 * 1000
    source = AGENT.format(batch=1000, events=events)

    def to_hdfs():
        path = cluster.fresh_path()
        return run_agent(cluster, source + HDFS_SINK.format(port=cluster.port, path=path) + ONE_FILE, events, path)
    hdfs, null = in_turn(options.rounds, to_hdfs, lambda: run_agent(cluster, source + NULL_SINK, events))
    rate = events * EVENT / hdfs["seconds"] / 1e6
    difference = {"events": events, **{key: hdfs[key] - null[key] for key in ("user_seconds", "cpu_seconds")}}
    rows = [row("agent: stress, memory channel, hdfs sink", f"{rate:.0f} MB/s, {events / hdfs['seconds'] / 1e6:.2f} M events/s, {per_event(hdfs)}, "
                f"{hdfs['rss_kib'] / 1024:.0f} MiB", "", f"{rate / loop_rate:.2f} of the client's rate"),
            row("the same without what it costs with the null sink", per_event(difference))]
    files = 200
    source = AGENT.format(batch=100, events=10 * files)

    def rolling():
        path = cluster.fresh_path()
        return run_agent(cluster, source + HDFS_SINK.format(port=cluster.port, path=path), 10 * files, path)
    (rolled,) = in_turn(options.rounds, rolling)
    rows.append(row("agent, nothing said about rolling: 10 events a file", f"{files / rolled['seconds']:.0f} files/s" if rolled["seconds"] else "too quick"))
    return rows


def flush_rows(cluster, options, nodes):
    rows = []
    for piece, count in ((4 << 10, 2000), (256 << 10, 1000)):
        measures = [lambda piece=piece, count=count: cluster.ours("flush", count, piece)]
        if not options.no_java:
            measures.append(lambda piece=piece, count=count: cluster.hadoop("flush", count, piece))
        ours, *others = in_turn(options.rounds, *measures)

        def told(run):
            return f"p50 {run['p50_us']:.0f} us, p99 {run['p99_us']:.0f} us"
        rows.append(row(f"flush of {piece >> 10} KiB, {nodes} DataNode{'s' if nodes > 1 else ''}", told(ours), told(others[0]) if others else "",
                        f"{others[0]['p50_us'] / ours['p50_us']:.2f} x p50, {others[0]['p99_us'] / ours['p99_us']:.2f} x p99" if others else ""))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mib", type=int, default=2048, help="of each file of the rates")
    parser.add_argument("--no-java", action="store_true", help="without Hadoop's own client")
    options = parser.parse_args()
    if why := servers.missing():
        sys.exit(f"no HDFS can be started here: {why}")
    rows = []
    for nodes in (1, 3):
        folder = Path(tempfile.mkdtemp(prefix="flume-hdfs-", dir="/dev/shm"))
        try:
            with Cluster(folder, datanodes=nodes) as cluster:
                for _ in range(2):  # the compiler of the servers' JVMs is at work in these
                    cluster.ours("write", 256 << 20, 64 << 10)
                if nodes == 1:
                    client, loop_rate = write_rows(cluster, options)
                    rows += client + sink_rows(cluster, options, loop_rate) + agent_rows(cluster, options, loop_rate)
                rows += flush_rows(cluster, options, nodes)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
