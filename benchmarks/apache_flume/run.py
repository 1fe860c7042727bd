#!/usr/bin/env python3
"""Runs Apache Flume 1.11.0 on fixed workloads, and another agent on the same configuration in turn.

    run.py                                           every workload, Apache Flume alone
    run.py stress_100 exec_file_roll                 only these
    run.py --agent 'build/release/bin/flume-ng agent' stress_100
                                                     alternates the two and prints the ratios

The other agent's command gets `-n a1 -f FILE --no-reload-conf -Dflume.monitoring.type=http
-Dflume.monitoring.port=PORT` appended. The other agent gets more events where it would be done too soon: compare rates and CPU per event. One JSON row a run:
  wall_s   from the first event seen (the channel's counter) to the last one delivered
  total_s  from the start of the process to the last event delivered
  cpu_s    user + system of the whole process up to then, a JVM's start-up included
  load     the machine's load average at the end: a row taken under load says little about rates
  count    what was delivered, counted at the destination; a run whose count is wrong fails
Output goes to /dev/shm, so that no disk is measured; that of *_disk to FLUME_BENCHMARK_DISK (default /var/tmp). Nothing else heavy
may run on the machine.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "parity"))
import apache_flume  # noqa: E402

CHANNEL = "a1.channels.c1.type = memory\na1.channels.c1.capacity = 100000\na1.channels.c1.transactionCapacity = 10000\n"
WIRING = "a1.sources = r1\na1.channels = c1\na1.sinks = k1\na1.sources.r1.channels = c1\na1.sinks.k1.channel = c1\n" + CHANNEL
SHM = Path("/dev/shm")
LIMIT = 180     # seconds that one run may take


def stress(batch, events, take=None):
    """stress -> memory -> null: the bare agent. The null sink counts nothing in Apache Flume, hence the channel's counters."""
    return {"events": events, "conf": lambda work: WIRING +
            f"a1.sources.r1.type = org.apache.flume.source.StressSource\na1.sources.r1.size = 200\na1.sources.r1.batchSize = {batch}\n"
            f"a1.sources.r1.maxTotalEvents = {events}\na1.sinks.k1.type = null\na1.sinks.k1.batchSize = {take or batch}\n",
            "delivered": None}


def lines_in(folder):
    """Whole lines in the files below `folder`; Hadoop's side files are not output."""
    count = 0
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.endswith(".crc"):
            with open(path, "rb") as file:
                while block := file.read(1 << 20):
                    count += block.count(b"\n")
    return count


def exec_file_roll(events):
    """exec (cat of 200-byte lines) -> memory -> file_roll."""
    return {"events": events, "input": True, "conf": lambda work: WIRING +
            f"a1.sources.r1.type = exec\na1.sources.r1.command = cat {work}/input\na1.sources.r1.batchSize = 1000\n"
            f"a1.sinks.k1.type = file_roll\na1.sinks.k1.sink.directory = {work}/out\na1.sinks.k1.sink.rollInterval = 0\na1.sinks.k1.sink.batchSize = 1000\n",
            "delivered": lambda work: lines_in(work / "out")}


def exec_hdfs_file(events):
    """exec -> memory -> hdfs sink on file://, DataStream, rolling off."""
    return {"events": events, "input": True, "conf": lambda work: WIRING +
            f"a1.sources.r1.type = exec\na1.sources.r1.command = cat {work}/input\na1.sources.r1.batchSize = 1000\n"
            f"a1.sinks.k1.type = hdfs\na1.sinks.k1.hdfs.path = file://{work}/out\na1.sinks.k1.hdfs.fileType = DataStream\na1.sinks.k1.hdfs.batchSize = 1000\n"
            "a1.sinks.k1.hdfs.rollInterval = 0\na1.sinks.k1.hdfs.rollSize = 0\na1.sinks.k1.hdfs.rollCount = 0\n",
            "delivered": lambda work: lines_in(work / "out")}


WORKLOADS = {"stress_1": stress(1, 2_000_000), "stress_1_take_100": stress(1, 2_000_000, 100), "stress_100": stress(100, 10_000_000), "stress_1000": stress(1000, 10_000_000),
             "exec_file_roll": exec_file_roll(2_000_000), "exec_file_roll_disk": exec_file_roll(2_000_000) | {"disk": True},
             "exec_hdfs_file": exec_hdfs_file(300_000)}

# A native agent is done with these before it can be measured: it gets more events on the same configuration.
OTHER_WORKLOADS = WORKLOADS | {"stress_1": stress(1, 10_000_000), "stress_1_take_100": stress(1, 20_000_000, 100), "stress_100": stress(100, 200_000_000), "stress_1000": stress(1000, 200_000_000),
                               "exec_file_roll": exec_file_roll(10_000_000), "exec_file_roll_disk": exec_file_roll(10_000_000) | {"disk": True},
                               "exec_hdfs_file": exec_hdfs_file(10_000_000)}


