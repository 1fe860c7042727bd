"""Agents that talk to each other by Avro: ours and Apache Flume's, both ways, with compression and TLS; and programs that send by
Flume's client SDK."""
import json
import os
import subprocess
import sys

from agent_process import ROOT, free_port
from case import Skipped, check, configuration, limit

sys.path.append(os.path.join(ROOT, "tests", "servers"))

import java_flume  # noqa: E402  pylint: disable=wrong-import-position
import java_sdk  # noqa: E402  pylint: disable=wrong-import-position

PASSWORD = "changeit"
EVENTS = 2000
WAYS = ("plain", "deflate", "tls", "both")  # names of the ways from tier to tier


def need_java_flume():
    lacking = java_flume.missing()
    if lacking:
        raise Skipped(lacking)


def keytool(*arguments):
    subprocess.run(["keytool", *arguments, "-storepass", PASSWORD], check=True, capture_output=True, timeout=60)


def make_stores(case):
    """A JKS and a PKCS#12 key store with one self-signed certificate for 127.0.0.1, and a JKS trust store with that."""
    keys, trust, pkcs12, pem = (case.path(name) for name in ("keys.jks", "trust.jks", "keys.p12", "cert.pem"))
    keytool("-genkeypair", "-alias", "server", "-keyalg", "RSA", "-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1", "-validity", "30",
            "-keystore", keys, "-storetype", "JKS", "-keypass", PASSWORD)
    keytool("-importkeystore", "-srckeystore", keys, "-srcstorepass", PASSWORD, "-destkeystore", pkcs12, "-deststoretype", "PKCS12",
            "-deststorepass", PASSWORD)
    keytool("-exportcert", "-rfc", "-alias", "server", "-keystore", keys, "-file", pem)
    keytool("-importcert", "-noprompt", "-alias", "server", "-keystore", trust, "-storetype", "JKS", "-file", pem)
    return keys, pkcs12, trust


def layers(way, tls, deflate="compression-type"):
    """The keys of a source or sink for a way."""
    keys = {}
    if way in ("deflate", "both"):
        keys[deflate] = "deflate"
    if way in ("tls", "both"):
        keys |= {"ssl": "true", **tls}
    return keys


def receiver(ports, folder, sources, **more):
    """A configuration that writes what comes on each way into files of its own."""
    parts = {"sources": "", "channels": "", "sinks": ""}
    for way, port in ports.items():
        os.makedirs(os.path.join(folder, way))
        for kind, name in (("sources", "r"), ("channels", "c"), ("sinks", "k")):
            parts[kind] += f" {name}{way}"
        parts |= {f"sources.r{way}.type": "avro", f"sources.r{way}.bind": "127.0.0.1", f"sources.r{way}.port": str(port),
                  f"sources.r{way}.channels": f"c{way}", f"channels.c{way}.type": "memory", f"channels.c{way}.capacity": "20000",
                  f"channels.c{way}.transactionCapacity": "1000", f"sinks.k{way}.type": "file_roll", f"sinks.k{way}.channel": f"c{way}",
                  f"sinks.k{way}.sink.directory": os.path.join(folder, way), f"sinks.k{way}.sink.rollInterval": "0"}
        parts |= {f"sources.r{way}.{key}": value for key, value in sources.get(way, {}).items()}
        parts |= {f"sinks.k{way}.{key}": value for key, value in more.items()}
    return parts


def sender(ports, source, sinks):
    """A configuration that gives the events of a source to a sink for each way."""
    parts = {"sources": "r", "channels": "", "sinks": "", "sources.r.channels": " ".join(f"c{way}" for way in ports)}
    parts |= {f"sources.r.{key}": value for key, value in source.items()}
    for way, port in ports.items():
        parts["channels"] += f" c{way}"
        parts["sinks"] += f" k{way}"
        parts |= {f"channels.c{way}.type": "memory", f"channels.c{way}.capacity": "20000", f"channels.c{way}.transactionCapacity": "1000",
                  f"sinks.k{way}.type": "avro", f"sinks.k{way}.channel": f"c{way}", f"sinks.k{way}.hostname": "127.0.0.1",
                  f"sinks.k{way}.port": str(port), f"sinks.k{way}.batch-size": "70"}
        parts |= {f"sinks.k{way}.{key}": value for key, value in sinks.get(way, {}).items()}
    return parts


