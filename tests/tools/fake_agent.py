#!/usr/bin/env python3
"""Stands in for flume-ng where the demo itself is tested: a tail, a count, SequenceFiles of ten events. FAKE_AGENT=lose leaves the
fifth event out but counts it, FAKE_AGENT=double writes it twice."""
import http.server
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading

EVENTS_PER_FILE = 10
SYNC = bytes(range(16))


def text(word):
    return bytes([len(word)]) + word.encode()


def sequence_file(values):
    head = b"SEQ\x06" + text("org.apache.hadoop.io.LongWritable") + text("org.apache.hadoop.io.BytesWritable") + b"\0\0" + struct.pack(">i", 0) + SYNC
    records = (struct.pack(">iiqi", 12 + len(value), 8, 1, len(value)) + value for value in values)
    return head + b"".join(records) + struct.pack(">i", -1) + SYNC


def main():
    arguments = " ".join(sys.argv)
    with open(re.search(r"--conf-file (\S+)", arguments).group(1), encoding="utf-8") as file:
        keys = dict(line.split(" = ", 1) for line in file.read().splitlines())
    folder = keys["agent1.sinks.sink1.hdfs.path"]
    port = int(re.search(r"monitoring.port=(\d+)", arguments).group(1))
    os.makedirs(folder, exist_ok=True)
    fault = os.environ.get("FAKE_AGENT", "")
    count = 0

    class Metrics(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            counters = {"StartTime": "1", "EventAcceptedCount": str(count), "EventDrainSuccessCount": str(count), "ChannelSize": "0"}
            body = json.dumps({name: counters for name in ("SOURCE.source1", "CHANNEL.channel1", "SINK.sink1")}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass
    threading.Thread(target=http.server.HTTPServer(("127.0.0.1", port), Metrics).serve_forever, daemon=True).start()

    tail = subprocess.Popen(keys["agent1.sources.source1.command"].split(), stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: tail.terminate())
    batch, number = [], 1000

    def finish():
        nonlocal batch, number
        if batch:
            with open(os.path.join(folder, f"events.{number}"), "wb") as file:
                file.write(sequence_file(batch))
        batch, number = [], number + 1
    for line in tail.stdout:
        copies = {"lose": 0, "double": 2}.get(fault, 1) if count == 4 else 1
        batch += [line[:-1]] * copies
        count += 1
        if len(batch) >= EVENTS_PER_FILE:
            finish()
    finish()


if __name__ == "__main__":
    main()
