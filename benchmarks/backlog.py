#!/usr/bin/env python3
"""What a backlog in the file channel costs: benchmarks/backlog.py [--events N]... Prints a JSON list of rows.

An agent puts N events of 200 bytes that nobody takes (stress source, batches of 1000) and is killed; the next one has a sink and begins
with what is there. From fork to the first event delivered (as /metrics shows it, so 20 ms too much), memory before and
while it drains, and how fast it drains, all of it from a page cache as the first agent left it. FLUME_BENCH_FOLDER: where, default /var/tmp.
"""
import argparse
import json
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))
from agent_process import AgentProcess  # noqa: E402

FOLDER = os.environ.get("FLUME_BENCH_FOLDER", "/var/tmp")
CHANNEL = """\
agent1.channels = channel1
agent1.channels.channel1.type = file
agent1.channels.channel1.dataDirs = {folder}/data
agent1.channels.channel1.capacity = 1000000000
agent1.channels.channel1.transactionCapacity = 1000
"""
FILLS = """\
agent1.sources = source1
agent1.sources.source1.type = org.apache.flume.source.StressSource
agent1.sources.source1.channels = channel1
agent1.sources.source1.size = 200
agent1.sources.source1.batchSize = 1000
agent1.sources.source1.maxTotalEvents = {events}
"""
DRAINS = """\
agent1.sinks = sink1
agent1.sinks.sink1.type = null
agent1.sinks.sink1.channel = channel1
agent1.sinks.sink1.batchSize = 1000
agent1.sinks.sink1.logEveryNEvents = 1000000000
"""


def agent_in(folder, name, configuration):
    path = os.path.join(folder, f"{name}.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(configuration)
    return AgentProcess(folder, path, output=f"{name}.log", options=(f"-Dflume.state.dir={folder}/state",))


def measure(events):
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="flume-backlog-") as folder:
        channel = CHANNEL.format(folder=folder)
        filling = agent_in(folder, "fill", channel + FILLS.format(events=events)).start()
        try:
            begun = time.monotonic()
            filling.wait(lambda: filling.counter("CHANNEL.channel1", "EventPutSuccessCount") >= events, 3600, f"{events} events stored")
            filled = time.monotonic() - begun
            fill_peak = filling.peak_kib()
        finally:
            filling.kill()
        size = sum(entry.stat().st_size for entry in os.scandir(os.path.join(folder, "data")))
        draining = agent_in(folder, "drain", channel + DRAINS)
        begun = time.monotonic()
        draining.start()
        try:
            def delivered():
                return draining.counter("CHANNEL.channel1", "EventTakeSuccessCount")
            draining.wait(lambda: delivered() > 0, 60, "the first event delivered")
            first = time.monotonic() - begun
            at_first = draining.peak_kib()
            draining.wait(lambda: delivered() >= events, 3600, f"{events} events delivered")
            drained = time.monotonic() - begun - first
            if (many := delivered()) != events:
                raise draining.error(f"{many} events instead of {events}")
            return {"backlog": f"{events / 1e6:g} M events, {size / 1e9:.1f} GB", "filled": f"{events / filled / 1e6:.2f} M events/s",
                    "peak RSS": f"{fill_peak / 1024:.1f} MiB", "first event after a start": f"{first * 1e3:.0f} ms",
                    "RSS by then": f"{at_first / 1024:.1f} MiB", "drained": f"{events / drained / 1e6:.2f} M events/s",
                    "CPU to drain": f"{draining.cpu_seconds() / events * 1e9:.0f} ns an event", "peak RSS of that": f"{draining.peak_kib() / 1024:.1f} MiB"}
        finally:
            draining.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, action="append")
    print(json.dumps([measure(events) for events in parser.parse_args().events or (10_000_000, 50_000_000)]))


if __name__ == "__main__":
    main()