def lines_in(folder):
    lines = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            lines += file.read().splitlines()
    return lines


class Ours:
    """Our agent with an avro source for each way; JSON lines."""

    def __init__(self, case, ways, sources=None):
        self.case = case
        self.ports = {way: free_port() for way in ways}
        self.agent = case.agent(configuration(**receiver(self.ports, case.path("ours"), sources or {}, **{"sink.serializer": "json"})))
        self.agent.wait_ready([f"SOURCE.r{way}" for way in ways])

    def events(self, counts):
        """What each way brought, sorted by number, when there are as many as counted."""
        for way, count in counts.items():
            self.agent.wait(lambda w=way, c=count: self.agent.counter(f"SINK.k{w}", "EventDrainSuccessCount") >= c, 60,
                            f"{count} events of {way}")
        check(self.agent.stop() == 0, "exit code after SIGTERM is not 0", self.agent.log_text())
        return {way: sorted((json.loads(line) for line in lines_in(self.case.path("ours", way))), key=lambda event: int(event["headers"]["n"]))
                for way in counts}


def check_numbered(events, count, what):
    numbers = [int(event["headers"]["n"]) for event in events]
    check(numbers == list(range(count)), f"{what}: {len(numbers)} events instead of {count}")
    check(all(event["body"] == f"event {event['headers']['n']} €" and event["headers"]["größe"] == "ü" for event in events),
          f"{what}: other events: {events[:2]}")


@limit(240)
def test_apache_flumes_avro_sinks_reach_our_sources(case):
    need_java_flume()
    keys, pkcs12, trust = make_stores(case)
    sources = {"deflate": layers("deflate", {}), "tls": layers("tls", {"keystore": keys, "keystore-password": PASSWORD}),
               "both": layers("both", {"keystore": pkcs12, "keystore-password": PASSWORD, "keystore-type": "PKCS12"})}
    ours = Ours(case, WAYS, sources)
    http = free_port()
    sinks = {way: layers(way, {"truststore": trust, "truststore-password": PASSWORD}) for way in WAYS}
    parts = sender(ours.ports, {"type": "http", "bind": "127.0.0.1", "port": str(http)}, sinks)
    with java_flume.Agent(configuration("a1", **parts)) as peer:
        peer.wait_port(http)
        for first in range(0, EVENTS, 100):
            events = [{"headers": {"n": str(n), "größe": "ü"}, "body": f"event {n} €"} for n in range(first, first + 100)]
            check(java_flume.post_events(http, events) == 200, "Apache Flume did not take the events", peer.log())
        for way, events in ours.events(dict.fromkeys(WAYS, EVENTS)).items():
            check_numbered(events, EVENTS, way)


@limit(240)
def test_our_avro_sinks_reach_apache_flumes_sources(case):
    need_java_flume()
    keys, pkcs12, trust = make_stores(case)
    ports = {way: free_port() for way in WAYS}
    sources = {"deflate": layers("deflate", {}), "tls": layers("tls", {"keystore": keys, "keystore-password": PASSWORD}),
               "both": layers("both", {"keystore": pkcs12, "keystore-password": PASSWORD, "keystore-type": "PKCS12"})}
    sinks = {way: layers(way, {"truststore": trust, "truststore-password": PASSWORD, "verify-hostname": "true"}) for way in WAYS}
    with java_flume.Agent(configuration("a1", **receiver(ports, case.path("java"), sources))) as peer:
        for port in ports.values():
            peer.wait_port(port)
        agent = case.agent(configuration(**sender(ports, {"type": "seq", "totalEvents": str(EVENTS)}, sinks)))
        for way in WAYS:
            agent.wait(lambda w=way: agent.counter(f"SINK.k{w}", "EventDrainSuccessCount") >= EVENTS, 60, f"all events of {way}")
        check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
        for way in WAYS:
            peer.wait_counter(f"SINK.k{way}", "EventDrainSuccessCount", EVENTS, 60)
        peer.stop()
        for way in WAYS:
            check(lines_in(case.path("java", way)) == [str(n) for n in range(EVENTS)], f"{way}: other events")


