"""The http sink on Python's web server, and on our own http source."""
import http.server
import json
import shutil
import ssl
import subprocess
import threading

from agent_process import free_port
from case import Case, Skipped, check, configuration, limit, same_lines, text_lines, wait_delivered, wait_until
from test_netcat_sources import flow as into_files

SUCCESS = {"sinks.sink1.rollback.2XX": "false", "sinks.sink1.backoff.2XX": "false", "sinks.sink1.incrementMetrics.2XX": "true"}


class Collector:
    """`status(body)`: of the answer; None: the connection is closed without one. `bodies`: of requests that were answered with 200."""

    def __init__(self, status=lambda body: 200, port=0, certificate=None):
        self.bodies = []
        self.requests = 0
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests += 1
                code = status(body)
                if code is None:
                    self.close_connection = True
                    return
                if code == 200:
                    collector.bodies.append(body)
                self.send_response(code)
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"said")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate + ".pem", certificate + ".key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.port}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def collector(case, *arguments, **settings):
    made = Collector(*arguments, **settings)
    case.at_end(made.stop)
    return made


def flow(case, url, bodies, **changes):
    """The lines of a file, by exec, into a file channel, to the sink."""
    case.append_lines(case.path("in"), [body.encode() for body in bodies])
    parts = {
        "sources": "source1", "sinks": "sink1", "channels": "channel1",
        "sources.source1.type": "exec",
        "sources.source1.command": f"cat {case.path('in')}",
        "sources.source1.channels": "channel1",
        "channels.channel1.type": "file",
        "channels.channel1.checkpointDir": case.path("checkpoint"),
        "channels.channel1.dataDirs": case.path("data"),
        "sinks.sink1.type": "http",
        "sinks.sink1.channel": "channel1",
        "sinks.sink1.endpoint": url,
        **SUCCESS,
    }
    return configuration(**{**parts, **{key.replace("__", "."): value for key, value in changes.items()}})


def stop(agent):
    check(agent.stop() == 0, "the agent did not end in order", agent.log_text())


@limit(120)
def test_events_are_posted_one_by_one_in_their_order(case):
    web = collector(case)
    lines = [f"line {i}" for i in range(300)]
    agent = case.agent(flow(case, web.url, lines))
    wait_delivered(agent, 300)
    check(web.bodies == [line.encode() for line in lines], "other bodies, or another order", repr(web.bodies[:5]))
    stop(agent)


@limit(120)
def test_a_server_that_is_away_or_fails_gets_everything_once_it_is_back(case):
    moods = [503, None, 500, 429, None]
    port = free_port()
    lines = [f"line {i}" for i in range(40)]
    agent = case.agent(flow(case, f"http://localhost:{port}/events", lines, sinks__sink1__batch="lines", sinks__sink1__batchSize="10"))
    agent.wait(lambda: f"POST http://localhost:{port}/events: " in agent.log_text(), 20, "a word about the server")
    web = collector(case, lambda body: moods.pop() if moods else 200, port=port)
    wait_delivered(agent, 40, seconds=60)
    check(b"".join(web.bodies).decode().splitlines() == lines, "lost, twice or in another order", repr(web.bodies))
    check("the server answers 503: 'said'" in agent.log_text(), "the status is not told", agent.log_text())
    check("the destination has not said whether it has the last batch" in agent.log_text(), "the doubt is not told", agent.log_text())
    stop(agent)


@limit(120)
def test_an_event_that_the_server_refuses_does_not_hold_up_the_others(case):
    web = collector(case, lambda body: 400 if b"poison" in body else 200)
    lines = [f"poison {i}" if i in (3, 57) else f"line {i}" for i in range(100)]
    agent = case.agent(flow(case, web.url, lines, sinks__sink1__batch="ndjson", sinks__sink1__badEvents="deadletter",
                            sinks__sink1__deadLetter=case.path("bad")))
    wait_delivered(agent, 98)
    events = [json.loads(line)["body"] for body in web.bodies for line in body.splitlines()]
    same_lines(sorted(events), sorted(line for line in lines if "poison" not in line))
    wait_until(lambda: agent.counter("CHANNEL.channel1", "ChannelSize") == 0, 20, "the dead letters")
    stop(agent)


@limit(120)
def test_our_http_source_takes_what_our_sink_sends(case):
    port = free_port()
    receiver = case.agent(into_files(case, port, "http"))
    sender_folder = case.path("sender")
    lines = [f"zeile {i} \u00fc \"quoted\"" for i in range(500)]
    case.write("sender/in", "".join(line + "\n" for line in lines))
    sender_case = Case(sender_folder)  # a second agent with a folder of its own
    case.at_end(sender_case.clean_up)
    sender = sender_case.agent(flow(sender_case, f"http://localhost:{port}/", [], sinks__sink1__batch="json_array"))
    wait_delivered(sender, 500)
    wait_delivered(receiver, 500)
    stop(sender)
    stop(receiver)
    same_lines(sorted(text_lines(case.path("out"))), sorted(line.encode() for line in lines))


@limit(120)
def test_https_believes_only_whom_the_trust_store_names(case):
    if not shutil.which("openssl"):
        raise Skipped("no openssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", case.path("web.key"), "-out", case.path("web.pem")],
                   check=True, capture_output=True, timeout=30)
    web = collector(case, certificate=case.path("web"))
    agent = case.agent(flow(case, web.url, ["one"]))
    agent.wait(lambda: "certificate" in agent.log_text(), 20, "a word about the certificate")
    check(agent.stop() == 0 and not web.bodies, "a stranger got the event", agent.log_text())
    agent = case.agent(flow(case, web.url, [], sources__source1__command="true", sinks__sink1__truststore=case.path("web.pem")))
    wait_delivered(agent, 1)
    check(web.bodies == [b"one"], "what waited is not delivered", repr(web.bodies))
    stop(agent)
