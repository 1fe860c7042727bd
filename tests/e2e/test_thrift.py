"""Thrift with peers that are not ours: clients of libthrift, and Apache Flume's own source and sink."""
import json
import os
import socket
import subprocess
import sys

from agent_process import ROOT, free_port
from case import Skipped, check, configuration, limit

sys.path.append(os.path.join(ROOT, "tests", "servers"))

import java_flume  # noqa: E402  pylint: disable=wrong-import-position

PROBE = os.environ.get("FLUME_THRIFT_PROBE", os.path.join(ROOT, "build", "release", "tests", "thrift_probe"))
PROTOCOLS = ("compact", "binary")
EVENTS = 2000


def need_java_flume():
    lacking = java_flume.missing()
    if lacking:
        raise Skipped(lacking)


def probe(*arguments):
    """What a client of libthrift says: the events that were stored."""
    done = subprocess.run([PROBE, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 0 and done.stdout.startswith("ok "), "the client failed", done.stdout + done.stderr)
    return int(done.stdout.split()[1])


def is_open(port):
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port)) == 0


def receiver(case, sources):
    """An agent that writes what comes into files of JSON lines."""
    os.makedirs(case.path("out"))
    parts = {"sources": " ".join(sources), "channels": "c", "sinks": "k", "channels.c.type": "memory", "channels.c.capacity": "10000",
             "channels.c.transactionCapacity": "1000", "sinks.k.type": "file_roll", "sinks.k.channel": "c",
             "sinks.k.sink.directory": case.path("out"), "sinks.k.sink.rollInterval": "0", "sinks.k.sink.serializer": "json"}
    for name, keys in sources.items():
        parts |= {f"sources.{name}.{key}": str(value) for key, value in keys.items()} | {f"sources.{name}.channels": "c"}
        parts.setdefault(f"sources.{name}.{'host' if 'Legacy' in keys['type'] else 'bind'}", "127.0.0.1")
    agent = case.agent(configuration(**parts))
    agent.wait_ready(["SINK.k"])
    for keys in sources.values():
        agent.wait(lambda port=keys["port"]: is_open(port), 10, f"port {keys['port']}")
    return agent


def received(case, agent, count):
    """(headers, body) of each event, when there are so many."""
    agent.wait(lambda: agent.counter("SINK.k", "EventDrainSuccessCount") >= count, 30, f"{count} events")
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    events = []
    for name in sorted(os.listdir(case.path("out"))):
        with open(case.path("out", name), encoding="utf-8") as file:
            events += [(event["headers"], event["body"]) for event in map(json.loads, file)]
    return events


def numbered(events, header="n"):
    return sorted(int(headers[header]) for headers, _ in events)


