"""The avro sink and avro-client with a peer that is not ours: Apache Flume's avro source."""
import os
import socket
import subprocess
import sys

from agent_process import BINARY, ROOT, free_port
from case import Skipped, check, configuration, limit

sys.path += [os.path.join(ROOT, "tests", folder) for folder in ("servers", "parity")]

import avro_file  # noqa: E402  pylint: disable=wrong-import-position
import java_flume  # noqa: E402  pylint: disable=wrong-import-position
from way import Way  # noqa: E402  pylint: disable=wrong-import-position

FLUME_HASH = bytes.fromhex("86aadae2c45474c0fe93ffd0f2350a65")
BATCHES = (1, 100, 1000)


class Receiver:
    """Apache Flume with avro sources, each with a channel and a file_roll sink of its own."""

    def __init__(self, case, names, serializer="avro_event", capacity=20000):
        lacking = java_flume.missing()
        if lacking:
            raise Skipped(lacking)
        self.ports = {name: free_port() for name in names}
        self.case = case
        parts = {"sources": " ".join(f"r{name}" for name in names), "channels": " ".join(f"c{name}" for name in names),
                 "sinks": " ".join(f"k{name}" for name in names)}
        for name, port in self.ports.items():
            os.makedirs(self.folder(name))
            parts |= {f"sources.r{name}.type": "avro", f"sources.r{name}.bind": "127.0.0.1", f"sources.r{name}.port": str(port),
                      f"sources.r{name}.channels": f"c{name}", f"channels.c{name}.type": "memory", f"channels.c{name}.capacity": str(capacity),
                      f"channels.c{name}.transactionCapacity": "1000", f"sinks.k{name}.type": "file_roll",
                      f"sinks.k{name}.channel": f"c{name}", f"sinks.k{name}.sink.directory": self.folder(name),
                      f"sinks.k{name}.sink.rollInterval": "0", f"sinks.k{name}.sink.serializer": serializer,
                      f"sinks.k{name}.sink.batchSize": "1000"}
        self.agent = java_flume.Agent(configuration("a1", **parts))

    def __enter__(self):
        self.agent.start()
        for port in self.ports.values():
            self.agent.wait_port(port)
        return self

    def __exit__(self, *_):
        self.agent.__exit__()

    def folder(self, name):
        return self.case.path(f"java-{name}")

    def content(self, name):
        return [open(os.path.join(self.folder(name), file), "rb").read() for file in sorted(os.listdir(self.folder(name)))]

    def stored(self, name, count):
        """(headers, body) of the events. The first time it waits until there are so many, and stops."""
        if self.agent.process.poll() is None:
            self.agent.wait_counter(f"SINK.k{name}", "EventDrainSuccessCount", count, 60)
            self.agent.stop()
        return [event for content in self.content(name) if content for event in avro_file.events(avro_file.records(content)[1])]


def lines_of_many_shapes():
    """Lines that a body can be: empty, long, of every character that is no line end."""
    lines = [b"", b" ", b"\t", "größe €  \U0001f600".encode(), bytes(range(1, 10)) + bytes(range(14, 127))]
    lines += [b"x" * size for size in (1, 63, 64, 8191, 8192, 8193, 70_000)]
    return lines + [b"event %d" % n for n in range(2990)]


