"""Runs Apache Flume 1.11.0 as the peer of our tests and benchmarks.

    with Agent(configuration, folder=...) as agent: agent.wait_up(); agent.metrics(); agent.cpu_seconds(); agent.peak_kib()

The jars come from Maven once and stay in a cache outside the tree (FLUME_TEST_CACHE, default
~/.cache/flume-cpp). Every process is started here, bounded in time, and ended by its own pid.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = "1.11.0"
READY_SECONDS = 180  # a busy machine starts JVMs slowly

# A quick start and little memory: for tests, not for measuring.
SMALL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# JVM settings that would otherwise follow the machine: formatting locale, zone and text encoding.
FIXED = ["-Duser.language=en", "-Duser.country=US", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"]

# Two logging bindings compete unless the log4j 1.2 ones go; native transports for other systems are dead weight.
UNWANTED = ["slf4j-log4j12-*", "slf4j-reload4j-*", "log4j-1.2.1*", "*osx*", "*aarch_64*"]

LOG4J2 = """<Configuration status="ERROR"><Appenders><Console name="out" target="SYSTEM_OUT">
<PatternLayout pattern="{pattern}"/></Console></Appenders>
<Loggers>{loggers}<Root level="{level}"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


def cache_folder():
    folder = os.environ.get("FLUME_TEST_CACHE")
    return Path(folder) if folder else Path.home() / ".cache" / "flume-cpp"


def jars_folder():
    return cache_folder() / f"apache-flume-{VERSION}" / "lib"


def has_jars():
    """All of them: a cache from before the pom named the newest is fetched anew."""
    names = ("flume-ng-node", "flume-ng-morphline-solr-sink", "flume-ng-external-process-config-filter")
    return all(any(jars_folder().glob(f"{name}-{VERSION}.jar")) for name in names)


def missing():
    """What keeps Apache Flume from being started here; None when nothing does."""
    for program in ("java", *(() if has_jars() else ("mvn",))):
        if not shutil.which(program):
            return f"no {program}"
    return None


def jars():
    """The folder with Apache Flume's jars; fetched by Maven when it is not there yet."""
    return fetched_jars(jars_folder(), HERE / "java_flume" / "pom.xml", lambda folder: has_jars())


def fetched_jars(folder, pom, is_whole):
    """`folder` with the jars of `pom`; fetched by Maven when it is not there yet."""
    if is_whole(folder):
        return folder
    if not shutil.which("mvn"):
        raise SystemExit(f"apache flume: no jars in {folder} and no mvn to fetch them")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    subprocess.run(["mvn", "-q", "-B", "-ntp", "-f", str(pom), "dependency:copy-dependencies",
                    "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"], check=True, timeout=900, stdin=subprocess.DEVNULL)
    for pattern in UNWANTED:
        for jar in fresh.glob(pattern + ".jar"):
            jar.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    try:
        fresh.rename(folder)
    except OSError:  # somebody else was faster
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Agent:
    """One Apache Flume process: `with Agent(conf) as agent: ...`. Standard output and error go to `log_path`. The agent's own folder
    is a temporary one that ends with it, unless one is given."""

    def __init__(self, configuration, name="a1", folder=None, monitoring=True, level="INFO", pattern="%p %c{1} %m%n",
                 loggers="", heap="256m", jvm=SMALL, arguments=None, fixed=True, environment=None):
        self.folder = Path(folder or tempfile.mkdtemp(prefix="flume-peer-"))
        self.owns_folder = folder is None
        conf = self.folder / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "log4j2.xml").write_text(LOG4J2.format(pattern=pattern, loggers=loggers, level=level))
        if configuration is not None:
            (conf / "flume.conf").write_bytes(
                configuration if isinstance(configuration, bytes) else configuration.encode())
        self.log_path = self.folder / "agent.log"
        self.port = free_port() if monitoring else None
        monitor = ["-Dflume.monitoring.type=http", f"-Dflume.monitoring.port={self.port}"] if monitoring else []
        if arguments is None:
            arguments = ["-n", name, "-f", str(conf / "flume.conf"), "--no-reload-conf"]
        self.command = ["java", f"-Xmx{heap}", "-Djava.net.preferIPv4Stack=true",
                        *(FIXED if fixed else []), *jvm, *monitor, "-cp", f"{conf}:{jars()}/*",
                        "org.apache.flume.node.Application", *arguments]
        self.environment = environment
        self.process = None

    def start(self):
        if self.process is not None:
            raise RuntimeError("it was started before")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                            env=self.environment)
        return self

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self, patience=20):
        """SIGTERM, then SIGKILL; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def log(self):
        return self.log_path.read_text(errors="replace")

    def get(self, path, method="GET", timeout=5):
        """(status, headers, text) of the monitoring port; an HTTP error is an answer as well."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read().decode()

    def metrics(self):
        try:
            return json.loads(self.get("/metrics")[2])
        except (OSError, ValueError):
            return {}

    def cpu_seconds(self):
        """User and system time of all its threads, the JVM's start included."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_kib(self):
        """The most memory that was ever resident."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))

    def wait_up(self, components, timeout=READY_SECONDS):
        """Until these components ("CHANNEL.c1") are in the metrics with a start time. A component that Apache Flume refuses
        never is: only its log says so."""
        def started():
            metrics = self.metrics()
            return all(int(metrics.get(name, {}).get("StartTime", "0")) > 0 for name in components)
        self.wait(started, f"start of {', '.join(components)}", timeout)

    def wait(self, condition, what, timeout=READY_SECONDS, pause=0.1):
        """Polls until condition() is true; fails loudly when the agent has ended or the time is over."""
        deadline = time.monotonic() + timeout
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"apache flume ended while waiting for {what}:\n{self.log()[-4000:]}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"apache flume: no {what} within {timeout} s:\n{self.log()[-4000:]}")
            time.sleep(pause)

    def wait_counter(self, component, counter, value, timeout=READY_SECONDS):
        self.wait(lambda: int(self.metrics().get(component, {}).get(counter, 0)) >= value,
                  f"{component} {counter} >= {value}", timeout)

    def wait_port(self, port, timeout=READY_SECONDS):
        def accepts():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        self.wait(accepts, f"listener on {port}", timeout)

    def wait_log(self, pattern, timeout=READY_SECONDS):
        self.wait(lambda: re.search(pattern, self.log()), f"log line {pattern!r}", timeout)


def post_events(port, events):
    """One HTTP source request: one transaction. Each event is {"headers": {..}, "body": ".."}."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", data=json.dumps(events).encode(),
                                     headers={"Content-Type": "application/json; charset=utf-8"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
