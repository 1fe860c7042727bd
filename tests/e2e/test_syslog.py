"""The syslog sources with senders that are no part of the project: util-linux's logger, rsyslogd and syslog-ng."""
import datetime
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

from agent_process import ROOT, free_port, wait_until
from case import Skipped, check, configuration, limit

sys.path.append(os.path.join(ROOT, "tests", "servers"))

import syslog_senders  # noqa: E402  pylint: disable=wrong-import-position
from syslog_senders import Forward, Rsyslog, SyslogNg, feed  # noqa: E402  pylint: disable=wrong-import-position

HOST = "127.0.0.1"
MESSAGES = 10_000
HOST_NAME = "web-7.example"
LOCAL4_WARNING = 20 * 8 + 4


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Sources:
    """Our agent with syslog sources of these names and kinds ("syslogtcp", ..), each with a channel and JSON lines of its own."""

    def __init__(self, case, kinds, **more):
        self.case = case
        self.kinds = kinds
        self.ports = {name: free_udp_port() if kind == "syslogudp" else free_port() for name, kind in kinds.items()}
        parts = {"sources": " ".join(kinds), "channels": " ".join(f"c{name}" for name in kinds), "sinks": " ".join(f"k{name}" for name in kinds)}
        for name, kind in kinds.items():
            os.makedirs(case.path("out", name))
            parts |= {f"sources.{name}.type": kind, f"sources.{name}.host": HOST,
                      f"sources.{name}.{'ports' if kind == 'multiport_syslogtcp' else 'port'}": str(self.ports[name]),
                      f"sources.{name}.channels": f"c{name}", f"channels.c{name}.type": "memory", f"channels.c{name}.capacity": "20000",
                      f"channels.c{name}.transactionCapacity": "1000", f"sinks.k{name}.type": "file_roll", f"sinks.k{name}.channel": f"c{name}",
                      f"sinks.k{name}.sink.directory": case.path("out", name), f"sinks.k{name}.sink.rollInterval": "0",
                      f"sinks.k{name}.sink.serializer": "json"}
        self.text = configuration(**parts, **more)
        self.agent = None
        self.start()

    def start(self):
        environment = {**self.case.environment, "TZ": "UTC"}
        self.agent = self.case.agent(self.text, environment=environment)
        self.agent.wait_ready([f"SOURCE.{name}" for name in self.kinds])

    def stop(self):
        check(self.agent.stop() == 0, "exit code after SIGTERM is not 0", self.agent.log_text())

    def events_so_far(self, name):
        """What is in its files, the last line only when it is whole."""
        events = []
        folder = self.case.path("out", name)
        for file in sorted(os.listdir(folder)):
            with open(os.path.join(folder, file), encoding="utf-8") as lines:
                events += [json.loads(line) for line in lines if line.endswith("\n")]
        return events

    def events(self, counts, seconds=60):
        """What each source brought, when there are as many as counted; the agent is stopped."""
        for name, count in counts.items():
            self.agent.wait(lambda n=name, c=count: self.agent.counter(f"SINK.k{n}", "EventDrainSuccessCount") >= c, seconds,
                            f"{count} events of {name}")
        self.stop()
        return {name: self.events_so_far(name) for name in counts}


def check_headers(event, expected, what):
    """Besides these it has a timestamp, or what the caller looks at."""
    seen = event["headers"]
    check({key: seen.get(key) for key in expected} == expected, f"{what}: other headers", seen, expected)


# logger

def log_by_logger(port, *options):
    """One message of util-linux's logger, at local4.warning, with a process id; the time of before and after, in ms."""
    begin = time.time_ns() // 1_000_000
    subprocess.run([syslog_senders.logger(), "-n", HOST, "-P", str(port), "-p", "local4.warning", "-t", "shop", "--id=4711", *options],
                   check=True, timeout=20, env={**os.environ, "TZ": "UTC"})
    return begin, time.time_ns() // 1_000_000


def need_logger():
    if not syslog_senders.logger():
        raise Skipped("no logger (util-linux)")


