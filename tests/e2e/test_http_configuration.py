"""The configuration on a web server: who may have it, what a start waits for, and whom it trusts."""
import base64
import http.server
import shutil
import ssl
import subprocess
import threading

from case import Skipped, check, limit
from remote_agent import start, text

USER, PASSWORD = "fleet", "hunter2-of-the-web"
SPEAK = ("-Dflume.root.logger=DEBUG,console", "-Dorg.apache.flume.log.printconfig=true")


class WebServer:
    """`answers`: path -> (status, body; of 302 where to); `first`: what is answered, once each, before that. Below /closed/ a password is asked for."""

    def __init__(self, answers, certificate=None):
        self.answers = answers
        self.first = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                given = self.headers.get("Authorization")
                if self.path.startswith("/closed/") and given != expected:
                    status, body = 401, b""
                elif web.first:
                    status, body = web.first.pop(0)
                else:
                    status, body = web.answers.get(self.path, (404, b""))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate + ".pem", certificate + ".key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def serve(case, answers, **settings):
    web = WebServer(answers, **settings)
    case.at_end(web.stop)
    return web


def test_several_places_are_merged_and_each_problem_names_its_own(case):
    web = serve(case, {"/base": (200, text(events="1")),
                       "/mine?of=agent1": (200, b"# over the others\nagent1.sources.r.totalEvents = 7\nagent1.sinks.k.batchSzie = 1\n")})
    conf_file = case.write("base.conf", text(events="2"))
    agent = start(case, "-u", web.url + "/base", "-u", f"file://{conf_file}", "-u", web.url + "/mine?of=agent1")
    agent.wait_events(7)
    check(f"{web.url}/mine?of=agent1:3:1: warning: agent1.sinks.k.batchSzie" in agent.log_text(), "the URL and line are not named", agent.log_text())
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())


@limit(120)
def test_a_start_waits_for_a_server_that_fails_and_for_one_that_is_not_up(case):
    web = serve(case, {"/f": (200, text())})
    web.first = [(500, b""), (503, b"")]
    agent = start(case, "-u", web.url + "/f")
    agent.wait_events(3)
    for status in (500, 503):
        check(f"Warning: waiting for the configuration: {web.url}/f: the server answers {status}" in agent.log_text(), f"not a word of {status}",
              agent.log_text())
    check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    web.stop()
    agent = start(case, "-u", web.url + "/f")
    agent.wait_log(f"waiting for the configuration: {web.url}/f: Failed to connect")
    check(agent.stop() == 0, "a wait that SIGTERM ends is no failure", agent.log_text())


def test_what_waiting_does_not_mend_ends_the_start_with_the_reason(case):
    web = serve(case, {"/f": (200, text()), "/forbidden": (403, b""), "/gone": (410, b""), "/yaml.yaml": (200, b"a: 1\n"), "/binary": (200, b"a\0b"),
                       "/broken": (200, b"agent1.sources = \\u00zz\n")})
    for path, why in (("/none", "the server answers 404: there is no such document"), ("/forbidden", "the server answers 403"),
                      ("/gone", "the server answers 410"), ("/closed/f", "the server answers 401: it wants a user and a password"),
                      ("/yaml.yaml", "error: JSON, YAML and XML configurations are not read"), ("/binary", "error: "), ("/broken", ":1:")):
        for command, expected in ((("agent",), 2), (("validate",), 1)):
            code, output = case.flume(*command, "-u", web.url + path, "-n", "agent1")
            check(code == expected and web.url + path in output and why in output, f"{path}: exit code {code}", output)
    web.first = [(500, b"")]
    code, output = case.flume("agent", "--no-reload-conf", "-u", web.url + "/f", "-n", "agent1")
    check(code == 2 and "the server answers 500" in output, f"exit code {code}", output)