def sender(case, receiver, **more):
    """An agent that gives the lines to a sink for each of the receiver's sources."""
    case.write("lines", b"".join(line + b"\n" for line in lines_of_many_shapes()))
    names = list(receiver.ports)
    parts = {"sources": "r", "channels": " ".join(f"c{name}" for name in names), "sinks": " ".join(f"k{name}" for name in names),
             "sources.r.type": "exec", "sources.r.command": f"cat {case.path('lines')}", "sources.r.channels": " ".join(f"c{name}" for name in names),
             "sources.r.batchSize": "500", "sources.r.interceptors": "a b", "sources.r.interceptors.a.type": "static",
             "sources.r.interceptors.a.key": "größe", "sources.r.interceptors.a.value": "ü",
             "sources.r.interceptors.b.type": "regex_extractor", "sources.r.interceptors.b.regex": "event (\\\\d+)",
             "sources.r.interceptors.b.serializers": "s", "sources.r.interceptors.b.serializers.s.name": "n"}
    for name, port in receiver.ports.items():
        parts |= {f"channels.c{name}.type": "memory", f"channels.c{name}.capacity": "5000", f"channels.c{name}.transactionCapacity": "1000",
                  f"sinks.k{name}.type": "avro", f"sinks.k{name}.channel": f"c{name}", f"sinks.k{name}.hostname": "127.0.0.1",
                  f"sinks.k{name}.port": str(port)}
    return configuration(**(parts | more))


def expected_events():
    events = []
    for line in lines_of_many_shapes():
        headers = {"größe".encode(): "ü".encode()}
        if line.startswith(b"event "):
            headers[b"n"] = line[6:]
        events.append((headers, line))
    return events


def same_events(seen, expected, what):
    differing = next((n for n, (a, b) in enumerate(zip(seen, expected)) if a != b), min(len(seen), len(expected)))
    check(seen == expected, f"{what}: {len(seen)} events instead of {len(expected)}, the first other one is number {differing}",
          seen[differing:differing + 1], expected[differing:differing + 1])


@limit(240)
def test_events_of_many_shapes_arrive_at_apache_flumes_source(case):
    receiver = Receiver(case, [str(size) for size in BATCHES])
    # The next hop comes after the events: nothing is lost, and nothing is there twice.
    agent = case.agent(sender(case, receiver, **{f"sinks.k{size}.batch-size": str(size) for size in BATCHES},
                              **{"sinks.k100.requests-under-way": "4"}))
    agent.wait(lambda: all(agent.counter(f"SINK.k{size}", "ConnectionFailedCount") > 0 for size in BATCHES), 20, "failed connections")
    expected = expected_events()
    with receiver:
        for size in BATCHES:
            receiver.agent.wait_counter(f"SINK.k{size}", "EventDrainSuccessCount", len(expected), 60)
            source = receiver.agent.metrics()[f"SOURCE.r{size}"]
            check(source["AppendBatchReceivedCount"] == source["AppendBatchAcceptedCount"] and source["AppendReceivedCount"] == "0", f"{source}")
            sink = agent.metrics()[f"SINK.k{size}"]
            check((sink["ConnectionCreatedCount"], sink["EventDrainSuccessCount"]) == ("1", str(len(expected))), f"{sink}")
        check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
        for size in BATCHES:
            seen = receiver.stored(str(size), len(expected))
            if size == 100:  # its batches may overtake each other
                seen.sort(key=expected.index)
            same_events(seen, expected, f"batch-size {size}")


@limit(240)
def test_the_clients_of_several_hosts_reach_apache_flumes_sources(case):
    with Receiver(case, ["a", "b"]) as receiver:
        hosts = {f"hosts.{name}": f"127.0.0.1:{port}" for name, port in receiver.ports.items()} | {"hosts.dead": f"127.0.0.1:{free_port()}"}
        more = {"sinks.ka.client.type": "default_failover", "sinks.ka.hosts": "dead a b", "sinks.kb.client.type": "default_loadbalance",
                "sinks.kb.hosts": "b dead a", "sinks.kb.backoff": "true"}
        more |= {f"sinks.k{sink}.{key}": value for sink in "ab" for key, value in hosts.items()}
        agent = case.agent(sender(case, receiver, **more))
        expected = expected_events()
        for sink in "ab":
            agent.wait(lambda k=sink: agent.counter(f"SINK.k{k}", "EventDrainSuccessCount") >= len(expected), 60, f"all events of k{sink}")
        check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
        received = {name: int(receiver.agent.metrics()[f"SOURCE.r{name}"]["EventAcceptedCount"]) for name in "ab"}
        check(sum(received.values()) == 2 * len(expected) and len(expected) < received["a"] and 0 < received["b"], f"{received}")