@limit(240)
def test_our_agents_reach_each_other(case):
    need_java_flume()  # for keytool
    keys, _, trust = make_stores(case)
    sources = {way: layers(way, {"keystore": keys, "keystore-password": PASSWORD, "client-auth": "need", "truststore": trust,
                                 "truststore-password": PASSWORD}) for way in WAYS}
    ours = Ours(case, WAYS, sources)
    sinks = {way: layers(way, {"truststore": trust, "truststore-password": PASSWORD, "verify-hostname": "true", "keystore": keys,
                               "keystore-password": PASSWORD}) for way in WAYS}
    agent = case.agent(configuration(**sender(ours.ports, {"type": "seq", "totalEvents": str(EVENTS)}, sinks)), output="sender.log",
                       options=[f"-Dflume.state.dir={case.path('sender-state')}"])
    for way in WAYS:
        agent.wait(lambda w=way: agent.counter(f"SINK.k{w}", "EventDrainSuccessCount") >= EVENTS, 60, f"all events of {way}")
        ours.agent.wait(lambda w=way: ours.agent.counter(f"SINK.k{w}", "EventDrainSuccessCount") >= EVENTS, 60, f"all events of {way}")
    check(agent.stop() == 0 and ours.agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text(), ours.agent.log_text())
    for way in WAYS:
        seen = [json.loads(line)["body"] for line in lines_in(case.path("ours", way))]
        check(seen == [str(n) for n in range(EVENTS)], f"{way}: other events")


@limit(240)
def test_programs_with_flumes_client_sdk_reach_our_source(case):
    need_java_flume()
    ways = ("new", "old", "log4j")
    ours = Ours(case, ways)
    hosts = {way: {"hosts": "h", "hosts.h": f"127.0.0.1:{port}"} for way, port in ours.ports.items()}
    senders = [java_sdk.start_sender(case.folder, {"client.type": "DEFAULT"} | hosts["new"], EVENTS, 100),
               java_sdk.start_sender(case.folder, {"client.type": "DEFAULT"} | hosts["old"], EVENTS, 100, java_sdk.OLD),
               java_sdk.start_sender(case.folder, {"client.type": "DEFAULT"} | hosts["log4j"], EVENTS, 1)]
    for each in senders:
        check(java_sdk.result_of(each) == (EVENTS, 0), "calls failed")
    source = ours.agent.metrics()["SOURCE.rlog4j"]
    check((source["AppendAcceptedCount"], source["EventAcceptedCount"]) == (str(EVENTS), str(EVENTS)), f"counters: {source}")
    for way, events in ours.events(dict.fromkeys(ways, EVENTS)).items():
        check_numbered(events, EVENTS, way)
        check(("flume.client.log4j.logger.name" in events[0]["headers"]) == (way == "log4j"), f"{way}: other headers: {events[0]}")


@limit(240)
def test_the_sdks_failover_and_load_balancing_reach_our_sources(case):
    need_java_flume()
    ours = Ours(case, ("a", "b"))
    dead = free_port()
    hosts = {"hosts": "dead a b", "hosts.dead": f"127.0.0.1:{dead}", "hosts.a": f"127.0.0.1:{ours.ports['a']}",
             "hosts.b": f"127.0.0.1:{ours.ports['b']}"}
    for version in (java_flume.VERSION, java_sdk.OLD):
        sent, _ = java_sdk.run_sender(case.folder, {"client.type": "default_failover"} | hosts, EVENTS, 100, version)
        check(sent == EVENTS, "failover: not all was acknowledged")
        sent, _ = java_sdk.run_sender(case.folder, {"client.type": "default_loadbalance", "backoff": "true"} | hosts, EVENTS, 100, version)
        check(sent == EVENTS, "load balancing: not all was acknowledged")
    received = {way: ours.agent.counter(f"SOURCE.r{way}", "EventAcceptedCount") for way in "ab"}
    check(sum(received.values()) == 4 * EVENTS and received["b"] > 0, f"{received}")
    events = sorted((event for of_way in ours.events(received).values() for event in of_way), key=lambda event: int(event["headers"]["n"]))
    check([int(event["headers"]["n"]) for event in events] == sorted([*range(EVENTS)] * 4), f"{len(events)} events")