SD_OPTIONS = ("--sd-id", "order@32473", "--sd-param", 'number="17"', "--sd-param", 'note="a \\"b\\""')
LOGGER_FORMS = {  # name -> options of logger, what stands before the text in a body
    "3164": (("--rfc3164",), "shop[4711]: "),
    "5424": (("--rfc5424=notq",), "shop 4711 - - "),
    "sd": (("--rfc5424=notq", "--msgid", "ID9", *SD_OPTIONS), 'shop 4711 ID9 [order@32473 number="17" note="a \\"b\\""] '),
    "quality": (("--rfc5424",), 'shop 4711 - [timeQuality '),
}


@limit(120)
def test_messages_of_logger_have_their_headers_in_every_form(case):
    need_logger()
    sources = Sources(case, {"tcp": "syslogtcp", "multi": "multiport_syslogtcp", "udp": "syslogudp"})
    sent = []
    for form, (options, before) in LOGGER_FORMS.items():
        for ways in (("--udp",), ("--tcp",), ("--tcp", "--octet-count")):
            text = f"grün {form} {' '.join(ways)}"
            for name in ("udp",) if ways == ("--udp",) else ("tcp", "multi"):
                clock = log_by_logger(sources.ports[name], *options, *ways, "--", text)
                sent.append((name, form, before, text, clock))
    counts = {name: sum(each[0] == name for each in sent) for name in sources.ports}
    events = sources.events(counts)
    own_name = socket.gethostname()
    for name, form, before, text, (begin, end) in sent:
        event = next((each for each in events[name] if each["body"].endswith(f" {text}")), None)
        what = f"{name}, {text}"
        check(event is not None, f"{what}: not there", *events[name])
        check(event["body"] == before + text or (form == "quality" and event["body"].startswith(before)), f"{what}: {event['body']}")
        priority = "Priority" if name == "multi" else "priority"
        # Of RFC 3164 logger sends what is before the first dot.
        host = own_name.partition(".")[0] if form == "3164" else own_name
        check_headers(event, {"Facility": "20", "Severity": "4", priority: str(LOCAL4_WARNING), "host": host}, what)
        stamp = int(event["headers"]["timestamp"])
        check(begin // 1000 * 1000 <= stamp <= end, f"{what}: {stamp} is not from {begin} to {end}")
    check({name: len(of_name) for name, of_name in events.items()} == counts, "more events than messages")


@limit(120)
def test_structured_data_of_logger_becomes_headers(case):
    need_logger()
    sources = Sources(case, {"tcp": "syslogtcp", "udp": "syslogudp"}, sources__tcp__rfc5424Headers="all", sources__tcp__rfc5424Body="message",
                      sources__udp__rfc5424Headers="app-name structured-data", sources__udp__rfc5424Body="message")
    log_by_logger(sources.ports["tcp"], *LOGGER_FORMS["sd"][0], "--tcp", "--octet-count", "--", "two\nlines")
    log_by_logger(sources.ports["udp"], *LOGGER_FORMS["sd"][0], "--udp", "--", "text")
    events = sources.events({"tcp": 1, "udp": 1})
    expected = {"app-name": "shop", "order@32473.number": "17", "order@32473.note": 'a "b"'}
    check_headers(events["tcp"][0], expected | {"procid": "4711", "msgid": "ID9"}, "tcp")
    check_headers(events["udp"][0], expected | {"procid": None, "msgid": None}, "udp")
    check((events["tcp"][0]["body"], events["udp"][0]["body"]) == ("two\nlines", "text"), "other bodies", *events.values())


@limit(120)
def test_a_file_by_logger_comes_whole_and_in_order(case):
    need_logger()
    sources = Sources(case, {"tcp": "syslogtcp", "multi": "multiport_syslogtcp"})
    lines = case.write("lines", "".join(f"number {n}\n" for n in range(MESSAGES)))
    log_by_logger(sources.ports["tcp"], "--tcp", "--octet-count", "--rfc5424", "-f", lines)
    log_by_logger(sources.ports["multi"], "--tcp", "--rfc3164", "-f", lines)
    for name, events in sources.events({"tcp": MESSAGES, "multi": MESSAGES}).items():
        check_numbers([event["body"] for event in events], name)


# rsyslogd and syslog-ng

def need(*senders):
    for sender in senders:
        if why := sender.missing():
            raise Skipped(why)


def check_numbers(bodies, what, count=MESSAGES):
    """The last words are 0, 1, .."""
    numbers = [int(body.rpartition(" ")[2]) for body in bodies]
    if numbers != list(range(count)):
        raise AssertionError(f"{what}: {len(numbers)} events instead of {count}; missing {sorted(set(range(count)) - set(numbers))[:5]}, "
                             f"doubled {len(numbers) - len(set(numbers))}, in order {numbers == sorted(numbers)}")


def make_authority(folder):
    """PEM files: a key with its certificate for localhost in one, and the certificate alone."""
    os.makedirs(folder)
    key, certificate, both = (os.path.join(folder, name) for name in ("key.pem", "certificate.pem", "both.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True, timeout=60)
    with open(both, "w", encoding="ascii") as file:
        for part in (key, certificate):
            with open(part, encoding="ascii") as text:
                file.write(text.read())
    return both, certificate


def tls_keys(name, keystore):
    return {f"sources.{name}.ssl": "true", f"sources.{name}.keystore": keystore, f"sources.{name}.keystore-type": "PEM"}


def messages(count=MESSAGES):
    """RFC 3164 as programs give it to their log daemon, and when (ms). The facility and severity are those of the number."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    stamp = f"{now:%b} {now.day:2} {now:%H:%M:%S}"
    return [f"<{n % 192}>{stamp} {HOST_NAME} shop[{n}]: text number {n}".encode() for n in range(count)], int(now.timestamp()) * 1000


def start_sender(case, kind, forwards):
    sender = kind(case.path("sender"), forwards)
    case.at_end(sender.stop)
    return sender.start()


def feed_slowly(path, lines):
    """5,000 a second: a datagram port has no way to say stop."""
    for first in range(0, len(lines), 100):
        feed(path, lines[first:first + 100])
        time.sleep(0.02)


def everything_by(case, kind, forms):
    """A daemon sends 10,000 messages in these forms: name -> (source, settings of Forward)."""
    need(kind)
    both, authority = make_authority(case.path("tls"))
    tls = {key: value for name, (_, form) in forms.items() if form.get("is_tls") for key, value in tls_keys(name, both).items()}
    sources = Sources(case, {name: source for name, (source, _) in forms.items()}, **tls)
    forwards = [Forward(sources.ports[name], authority=authority if form.get("is_tls") else "",
                        **{key: value for key, value in form.items() if key != "is_tls"}) for name, (_, form) in forms.items()]
    sender = start_sender(case, kind, forwards)
    lines, stamp = messages()
    feed_slowly(sender.socket, lines)
    for name, events in sources.events(dict.fromkeys(forms, MESSAGES)).items():
        check_numbers([event["body"] for event in events], name)
        is_multi, is_rfc5424 = forms[name][0] == "multiport_syslogtcp", forms[name][1].get("is_rfc5424", True)
        start = "shop {} - " if is_rfc5424 else "shop[{}]: "
        for n, event in enumerate(events):
            check_headers(event, {"Facility": str(n % 192 // 8), "Severity": str(n % 8), "Priority" if is_multi else "priority": str(n % 192),
                                  "host": HOST_NAME, "timestamp": str(stamp), "flume.syslog.status": None}, f"{name}, {n}")
            check(event["body"].startswith(start.format(n)) and event["body"].endswith(f" text number {n}"), f"{name}: {event['body']}")


FORMS = {
    "lines": ("syslogtcp", {}),
    "bsd": ("syslogtcp", {"is_rfc5424": False}),
    "counted": ("syslogtcp", {"is_counted": True}),
    "tls": ("syslogtcp", {"is_counted": True, "is_tls": True}),
    "multi": ("multiport_syslogtcp", {}),
    "multibsd": ("multiport_syslogtcp", {"is_rfc5424": False}),
    "multitls": ("multiport_syslogtcp", {"is_counted": True, "is_tls": True}),
    "udp": ("syslogudp", {"protocol": "udp"}),
    "udpbsd": ("syslogudp", {"protocol": "udp", "is_rfc5424": False}),
}


@limit(180)
def test_rsyslogd_reaches_every_source_in_every_form(case):
    everything_by(case, Rsyslog, FORMS | {"bsdcounted": ("syslogtcp", {"is_counted": True, "is_rfc5424": False})})


@limit(180)
def test_syslog_ng_reaches_every_source_in_every_form(case):
    everything_by(case, SyslogNg, FORMS)


def over_a_restart(case, kind, queue):
    """The agent is stopped in order while messages stream in, is away for a while, and comes back: each message came once."""
    need(kind)
    both, authority = make_authority(case.path("tls"))
    sources = Sources(case, {"plain": "syslogtcp", "tls": "syslogtcp", "multi": "multiport_syslogtcp"}, **tls_keys("tls", both))
    forwards = [Forward(port, is_counted=True, queue=queue, authority=authority if name == "tls" else "") for name, port in sources.ports.items()]
    sender = start_sender(case, kind, forwards)
    lines, _ = messages()
    feeding = threading.Thread(target=feed_slowly, args=(sender.socket, lines))
    feeding.start()
    try:
        for name in sources.ports:
            sources.agent.wait(lambda n=name: sources.agent.counter(f"SOURCE.{n}", "EventAcceptedCount") >= MESSAGES // 10, 30, "the first messages")
        sources.stop()
        before = {name: len(sources.events_so_far(name)) for name in sources.ports}
        check(all(count < MESSAGES for count in before.values()), f"it was stopped too late: {before}")
        feeding.join(2)  # some senders take no more than they have room for
        sources.start()
    finally:
        sources.agent.is_running() or sender.stop()  # or nobody takes what is fed
        feeding.join()
    for name, events in sources.events({name: MESSAGES - count for name, count in before.items()}).items():
        check_numbers([event["body"] for event in events], name)


@limit(180)
def test_a_restart_loses_nothing_of_rsyslogd(case):
    over_a_restart(case, Rsyslog, "memory")


@limit(180)
def test_a_restart_loses_nothing_of_rsyslogd_with_a_queue_on_disk(case):
    over_a_restart(case, Rsyslog, "disk")


@limit(180)
def test_a_restart_loses_nothing_of_syslog_ng(case):
    over_a_restart(case, SyslogNg, "memory")


@limit(180)
def test_a_restart_loses_nothing_of_syslog_ng_with_a_queue_on_disk(case):
    over_a_restart(case, SyslogNg, "disk")


# A certificate that changes

class TlsClient:
    """A connection that trusts whom it meets, and keeps what it was shown."""

    def __init__(self, port):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.connection = context.wrap_socket(socket.create_connection((HOST, port), timeout=20))
        self.certificate = ssl.DER_cert_to_PEM_cert(self.connection.getpeercert(binary_form=True))

    def send(self, number):
        self.connection.sendall(f"<13>1 2024-01-02T03:04:05Z h app - - - number {number}\n".encode())

    def close(self):
        self.connection.close()


def text_of(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def replace(path, content):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(content)
    os.rename(path + ".new", path)


@limit(120)
def test_a_new_certificate_is_shown_to_new_connections_while_old_ones_go_on(case):
    (first, first_certificate), (second, second_certificate) = (make_authority(case.path(name)) for name in ("first", "second"))
    sources = Sources(case, {"tls": "syslogtcp"}, **tls_keys("tls", first))
    port = sources.ports["tls"]
    old = TlsClient(port)
    old.send(0)
    check(old.certificate == text_of(first_certificate), "another certificate at first")

    def shown():
        client = TlsClient(port)
        client.close()
        return client.certificate

    replace(first, "this is no certificate\n")
    sources.agent.wait(lambda: shown() and "changed certificates cannot be used" in sources.agent.log_text(), 30, "a word about the file")
    check(shown() == text_of(first_certificate), "a file that cannot be read took the certificate away", sources.agent.log_text())
    old.send(1)

    replace(first, text_of(second))
    sources.agent.wait(lambda: shown() == text_of(second_certificate), 30, "the new certificate")
    new = TlsClient(port)
    for number, client in ((2, old), (3, new), (4, old)):
        client.send(number)
        sources.agent.wait(lambda n=number: sources.agent.counter("SOURCE.tls", "EventAcceptedCount") > n, 20, f"message {number}")
    for client in (old, new):
        client.close()
    check_numbers([event["body"] for event in sources.events({"tls": 5})["tls"]], "tls", 5)
