"""One run of one workload on one agent, seen from outside: /metrics, /proc and the files that it leaves."""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tools"), str(TOP / "tests" / "servers")]
import java_flume  # noqa: E402
from agent_process import AgentProcess  # noqa: E402
from workloads import VERIFY, write_input  # noqa: E402

SHM = "/dev/shm"
LOAD = TOP / "build" / "release" / "benchmarks" / "network" / "network_load"
DISK = os.environ.get("FLUME_BENCHMARK_DISK", "/var/tmp")
AGENTS = ("Apache Flume 1.11.0", "flume-cpp")
JAVA, OURS = range(2)
HEAP = "1g"
LIMIT_SECONDS = 180
POLL_SECONDS = 0.03
WARM_UP = 0.3           # of the events come before the first of the two readings
SHORTEST_WINDOW = 0.3   # seconds


class Wrong(Exception):
    """The run is worth nothing; the message says why."""


def agent_for(side, text, work):
    if side == JAVA:
        return java_flume.Agent(text, folder=work, level="WARN", heap=HEAP, jvm=(), fixed=False)
    conf = work / "flume.conf"
    conf.write_text(text, encoding="utf-8")
    return AgentProcess(str(work), str(conf), name="a1", options=(f"-Dflume.state.dir={work}/state",))


class Feed:
    """Where the events of a network workload come from: a program, or an agent of the same kind."""

    def __init__(self, workload, side, events, port, work):
        self.agent = self.program = None
        if workload.load:
            words = [word.replace("{port}", str(port)).replace("{events}", str(events)) for word in workload.load]
            self.program = subprocess.Popen([str(LOAD), *words])
        elif workload.sender:
            folder = work / "sender"
            folder.mkdir()
            self.agent = agent_for(side, workload.sending_configuration(events, port), folder)
            self.agent.start()

    def cpu_seconds(self):
        return self.agent.cpu_seconds() if self.agent else 0

    def peak_kib(self):
        return self.agent.peak_kib() if self.agent else 0

    def end(self):
        for process in filter(None, (self.program, self.agent and self.agent.process)):
            if process.poll() is None:
                process.kill()
            process.wait()


class Together:
    """An agent and what feeds it, as one thing that is measured."""

    def __init__(self, agent, feed):
        self.agent, self.feed = agent, feed
        self.process, self.metrics = agent.process, agent.metrics

    def cpu_seconds(self):
        return self.agent.cpu_seconds() + self.feed.cpu_seconds()

    def peak_kib(self):
        return self.agent.peak_kib() + self.feed.peak_kib()


def wait_port(agent, port):
    until = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < until and agent.process.poll() is None:
        with socket.socket() as peer:
            if peer.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Wrong(f"nobody listens on port {port}")


def read_counters(agent):
    channel = agent.metrics().get("CHANNEL.c1", {})
    return {name: int(channel.get(name, 0)) for name in ("EventPutSuccessCount", "EventTakeSuccessCount", "ChannelSize")}


def follow(agent, counter, events):
    """[(time, count, CPU seconds)] until all events are counted."""
    readings = []
    until = time.monotonic() + LIMIT_SECONDS
    while True:
        if agent.process.poll() is not None:
            raise Wrong(f"ended with exit code {agent.process.returncode}")
        if time.monotonic() > until:
            raise Wrong(f"{readings[-1][1] if readings else 0} of {events} events after {LIMIT_SECONDS} s")
        count = read_counters(agent)[counter]
        readings.append((time.monotonic(), count, agent.cpu_seconds()))
        if count >= events:
            return readings
        time.sleep(POLL_SECONDS)


def window(readings, events):
    """The two readings between which is measured: after the warm-up, and the last before the end, since the end itself is seen late."""
    warm = next(row for row in readings if row[1] >= WARM_UP * events)
    last = readings[-2] if len(readings) > 1 else readings[-1]
    if last[0] - warm[0] < SHORTEST_WINDOW or last[1] <= warm[1]:
        return None
    return warm, last


def one_run(workload, side, seconds):
    """A row. Raises Wrong when a single event is missing or too many."""
    events = workload.events(side, seconds)
    work = Path(tempfile.mkdtemp(prefix="flume-bench-", dir=SHM))
    disk = Path(tempfile.mkdtemp(prefix="flume-bench-", dir=DISK if workload.is_on_disk else SHM))
    agent = feed = None
    port = java_flume.free_port()
    try:
        total = write_input(work / "input", events) if workload.reads_input else 0
        agent = agent_for(side, workload.configuration(events, work, disk, port), work)
        load = os.getloadavg()[0]
        begin = time.monotonic()
        agent.start()
        if workload.load or workload.sender:
            wait_port(agent, port)
        feed = Feed(workload, side, events, port, work)
        measured_agent = Together(agent, feed)
        readings = follow(measured_agent, "EventTakeSuccessCount" if workload.sink else "EventPutSuccessCount", events)
        cpu, peak = measured_agent.cpu_seconds(), measured_agent.peak_kib()
        counters = read_counters(agent)  # once more: nothing may come after the last event
        agent.stop(60)
        expected = {"EventPutSuccessCount": events, "EventTakeSuccessCount": events if workload.sink else 0, "ChannelSize": 0 if workload.sink else events}
        # Of what has left the channel the size is told a little later.
        if any(counters[name] != expected[name] for name in expected if name != "ChannelSize" or not workload.sink):
            raise Wrong(f"counters {counters} instead of {expected}")
        if workload.output and (wrong := VERIFY[workload.output](disk, events, total)):
            raise Wrong(wrong)
        measured = window(readings, events)
        row = {"workload": workload.name, "agent": AGENTS[side], "events": events, "total_s": round(readings[-1][0] - begin, 2), "peak_mib": peak // 1024,
               "cpu_us_whole": cpu / events * 1e6, "load": round(load, 1), "is_short": measured is None}
        if measured:
            (from_time, from_count, from_cpu), (to_time, to_count, to_cpu) = measured
            row |= {"events_per_s": (to_count - from_count) / (to_time - from_time), "cpu_us": (to_cpu - from_cpu) / (to_count - from_count) * 1e6}
        else:
            first = next(row for row in readings if row[1])
            seen = readings[-1][0] - first[0]
            # Done before it could be looked at twice: with its start, then, which is to its disadvantage.
            row |= {"events_per_s": (events - first[1]) / seen if seen > POLL_SECONDS and first[1] < events else events / row["total_s"], "cpu_us": row["cpu_us_whole"]}
        return row
    except Wrong as error:
        log = Path(agent.log_path).read_text(encoding="utf-8", errors="replace")[-2000:] if agent and os.path.exists(agent.log_path) else ""
        raise Wrong(f"{workload.name} on {AGENTS[side]}: {error}\n{log}") from error
    finally:
        if feed is not None:
            feed.end()
        if agent is not None and agent.process is not None and agent.process.poll() is None:
            agent.process.kill()
            agent.process.wait()
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)


def syncs_per_second(seconds=1.0):
    """(per second, median in microseconds) of overwriting 4 KiB and fdatasync, one after the other: what the disk allows to a
    transaction that waits alone."""
    with tempfile.NamedTemporaryFile(dir=DISK) as file:
        number = file.fileno()
        os.pwrite(number, b"\0" * (1 << 20), 0)
        os.fsync(number)
        times, begin = [], time.monotonic()
        while time.monotonic() < begin + seconds:
            started = time.monotonic()
            os.pwrite(number, b"x" * 4096, (len(times) % 256) * 4096)
            os.fdatasync(number)
            times.append(time.monotonic() - started)
        return len(times) / (time.monotonic() - begin), statistics.median(times) * 1e6
