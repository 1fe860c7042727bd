#!/usr/bin/env python3
"""Apache Flume 1.11.0 and this version on the same configuration, in turn: ours, Java, ours, Java, ...

    run.py [--pairs N] [--seconds S] [--only java|ours] [--list] [GROUP|WORKLOAD...]

Prints a JSON row per run and, at the end, a table per group. events/s: between two readings of /metrics, the first after 30 % of the
events (a JVM has compiled its loops then), the last before the end; best and, in brackets, median of the pairs. CPU: user + system time of
the agent's process per event, between the same readings; in brackets that of the whole process, its start included. Both lowest of the
pairs. Peak RSS: highest of the pairs. Every run is counted exactly (channel counters; files byte for byte or record for record), or it fails.
A workload with a type that this version does not have is skipped and says so. Files are on /dev/shm, those of *_disk and of durable
channels below FLUME_BENCHMARK_DISK (default /var/tmp), with fsync as both do it by default. Nothing else heavy may run on the machine.
"""
import argparse
import json
import re
import signal
import sys

from measure import JAVA, OURS, Wrong, one_run, syncs_per_second
from table import notes, table
from workloads import GROUPS, WORKLOADS

from agent_process import not_in_this_version  # measure puts tools/ on the path


def lacking(workload):
    for kind, settings in (*(("source", text) for text in workload.sources), ("channel", workload.channel), ("sink", workload.sink)):
        for name in re.findall(r"^type = (\S+)$", settings, re.M):
            if why := not_in_this_version(kind, name):
                return why
    return None


def run_group(names, pairs, seconds, sides):
    rows = []

    def told(row):
        rows.append(row)
        print(json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}), flush=True)
    if any(WORKLOADS[name].is_on_disk for name in names):
        rate, median = syncs_per_second()
        told({"group": WORKLOADS[names[0]].group, "syncs_per_s": rate, "median_us": median})
    for name in names:
        if OURS in sides and (why := lacking(WORKLOADS[name])):
            told({"workload": name, "group": WORKLOADS[name].group, "skipped": why})
            continue
        for _ in range(pairs):
            for side in sides:
                told({"group": WORKLOADS[name].group, **one_run(WORKLOADS[name], side, seconds)})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="each run is given events for about so long")
    parser.add_argument("--only", choices=("java", "ours"))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", nargs="*", metavar="GROUP|WORKLOAD")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # what was started ends, too
    if unknown := [name for name in options.names if name not in WORKLOADS and name not in GROUPS]:
        sys.exit(f"unknown: {' '.join(unknown)}; there are {' '.join(GROUPS)}, and {' '.join(WORKLOADS)}")
    chosen = [workload for workload in WORKLOADS.values() if not options.names or {workload.name, workload.group} & set(options.names)]
    if options.list:
        print("\n".join(f"{workload.group:8} {workload.name:28} {workload.what}" for workload in chosen))
        return
    sides = {"java": (JAVA,), "ours": (OURS,), None: (OURS, JAVA)}[options.only]
    for group in dict.fromkeys(workload.group for workload in chosen):
        try:
            rows = run_group([workload.name for workload in chosen if workload.group == group], options.pairs, options.seconds, sides)
        except Wrong as error:
            sys.exit(str(error))
        print("\n".join([f"\n{group}", *notes(rows), table(rows), ""]), flush=True)


if __name__ == "__main__":
    main()