class Forgetful(Way):
    """The server does not know the protocol that the client names first: its hash is damaged on the way."""

    def _carry(self, source, sink, connection, is_answer):
        try:
            while data := source.recv(65536):
                if not is_answer and data.count(FLUME_HASH) == 2:
                    data = data.replace(FLUME_HASH, bytes(16), 1)
                self.passes(connection, is_answer, data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def passes(self, connection, is_answer, data):
        self.seen = getattr(self, "seen", b"") + (b"" if is_answer else data)
        return True


@limit(240)
def test_a_java_source_takes_our_own_protocol_text(case):
    with Receiver(case, ["r"]) as receiver:
        way = Forgetful(receiver.ports["r"])
        case.at_end(way.socket.close)
        code, output = client(case, way.port, b"one\ntwo\n")
        check(code == 0, f"exit code {code}", output)
        check(b'"AvroSourceProtocol"' in way.seen, "the text was not asked for")
        same_events(receiver.stored("r", 2), [({}, b"one"), ({}, b"two")], "events")


# avro-client.

def client(case, port, given=None, *flags):
    done = subprocess.run([BINARY, "avro-client", "-H", "127.0.0.1", "-p", str(port), *flags], input=given, capture_output=True, timeout=30,
                          env=case.environment, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


@limit(240)
def test_avro_client_sends_lines_files_and_folders(case):
    headers = case.write("headers.properties", "host = a\ngröße=ü\n")
    expected_headers = {b"host": b"a", "größe".encode(): "ü".encode()}
    lines = [b"line %d" % n for n in range(1003)]
    file = case.write("file", b"\n".join(lines))
    for number, name in enumerate(("new", "old")):
        path = case.write(f"spool/{name}", f"of {name}\r\nsecond\r".encode())
        os.utime(path, (2000 - number * 1000,) * 2)
    case.write("spool/.hidden", b"not sent\n")
    case.write("spool/donefileSuffix", b"not sent\n")
    with Receiver(case, ["r"]) as receiver:
        port = receiver.ports["r"]
        rpc = case.write("rpc.properties", f"hosts = dead live\nhosts.dead = 127.0.0.1:{free_port()}\nhosts.live = 127.0.0.1:{port}\n"
                                           "client.type = default_failover\nbatch-size = 500\n")
        for given, flags in ((b"first\n\nthird", ()), (None, ("-F", file, "-R", headers)), (None, ("--dirname", case.path("spool"))),
                             (b"by properties\n", ("-P", rpc))):
            code, output = client(case, port, given, *flags)
            check(code == 0 and output == "", f"{flags}: exit code {code}", output)
        expected = [({}, b"first"), ({}, b""), ({}, b"third")] + [(expected_headers, line) for line in lines]
        expected += [({}, line) for line in (b"of old", b"second", b"of new", b"second", b"by properties")]
        same_events(receiver.stored("r", len(expected)), expected, "events")
    check(sorted(os.listdir(case.path("spool"))) == [".hidden", "donefileSuffix", "newfileSuffix", "oldfileSuffix"],
          f"names: {os.listdir(case.path('spool'))}")


@limit(240)
def test_avro_client_ends_with_1_when_a_batch_is_refused(case):
    with Receiver(case, ["r"], capacity=1000) as receiver:
        lines = b"".join(b"%d\n" % n for n in range(2000))
        properties = case.write("rpc.properties", f"hosts = h\nhosts.h = 127.0.0.1:{receiver.ports['r']}\nbatch-size = 2000\n")
        code, output = client(case, 1, lines, "-P", properties)
        check(code == 1 and "0 events are stored" in output and "FAILED" in output, f"exit code {code}", output)
    code, output = client(case, receiver.ports["r"], b"nobody is there\n")
    check(code == 1 and "refused" in output.lower(), f"exit code {code}", output)
