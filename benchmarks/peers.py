#!/usr/bin/env python3
"""What other programs' disk queues do on this machine: benchmarks/peers.py [--rounds N] [--seconds S]. Prints a JSON row per run and a table.

TCP (a lean sender: blocks of a megabyte) -> disk queue -> file on /dev/shm, lines of 200 and 1000 bytes, every line counted in the file.
rsyslog: not synced is its default; events synced: the queue's files are synced; all synced: its position, too, with every batch, so that what
is queued survives power loss and is found again. syslog-ng: its reliable disk buffer, in which every line is written to the file before it is
acknowledged, and the default one, which keeps lines in memory as long as they fit; neither syncs. The rate is from the first line sent to the last
one delivered; CPU is that of the whole process. The queue is below FLUME_BENCHMARK_DISK (default /var/tmp). Debian's packages rsyslog and
syslog-ng-core, of which one at a time can be installed; their services are neither used nor touched.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "benchmarks" / "apache_flume"), str(TOP / "tools")]
from measure import DISK, SHM, Wrong, syncs_per_second  # noqa: E402
from table import number  # noqa: E402

from agent_process import free_port, wait_until  # noqa: E402

SIZES = (200, 1000)
LIMIT_SECONDS = 60
HEADER = b"<13>1 2026-01-01T00:00:00Z host app - - - "
RSYSLOG = """\
global(workDirectory="{disk}" maxMessageSize="8k")
module(load="imptcp")
template(name="message" type="string" string="%msg%\\n")
input(type="imptcp" address="127.0.0.1" port="{port}" ruleset="queued")
ruleset(name="queued" queue.type="Disk" queue.filename="queue" queue.size="100000000" queue.maxFileSize="64m"
        queue.syncQueueFiles="{on}" queue.checkpointInterval="{interval}" queue.dequeueBatchSize="1000") {{
  action(type="omfile" file="{output}" template="message" ioBufferSize="64k" flushOnTXEnd="on")
}}
"""
SYSLOG_NG = """\
@version: 3.38
options {{ threaded(yes); log-msg-size(8192); }};
source in {{ network(ip("127.0.0.1") port({port}) transport("tcp") flags(syslog-protocol) log-iw-size(100000) log-fetch-limit(1000)); }};
destination out {{
  file("{output}" template("$MSG\\n") flush-lines(1000)
       disk-buffer(disk-buf-size(4294967296) reliable({reliable}) dir("{disk}")));
}};
log {{ source(in); destination(out); flags(flow-control); }};
"""


class Queue(NamedTuple):
    peer: str
    name: str
    configuration: str
    settings: dict
    expected: float     # lines a second, which only choose how many are sent


QUEUES = [Queue("rsyslog", "disk queue not synced", RSYSLOG, {"on": "off", "interval": 0}, 100e3),
          Queue("rsyslog", "disk queue events synced", RSYSLOG, {"on": "on", "interval": 0}, 3e3),
          Queue("rsyslog", "disk queue all synced", RSYSLOG, {"on": "on", "interval": 1}, 1e3),
          Queue("syslog-ng", "reliable disk buffer, never synced", SYSLOG_NG, {"reliable": "yes"}, 80e3),
          Queue("syslog-ng", "disk buffer, never synced", SYSLOG_NG, {"reliable": "no"}, 80e3)]


def command(peer, folder):
    if peer == "rsyslog":
        return ["rsyslogd", "-n", "-i", str(folder / "pid"), "-f", str(folder / "conf")]
    return ["syslog-ng", "-F", "--no-caps", "-f", str(folder / "conf"), "-R", str(folder / "persist"), "-p", str(folder / "pid"), "-c",
            str(folder / "control")]


def send(port, line, count):
    block = line * max(1, (1 << 20) // len(line))
    per_block = len(block) // len(line)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while count > 0:
            part = min(count, per_block)
            connection.sendall(block if part == per_block else line * part)
            count -= part


class Process:
    def __init__(self, peer, folder, configuration):
        (folder / "conf").write_text(configuration, encoding="ascii")
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(command(peer, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def one_run(queue, size, seconds):
    count = int(queue.expected * seconds)
    line = HEADER + b"x" * (size - len(HEADER) - 1) + b"\n"
    stored = size - len(HEADER)     # the message and its newline
    folder = Path(tempfile.mkdtemp(prefix="flume-peer-", dir=SHM))
    disk = Path(tempfile.mkdtemp(prefix="flume-peer-", dir=DISK))
    process = None
    try:
        port, output = free_port(), folder / "out"
        process = Process(queue.peer, folder, queue.configuration.format(disk=disk, port=port, output=output, **queue.settings))
        wait_until(lambda: accepts(port), 20, f"{queue.peer}'s port")
        load = os.getloadavg()[0]
        sender = threading.Thread(target=send, args=(port, line, count), daemon=True)
        sender.start()
        begin, written = time.monotonic(), 0
        while written < count * stored:
            if time.monotonic() > begin + LIMIT_SECONDS or process.process.poll() is not None:
                raise Wrong(f"{written // stored} of {count} lines\n" + (folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.01)
            written = output.stat().st_size if output.exists() else 0
        end, cpu, peak = time.monotonic(), process.cpu_seconds(), process.peak_mib()
        process.stop()
        with open(output, "rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
        if lines != count or output.stat().st_size != count * stored:
            raise Wrong(f"{lines} lines in {output.stat().st_size} bytes instead of {count}")
        return {"peer": queue.peer, "queue": queue.name, "size": size, "events": count, "events_per_s": count / (end - begin),
                "cpu_us": cpu / count * 1e6, "peak_mib": peak, "load": round(load, 1)}
    finally:
        if process:
            process.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--peer", choices=["rsyslog", "syslog-ng"], help="this one alone; otherwise all that are installed")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # what was started ends, too
    programs = {"rsyslog": "rsyslogd", "syslog-ng": "syslog-ng"}
    peers = [peer for peer, program in programs.items() if shutil.which(program) and options.peer in (None, peer)]
    if not peers:
        sys.exit("nothing to measure: apt-get install rsyslog, or syslog-ng-core, which Debian does not install side by side")
    rate, median = syncs_per_second()
    print(f"One after the other the disk does {rate:.0f} overwrites of 4 KiB with fdatasync a second (median {median:.0f} us).\n", flush=True)
    lines = ["| peer | lines/s: best (median) | CPU s per M lines | peak RSS MiB |", "| --- | --- | --- | --- |"]
    for queue, size in ((queue, size) for queue in QUEUES if queue.peer in peers for size in SIZES):
        rows = []
        for _ in range(options.rounds):
            rows.append(one_run(queue, size, options.seconds))
            print(json.dumps(rows[-1]), flush=True)
        rates = [row["events_per_s"] for row in rows]
        lines.append(f"| {queue.peer}, {queue.name}, {size} B | {number(max(rates))} ({number(statistics.median(rates))}) | "
                     f"{min(row['cpu_us'] for row in rows):.3g} | {max(row['peak_mib'] for row in rows)} |")
    print("\n" + "\n".join(lines))


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit(str(error))
