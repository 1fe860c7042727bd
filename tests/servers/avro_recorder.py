#!/usr/bin/env python3
"""Records what Apache Flume's avro sink and its avro source say to each other: the golden bytes of src/clients/flume_rpc/golden.

    tests/servers/avro_recorder.py     writes them anew; its README tells what they are

One agent has both: events come by HTTP, the sink's connection passes through this program. The source's channel takes few events,
so that one request is refused.
"""
import sys
import tempfile
import time
from pathlib import Path

import java_flume
from way import Way

GOLDEN = Path(__file__).resolve().parents[2] / "src" / "clients" / "flume_rpc" / "golden"


class Recorder(Way):
    """A port of the source, at another place: what goes through is kept, in the order of the connections."""

    def __init__(self, port):
        self.seen = []
        super().__init__(port)

    def passes(self, connection, is_answer, data):
        while len(self.seen) <= connection:
            self.seen.append((bytearray(), bytearray()))
        self.seen[connection][is_answer].extend(data)
        return True


CONFIGURATION = """
a1.sources = http next
a1.channels = out in
a1.sinks = hop
a1.sources.http.type = http
a1.sources.http.bind = 127.0.0.1
a1.sources.http.port = {http}
a1.sources.http.channels = out
a1.channels.out.type = memory
a1.channels.out.transactionCapacity = 3000
a1.channels.out.capacity = 3000
a1.sinks.hop.type = avro
a1.sinks.hop.channel = out
a1.sinks.hop.hostname = 127.0.0.1
a1.sinks.hop.port = {way}
a1.sinks.hop.batch-size = 3000
a1.sources.next.type = avro
a1.sources.next.bind = 127.0.0.1
a1.sources.next.port = {avro}
a1.sources.next.channels = in
a1.channels.in.type = memory
a1.channels.in.capacity = 5
a1.channels.in.transactionCapacity = 5
a1.channels.in.keep-alive = 0
"""

# What the tests compare with.
FIRST = [{"headers": {}, "body": ""}, {"headers": {"host": "a", "größe": "ü"}, "body": "first"}]
SECOND = [{"headers": {"n": "3"}, "body": "x" * 9000}]
TOO_MANY = [{"headers": {}, "body": str(n)} for n in range(6)]


def settled(recorder, connections, answers):
    """Waits until so many bytes of answers have come on the last of so many connections, and no more."""
    deadline = time.monotonic() + 60
    while len(recorder.seen) < connections or len(recorder.seen[connections - 1][1]) < answers:
        if time.monotonic() > deadline:
            raise SystemExit(f"the exchange did not come: {[(len(a), len(b)) for a, b in recorder.seen]}")
        time.sleep(0.05)


def main():
    http, avro = java_flume.free_port(), java_flume.free_port()
    recorder = Recorder(avro)
    configuration = CONFIGURATION.format(http=http, avro=avro, way=recorder.port)
    with tempfile.TemporaryDirectory() as folder, java_flume.Agent(configuration, folder=folder) as agent:
        agent.wait_port(http)
        agent.wait_port(avro)
        for events, answers in ((FIRST, 1), (SECOND, 40), (TOO_MANY, 60)):
            if java_flume.post_events(http, events) != 200:
                raise SystemExit("Apache Flume did not take the events")
            settled(recorder, len(recorder.seen) or 1, answers)
            time.sleep(1)
    # The connections after one that brought events are those with which the refused request is repeated.
    client, server = next(pair for pair in recorder.seen if pair[0])
    GOLDEN.mkdir(exist_ok=True)
    for name, content in (("client", client), ("server", server)):
        (GOLDEN / f"{name}.bin").write_bytes(content)
        print(f"{name}.bin: {len(content)} bytes")


if __name__ == "__main__":
    sys.exit(main())