def write_input(path, events):
    """Lines of 200 bytes, newline included, each with its number."""
    with open(path, "wb") as file:
        for start in range(0, events, 10000):
            file.write(b"".join(b"%010d " % i + b"x" * 188 + b"\n" for i in range(start, min(start + 10000, events))))


def cpu_seconds(pid):
    """User and system time of one process, all its threads, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def counters(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as answer:
            return json.loads(answer.read())
    except (OSError, ValueError):
        return {}


def taken(metrics):
    return int(metrics.get("CHANNEL.c1", {}).get("EventTakeSuccessCount", 0))


def command(agent, work, port):
    """The command line of one run; agent None = Apache Flume."""
    options = ["-Dflume.monitoring.type=http", f"-Dflume.monitoring.port={port}"]
    rest = ["-n", "a1", "-f", str(work / "flume.conf"), "--no-reload-conf"]
    if agent is None:
        (work / "log4j2.xml").write_text(apache_flume.LOG4J2.format(pattern="%p %c{1} %m%n", loggers="", level="WARN"))
        return ["java", "-Xmx1g", "-Djava.net.preferIPv4Stack=true", *options, "-cp", f"{work}:{apache_flume.jars()}/*",
                "org.apache.flume.node.Application", *rest]
    return [*shlex.split(agent), *rest, *options]


def run(name, agent):
    """One run of one workload: a row, or SystemExit naming what went wrong."""
    workload = WORKLOADS[name] if agent is None else OTHER_WORKLOADS[name]
    events = workload["events"]
    work = Path(tempfile.mkdtemp(prefix="flume-bench-", dir=SHM))
    process = None
    disk = None
    try:
        if workload.get("disk"):
            disk = Path(tempfile.mkdtemp(prefix="flume-bench-", dir=os.environ.get("FLUME_BENCHMARK_DISK", "/var/tmp")))
            (work / "out").symlink_to(disk)
        else:
            (work / "out").mkdir()
        if workload.get("input"):
            write_input(work / "input", events)
        (work / "flume.conf").write_text(workload["conf"](work))
        port = apache_flume.free_port()
        with open(work / "log", "wb") as log:
            begin = time.monotonic()
            process = subprocess.Popen(command(agent, work, port), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        first = None
        while True:
            metrics = counters(port)
            now, count = time.monotonic(), taken(metrics)
            if count and first is None:
                first = (now, count)
            if count >= events:
                break
            if process.poll() is not None or now - begin > LIMIT:
                tail = (work / "log").read_text(errors="replace")[-2000:]
                raise SystemExit(f"{name}: {count} of {events} events after {now - begin:.0f} s\n{tail}")
            time.sleep(0.02)
        cpu = cpu_seconds(process.pid)
        peak = next(int(line.split()[1]) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        stop(process)
        count = workload["delivered"](work) if workload["delivered"] else taken(metrics)
        if count != events:
            raise SystemExit(f"{name}: delivered {count} of {events}")
        # The first look may come late: the rate counts only what was delivered after it.
        wall = now - first[0]
        rate = (events - first[1]) / wall if wall > 0.2 else events / (now - begin)
        return {"workload": name, "agent": agent or "Apache Flume 1.11.0", "events": events, "count": count, "wall_s": round(wall, 3),
                "total_s": round(now - begin, 3), "events_per_s": round(rate), "cpu_s": round(cpu, 2), "cpu_s_per_million": round(cpu * 1e6 / events, 3), "peak_rss_mb": peak // 1024,
                "load": round(os.getloadavg()[0], 1)}
    finally:
        if process is not None:
            stop(process)
        shutil.rmtree(work, ignore_errors=True)
        if disk is not None:
            shutil.rmtree(disk, ignore_errors=True)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agent", help="command of another agent, up to and including its verb")
    parser.add_argument("--no-java", action="store_true", help="only the other agent")
    parser.add_argument("--rounds", type=int, default=1, help="how often each workload is run per agent")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=" ".join(WORKLOADS))
    options = parser.parse_args()
    names = options.workloads or list(WORKLOADS)
    unknown = [name for name in names if name not in WORKLOADS]
    if unknown:
        raise SystemExit(f"unknown workload: {' '.join(unknown)}; there are {' '.join(WORKLOADS)}")
    for name in names:
        rows = []
        for _ in range(options.rounds):
            for agent in ([] if options.no_java else [None]) + ([options.agent] if options.agent else []):
                rows.append(run(name, agent))
                print(json.dumps(rows[-1]), flush=True)
        if options.agent and not options.no_java:
            java = [row for row in rows if row["agent"] != options.agent]
            other = [row for row in rows if row["agent"] == options.agent]
            print(json.dumps({"workload": name, "ratio": True,
                              "events_per_s": round(max(r["events_per_s"] for r in other) / max(r["events_per_s"] for r in java), 2),
                              "cpu_per_event": round(min(r["cpu_s_per_million"] for r in java) / max(min(r["cpu_s_per_million"] for r in other), 0.001), 2),
                              "peak_rss": round(min(r["peak_rss_mb"] for r in java) / max(min(r["peak_rss_mb"] for r in other), 1), 2)}), flush=True)


if __name__ == "__main__":
    main()