def test_libthrifts_clients_are_served(case):
    ports = {protocol: free_port() for protocol in PROTOCOLS}
    agent = receiver(case, {f"r{protocol}": {"type": "thrift", "port": port, "protocol": protocol} for protocol, port in ports.items()})
    for protocol, port in ports.items():
        check(probe(protocol, port, EVENTS, 100) == EVENTS, f"{protocol}: not all batches were stored")
        check(probe(protocol, port, 50, 1) == 50, f"{protocol}: not all single events were stored")
        source = agent.metrics()[f"SOURCE.r{protocol}"]
        check((source["AppendBatchAcceptedCount"], source["AppendAcceptedCount"], source["EventAcceptedCount"]) ==
              (str(EVENTS // 100), "50", str(EVENTS + 50)), f"counters: {source}")
    events = received(case, agent, 2 * (EVENTS + 50))
    check(numbered(events) == sorted([*range(EVENTS), *range(50)] * 2), f"{len(events)} events")
    check(all(body == f"event {headers['n']}" for headers, body in events), "a body is not its header's")


def test_scribes_clients_are_served(case):
    port = free_port()
    agent = receiver(case, {"r": {"type": "org.apache.flume.source.scribe.ScribeSource", "port": port}})
    check(probe("scribe", port, EVENTS, 100) == EVENTS, "not all entries were stored")
    events = received(case, agent, EVENTS)
    check(numbered(events, "category") == list(range(EVENTS)), f"{len(events)} events")
    check(all(body == f"event {headers['category']}" for headers, body in events), "a message is not its category's")


def test_clients_of_flume_before_1_0_are_served(case):
    port = free_port()
    agent = receiver(case, {"r": {"type": "org.apache.flume.source.thriftLegacy.ThriftLegacySource", "port": port}})
    probe("legacy", port, EVENTS, 100)
    events = received(case, agent, EVENTS)
    check([int(headers["n"]) for headers, _ in events] == list(range(EVENTS)), f"{len(events)} events")
    check(events[7] == ({"host": "old-host", "timestamp": "1700000000007", "pri": "WARN", "nanos": "7", "n": "7", "FlumeOG": "yes"}, "event 7"),
          f"another event: {events[7]}")


@limit(240)
def test_apache_flumes_sink_delivers_to_our_source(case):
    need_java_flume()
    ports = {protocol: free_port() for protocol in PROTOCOLS}
    http = free_port()
    agent = receiver(case, {f"r{protocol}": {"type": "thrift", "port": port, "protocol": protocol} for protocol, port in ports.items()})
    parts = {"sources": "r", "channels": "ccompact cbinary", "sinks": "kcompact kbinary", "sources.r.type": "http", "sources.r.bind": "127.0.0.1",
             "sources.r.port": str(http), "sources.r.channels": "ccompact cbinary"}
    for protocol, port in ports.items():
        parts |= {f"channels.c{protocol}.type": "memory", f"channels.c{protocol}.capacity": "10000", f"sinks.k{protocol}.type": "thrift",
                  f"sinks.k{protocol}.channel": f"c{protocol}", f"sinks.k{protocol}.hostname": "127.0.0.1",
                  f"sinks.k{protocol}.port": str(port), f"sinks.k{protocol}.protocol": protocol}
    with java_flume.Agent(configuration("a1", **parts)) as peer:
        peer.wait_port(http)
        for first in range(0, EVENTS, 100):
            events = [{"headers": {"n": str(n), "größe": "ü"}, "body": f"event {n} €"} for n in range(first, first + 100)]
            check(java_flume.post_events(http, events) == 200, "Apache Flume did not take the events", peer.log())
        events = received(case, agent, 2 * EVENTS)
    check(numbered(events) == sorted([*range(EVENTS)] * 2), f"{len(events)} events")
    check(all(body == f"event {headers['n']} €" and headers["größe"] == "ü" for headers, body in events), f"other events: {events[:2]}")


@limit(240)
def test_our_sink_delivers_to_apache_flumes_source(case):
    need_java_flume()
    for protocol in PROTOCOLS:
        port = free_port()
        out = case.path(f"java-{protocol}")
        os.makedirs(out)
        peer_parts = {"sources": "r", "channels": "c", "sinks": "k", "sources.r.type": "thrift", "sources.r.bind": "127.0.0.1",
                      "sources.r.port": str(port), "sources.r.protocol": protocol, "sources.r.channels": "c", "channels.c.type": "memory",
                      "channels.c.capacity": "10000", "sinks.k.type": "file_roll", "sinks.k.channel": "c", "sinks.k.sink.directory": out,
                      "sinks.k.sink.rollInterval": "0", "sinks.k.sink.serializer": "header_and_text"}
        # The next hop comes after the events: nothing is lost, and nothing is there twice.
        agent = case.agent(configuration(**{
            "sources": "r", "channels": "c", "sinks": "k", "sources.r.type": "seq", "sources.r.totalEvents": str(EVENTS),
            "sources.r.batchSize": "100", "sources.r.channels": "c", "sources.r.interceptors": "i", "sources.r.interceptors.i.type": "static",
            "sources.r.interceptors.i.key": "tier", "sources.r.interceptors.i.value": "größe", "channels.c.type": "memory",
            "channels.c.capacity": str(EVENTS), "sinks.k.type": "thrift", "sinks.k.channel": "c", "sinks.k.hostname": "127.0.0.1",
            "sinks.k.port": str(port), "sinks.k.protocol": protocol, "sinks.k.batch-size": "70"}))
        agent.wait(lambda here=agent: here.counter("SINK.k", "ConnectionFailedCount") > 0, 20, "a failed connection")
        with java_flume.Agent(configuration("a1", **peer_parts)) as peer:
            peer.wait_port(port)
            agent.wait(lambda here=agent: here.counter("SINK.k", "EventDrainSuccessCount") >= EVENTS, 60, f"{EVENTS} events")
            check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
            peer.wait_counter("SINK.k", "EventDrainSuccessCount", EVENTS, 60)
            peer.stop()
            lines = []
            for name in sorted(os.listdir(out)):
                with open(os.path.join(out, name), encoding="utf-8") as file:
                    lines += file.read().splitlines()
        check(lines == [f"{{tier=größe}} {n}" for n in range(EVENTS)], f"{protocol}: {len(lines)} lines, {lines[:2]}", peer.log_path)


def test_a_killed_next_hop_costs_nothing(case):
    port = free_port()
    sender = configuration(**{
        "sources": "r", "channels": "c", "sinks": "k", "sources.r.type": "seq", "sources.r.totalEvents": "30000", "sources.r.batchSize": "100",
        "sources.r.channels": "c", "channels.c.type": "memory", "channels.c.capacity": "30000", "sinks.k.type": "thrift",
        "sinks.k.channel": "c", "sinks.k.hostname": "127.0.0.1", "sinks.k.port": str(port), "sinks.k.batch-size": "10"})
    os.makedirs(case.path("out"))
    next_hop = configuration(**{
        "sources": "r", "channels": "c", "sinks": "k", "sources.r.type": "thrift", "sources.r.bind": "127.0.0.1", "sources.r.port": str(port),
        "sources.r.channels": "c", "channels.c.type": "file", "channels.c.dataDirs": case.path("data"),
        "channels.c.checkpointDir": case.path("checkpoint"), "sinks.k.type": "file_roll", "sinks.k.channel": "c",
        "sinks.k.sink.directory": case.path("out"), "sinks.k.sink.rollInterval": "0"})
    first = case.agent(next_hop)
    first.wait_ready(["SOURCE.r"])
    agent = case.agent(sender, output="sender.log", options=[f"-Dflume.state.dir={case.path('sender-state')}"])
    agent.wait(lambda: agent.counter("SINK.k", "EventDrainSuccessCount") >= 1000, 20, "1000 events")
    first.kill()
    check(agent.counter("SINK.k", "EventDrainSuccessCount") < 30000, "the next hop was killed too late for this test")
    second = case.agent(next_hop)
    agent.wait(lambda: agent.counter("SINK.k", "EventDrainSuccessCount") >= 30000, 40, "all events")
    agent.stop()
    second.wait(lambda: second.counter("CHANNEL.c", "ChannelSize") == 0, 20, "an empty channel")
    second.stop()
    numbers = []
    for name in os.listdir(case.path("out")):
        with open(case.path("out", name), encoding="ascii") as file:
            numbers += map(int, file.read().split())
    check(set(numbers) == set(range(30000)), f"{len(set(numbers))} of 30000 events")
    # The batch that was sent and not answered may be there twice; no other.
    check(len(numbers) <= 30000 + 10, f"{len(numbers) - 30000} events twice")