def test_a_password_reaches_the_server_and_nobody_else(case):
    web = serve(case, {"/closed/f": (200, text())})
    code, output = case.flume("validate", "-u", web.url + "/closed/f", "-n", "agent1", "-user", USER, "-pwd", PASSWORD + "x")
    check(code == 1 and "401: it does not take this user and password" in output and PASSWORD not in output, f"exit code {code}", output)
    for options in (("-pwd", PASSWORD), (f"--conf-password={PASSWORD}",)):
        agent = start(case, "-u", web.url + "/closed/f", "--conf-user", USER, *options, *SPEAK,
                      f"-Djavax.net.ssl.trustStorePassword={PASSWORD}")
        agent.wait_events(3)
        with open(f"/proc/{agent.pid}/cmdline", "rb") as file:
            arguments = file.read()
        check(b"--conf-user" in arguments and PASSWORD.encode() not in arguments, "others see the password among the arguments", repr(arguments))
        check(agent.stop() == 0, "exit code after SIGTERM is not 0", agent.log_text())
    check("the password crosses the network readable" in agent.log_text(), "nobody warns of http:", agent.log_text())
    check(PASSWORD not in agent.log_text(), "the log shows the password", agent.log_text())


def test_commands_of_a_remote_configuration_are_warned_of(case):
    remote = text(sources__r__type="exec", sources__r__command="echo hello", sources__r__totalEvents="1")
    web = serve(case, {"/f": (200, remote)})
    code, output = case.flume("validate", "-u", web.url + "/f", "-n", "agent1")
    check(code == 0 and "warning: agent1.sources.r.command: a command that came over the network" in output, f"exit code {code}", output)
    code, output = case.flume("validate", "-f", case.write("flume.conf", remote), "-n", "agent1")
    check(code == 0 and "came over the network" not in output, f"exit code {code}", output)


@limit(120)
def test_https_trusts_whom_the_trust_store_names_and_nobody_else(case):
    for program in ("openssl", "keytool"):
        if not shutil.which(program):
            raise Skipped(f"no {program}")
    for name, host in (("right", "localhost"), ("other", "elsewhere.example")):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={host}",
                        "-addext", f"subjectAltName=DNS:{host}", "-keyout", case.path(name + ".key"), "-out", case.path(name + ".pem")],
                       check=True, capture_output=True, timeout=30)
    store = case.path("trust.jks")
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "web", "-file", case.path("right.pem"), "-keystore", store, "-storetype", "JKS",
                    "-storepass", "store-password"], check=True, capture_output=True, timeout=60)
    plain = serve(case, {"/f": (200, text())})
    web = serve(case, {"/f": (200, text()), "/open/f": (302, plain.url.encode() + b"/f")}, certificate=case.path("right"))

    def validate(url, *options):
        return case.flume("validate", "-u", url + "/f", "-n", "agent1", *options)

    code, output = validate(web.url)
    check(code == 1 and "certificate" in output and web.url in output, f"a stranger is trusted: exit code {code}", output)
    code, output = case.flume("agent", "-u", web.url + "/f", "-n", "agent1")
    check(code == 2 and "certificate" in output, f"a start waits for a stranger: exit code {code}", output)
    trusting = (f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=store-password")
    code, output = validate(web.url, *trusting)
    check(code == 0 and "store-password" not in output, f"exit code {code}", output)
    code, output = validate(web.url + "/open", *trusting)
    check(code == 1, "what was asked for in secret is taken from an open line", output)
    case.environment["FLUME_SSL_TRUSTSTORE_PATH"] = case.path("other.pem")
    code, output = validate(web.url)
    check(code == 1 and "certificate" in output, f"another's certificate is enough: exit code {code}", output)
    case.environment["FLUME_SSL_TRUSTSTORE_PATH"] = case.path("right.pem")
    check(validate(web.url)[0] == 0, "the environment's store does not count")
    other = serve(case, {"/f": (200, text())}, certificate=case.path("other"))
    case.environment["FLUME_SSL_TRUSTSTORE_PATH"] = case.path("other.pem")
    code, output = validate(other.url)
    check(code == 1 and "certificate" in output, f"the name in the certificate does not count: exit code {code}", output)
