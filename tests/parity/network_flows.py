"""The flows that begin at a port: what clients send reaches both agents byte for byte."""
import datetime
import json

from clients import Http, Tcp, Udp
from flow import Flow

MEMORY = "channels.c1.type = memory\nchannels.c1.capacity = 1000\nchannels.c1.transactionCapacity = 500\n"
ROLL = "sinks.k1.type = file_roll\nsinks.k1.channel = c1\nsinks.k1.sink.directory = {out}\nsinks.k1.sink.rollInterval = 0\n"
TEXT = MEMORY + ROLL + "sinks.k1.sink.serializer = header_and_text\n"
AVRO = MEMORY + ROLL + "sinks.k1.sink.serializer = avro_event\n"  # bodies with newlines, headers with blanks


def source(kind, *lines):
    """`lines`: KEY = VALUE."""
    return keys(f"type = {kind}", "channels = c1", *lines)


def keys(*lines):
    return "".join(f"sources.r1.{line}\n" for line in lines)


def stamp_3164(days_ago):
    """RFC 3164 names no year: near enough to now that everybody takes the same."""
    moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)
    return f"{moment:%b} {moment.day:2} {moment:%H:%M:%S}".encode()


SYSLOG_TCP = source("syslogtcp", "host = {host}", "port = {port}")
SYSLOG_UDP = source("syslogudp", "host = {host}", "port = {port}")
MULTIPORT = source("multiport_syslogtcp", "host = {host}", "ports = {port} {port2}", "portHeader = port")
NETCAT = source("netcat", "bind = {host}", "port = {port}")
NETCAT_UDP = source("netcatudp", "bind = {host}", "port = {port}", "remoteAddress = from")
COUNTS = ("counters",)
HTTP = source("http", "bind = {host}", "port = {port}")

# What every one of the three syslog sources reads in the same way; the tables of single messages are in tests/golden/syslog.
MESSAGES = (
    b"<34>1 2003-10-11T22:14:15Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8",
    b'<165>1 2003-10-11T22:14:15+02:00 host evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"] text',
    b"<13>1 2024-02-29T23:59:59-07:00 - app - - - no host",
    b"<0>" + stamp_3164(0) + b" host2 kernel: the lowest priority",
    b"<191>" + stamp_3164(20) + b" 10.1.2.3 cron[12]: three weeks ago",
    "<14>1 2003-10-11T22:14:15Z host app 1 - - grün € 😀".encode(),
)
LINES = b"".join(message + b"\n" for message in MESSAGES)
MANY = b"".join(b"<%d>1 2003-10-11T22:14:%02dZ host app - - - message %d\n" % (n % 192, n % 60, n) for n in range(400))
ODD = b"no priority\n<999>too high\n<x>no digits\n<13>of no form\n<1>\n"


def http_events(*events):
    return json.dumps(events).encode()


JSON = {"Content-Type": "application/json; charset=utf-8"}
UTF16 = {"Content-Type": "application/json; charset=UTF-16"}

