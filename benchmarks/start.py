#!/usr/bin/env python3
"""What a start costs, as somebody outside the program sees it: benchmarks/start.py [--rounds N]. Prints a JSON list of rows.

version: from fork to exit of `flume-ng version`. first event: from fork of the agent to the first byte of an event in its file,
exec source -> memory channel -> hdfs sink (text). validate: from fork to exit, on a configuration of benchmarks/large_configuration.py.
memory: the walk-through (SequenceFile, 10 events a file) after 100,000 lines.
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

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))
from agent_process import BINARY, AgentProcess, wait_until  # noqa: E402
from large_configuration import large_configuration  # noqa: E402

LINES = 100_000
VALIDATED_LINES = 5_000
CONFIGURATION = """\
agent1.sources = source1
agent1.sinks = sink1
agent1.channels = channel1
agent1.sources.source1.type = exec
agent1.sources.source1.command = {command}
agent1.sources.source1.channels = channel1
agent1.channels.channel1.type = memory
agent1.channels.channel1.capacity = 100
agent1.channels.channel1.transactionCapacity = 100
agent1.channels.channel1.byteCapacityBufferPercentage = 20
agent1.sinks.sink1.type = hdfs
agent1.sinks.sink1.channel = channel1
agent1.sinks.sink1.hdfs.path = {output}
agent1.sinks.sink1.hdfs.filePrefix = events
"""


def agent_in(folder, command, more="", monitoring=False):
    output = os.path.join(folder, "out")
    path = os.path.join(folder, "flume.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(command=command, output=output) + more)
    agent = AgentProcess(folder, path, monitoring=monitoring, options=(f"-Dflume.state.dir={folder}/state",))
    return agent, output


def version_ms():
    started = time.monotonic()
    subprocess.run([BINARY, "version"], check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - started) * 1e3


def validate_ms():
    with tempfile.NamedTemporaryFile("w", dir="/dev/shm", suffix=".conf") as file:
        file.write(large_configuration(VALIDATED_LINES))
        file.flush()
        started = time.monotonic()
        subprocess.run([BINARY, "validate", "-f", file.name], check=True, stdout=subprocess.DEVNULL)
        return (time.monotonic() - started) * 1e3


def has_bytes(folder):
    try:
        with os.scandir(folder) as entries:
            return any(entry.stat().st_size > 0 for entry in entries)
    except FileNotFoundError:
        return False


def first_event_ms():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        agent, output = agent_in(folder, "yes event", "agent1.sinks.sink1.hdfs.fileType = DataStream\n")
        started = time.monotonic()
        agent.start()
        try:
            while not has_bytes(output):
                if time.monotonic() > started + 30:
                    raise agent.error("no event within 30 s")
            return (time.monotonic() - started) * 1e3
        finally:
            agent.process.kill()
            agent.process.wait()


def walk_through_mib():
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        lines = os.path.join(folder, "lines")
        with open(lines, "w", encoding="utf-8") as file:
            file.writelines(f"2026/01/01 00:00:00\tline {number} of some words\n" for number in range(LINES))
        agent, output = agent_in(folder, f"tail -n +1 -F {lines}", monitoring=True)
        agent.start()
        try:
            wait_until(lambda: agent.counter("SINK.sink1", "EventDrainSuccessCount") >= LINES, 120, f"{LINES} events delivered")
            with open(f"/proc/{agent.pid}/status", encoding="ascii") as file:
                highest = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        finally:
            agent.process.kill()
            agent.process.wait()
            shutil.rmtree(output, ignore_errors=True)
        return highest / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    rows = []
    for what, measure, times, unit in (("`flume-ng version`", version_ms, rounds, "ms"), (f"`flume-ng validate` of {VALIDATED_LINES:,} lines", validate_ms, rounds, "ms"),
                                       ("first event stored after the agent's start", first_event_ms, rounds, "ms"),
                                       ("peak RSS of the walk-through", walk_through_mib, 3, "MiB")):
        values = [measure() for _ in range(times)]
        rows.append({"what": what, "lowest": f"{min(values):.1f} {unit}", "median": f"{statistics.median(values):.1f} {unit}"})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