NETWORK_FLOWS = [
    Flow("syslogtcp_messages", SYSLOG_TCP + keys("clientIPHeader = ip") + AVRO, len(MESSAGES), sends=(Tcp((LINES,)),)),
    Flow("syslogtcp_many_in_pieces", SYSLOG_TCP + TEXT, 400, sends=(Tcp(tuple(MANY[i:i + 3001] for i in range(0, len(MANY), 3001))),)),
    Flow("syslogtcp_odd_lines", SYSLOG_TCP + AVRO, 5, sends=(Tcp((ODD,)),)),
    Flow("syslogtcp_keeps_all", SYSLOG_TCP + keys("keepFields = all") + AVRO, len(MESSAGES), sends=(Tcp((LINES,)),)),
    Flow("syslogtcp_keeps_some", SYSLOG_TCP + keys("keepFields = priority hostname") + AVRO, 2, sends=(Tcp((LINES[:LINES.index(b"text")] + b"\n",)),)),
    Flow("syslogudp_messages", SYSLOG_UDP + keys("clientIPHeader = ip") + AVRO, len(MESSAGES), sends=(Udp(MESSAGES),)),
    Flow("multiport_messages", MULTIPORT + keys("clientIPHeader = ip") + TEXT, len(MESSAGES) - 1, sends=(Tcp((LINES,)), )),
    Flow("multiport_many", MULTIPORT + TEXT, 400, sends=(Tcp(tuple(MANY[i:i + 3001] for i in range(0, len(MANY), 3001)), port=1),)),
    Flow("multiport_charsets", MULTIPORT + keys("charset.default = ISO-8859-1", "charset.port.{port2} = windows-1252") + AVRO, 2,
         sends=(Tcp(("<14>1 2003-10-11T22:14:15Z höst app 1 - - grün\n".encode("latin-1"),)),
                Tcp(("<14>1 2003-10-11T22:14:15Z hóst app 1 - - größer\n".encode("cp1252"),), port=1))),
    Flow("netcat_lines", NETCAT + AVRO, 6, masks=COUNTS, sends=(Tcp((b"one\ntwo\r\n\nthree \t\n", "grün € 😀\n".encode() + b"nul\0byte\n")),)),
    Flow("netcat_without_answers", NETCAT + keys("ack-every-event = false") + AVRO, 2, masks=COUNTS, sends=(Tcp((b"one\ntwo\n",)),)),
    Flow("netcat_too_long", NETCAT + keys("max-line-length = 20") + AVRO, 2, masks=COUNTS, sends=(Tcp((b"0123456789012345678\n", b"0123456789012345678901\nnever read\n")), Tcp((b"again\n",)))),
    Flow("netcat_exactly_too_long", NETCAT + keys("max-line-length = 20") + AVRO, 2, masks=COUNTS, sends=(Tcp((b"0123456789012345678\n", b"01234567890123456789\nnever read\n")), Tcp((b"again\n",)))),
    Flow("netcat_too_long_in_one_piece", NETCAT + keys("max-line-length = 20") + AVRO, 2, masks=COUNTS, sends=(Tcp((b"one\n" + b"0123456789" * 5 + b"\nnever\n",)), Tcp((b"again\n",)))),
    Flow("netcat_too_long_without_answers", NETCAT + keys("max-line-length = 20", "ack-every-event = false") + AVRO, 1,
         masks=COUNTS, sends=(Tcp((b"0" * 50,)), Tcp((b"again\n",)))),
    Flow("netcat_latin1", NETCAT + keys("encoding = ISO-8859-1") + AVRO, 1, masks=COUNTS, sends=(Tcp((b"gr\xfcn\n",)),)),
    Flow("netcatudp_datagrams", NETCAT_UDP + TEXT, 3, masks=COUNTS, sends=(Udp((b"one\n", b"two", b"three\r\n")),)),
    Flow("http_events", HTTP + AVRO, 5, sends=(
        Http(http_events({"headers": {"a": "1", "b": "ü"}, "body": "grün €"}, {"body": "no headers"}, {"headers": {"only": "h"}}), headers=JSON),
        Http(http_events({"headers": {}, "body": ""}), headers=JSON),
        Http(json.dumps([{"headers": {"a": "1"}, "body": "grün"}], ensure_ascii=False).encode("utf-16"), headers=UTF16))),
    Flow("http_values_that_are_no_strings", HTTP + AVRO, 2, sends=(Http(b'[{"headers":{"n":1,"f":1.50,"t":true},"body":12},{"body":true}]', headers=JSON),)),
    Flow("http_statuses", HTTP + AVRO, 1, sends=tuple(
        [Http(body, headers=JSON) for body in (b"[]", b"", b"{}", b"[", b'[{"headers":{"a":{"b":1}},"body":"x"}]', b'[{"headers":{"a":[1]},"body":"x"}]', b"[1]", b'"x"', b'[{"body":{}}]')]
        + [Http(b"[]", method=method, headers=JSON) for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH")]
        + [Http(b'[{"body":"last"}]', headers={"Content-Type": "application/json; charset=latin1"}), Http(b"[]", path="/any/path?q=1", headers=JSON),
           Http(b'[{"body":"last"}]', headers={"Content-Type": "text/plain"})])),
]
