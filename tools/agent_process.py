"""A running `flume-ng agent`, as the demo, the end-to-end tests and the benchmarks see it from outside: its process, its
/metrics, its files. Every wait has an end. Python standard library only.
"""
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.environ.get("FLUME_NG", os.path.join(ROOT, "bin", "flume-ng"))
POLL_SECONDS = 0.02


class AgentError(Exception):
    """The agent did not do what was waited for; the message carries the end of its output."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, seconds, what):
    """The first true value of `condition`; AgentError when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AgentError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


def open_files(pid):
    """What the process has open, as far as we may see it."""
    links = []
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            links.append(os.readlink(f"/proc/{pid}/fd/{number}"))
    except OSError:
        pass
    return links


def descendants(pid):
    """Process ids below `pid`, however they are grouped."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                    parents[int(entry)] = int(file.read().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
    below, found = {pid}, []
    while True:
        more = [child for child, parent in parents.items() if parent in below and child not in below]
        if not more:
            return found
        below.update(more)
        found += more


def not_in_this_version(kind, name):
    """The program's own words for a type that Apache Flume has and it has not; None for what it has, and for every other problem."""
    told = subprocess.run([BINARY, "describe", kind, name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=20, check=False)
    return told.stdout.strip().removeprefix("Error: ") if told.returncode != 0 and "in Apache Flume, but not in this version" in told.stdout else None


class AgentProcess:
    """`options` come after the ones that every agent gets. With `monitoring` /metrics is served on a free port. `before`: a
    command that becomes the agent (`setpriv ...`)."""

    def __init__(self, folder, conf_file, name="agent1", options=(), environment=None, monitoring=True, output="agent.log", before=()):
        self.folder = folder
        self.port = free_port() if monitoring else None
        self.log_path = os.path.join(folder, output)
        self.command = [*before, BINARY, "agent", "--conf", folder, "--conf-file", conf_file]
        if name is not None:
            self.command += ["--name", name]
        self.command.append("-Dflume.root.logger=INFO,console")
        if monitoring:
            self.command += ["-Dflume.monitoring.type=http", f"-Dflume.monitoring.port={self.port}",
                             "-Dflume.monitoring.host=127.0.0.1"]
        self.command += options
        self.environment = environment
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment, start_new_session=True)
        return self

    @property
    def pid(self):
        return self.process.pid

    def log_text(self):
        if not os.path.isfile(self.log_path):  # /dev/full has no end
            return ""
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                return log.read()
        except OSError:
            return ""

    def error(self, what):
        return AgentError(f"{what}\n--- end of the agent's output:\n" + "\n".join(self.log_text().splitlines()[-30:]))

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def http(self, path, seconds=2):
        """(status, body), or None while nobody answers."""
        # Never through a proxy: the agent is here.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (OSError, ValueError):
            return None

    def metrics(self):
        """{"SINK.sink1": {"EventDrainSuccessCount": "12", ..}, ..}, or {} while nobody answers."""
        answer = self.http("/metrics")
        try:
            return json.loads(answer[1]) if answer and answer[0] == 200 else {}
        except ValueError as error:
            raise self.error(f"/metrics is no JSON: {error}") from error

    def counter(self, component, name):
        """0 while it is not there."""
        return int(self.metrics().get(component, {}).get(name, "0"))

    def wait(self, condition, seconds, what):
        """As wait_until, and fails at once when the agent has ended."""
        def alive_and_true():
            if not self.is_running():
                raise self.error(f"{what}: the agent ended with exit code {self.process.returncode}")
            return condition()
        try:
            return wait_until(alive_and_true, seconds, what)
        except AgentError as error:
            raise error if "end of the agent's output" in str(error) else self.error(str(error)) from None

    def wait_ready(self, components, seconds=10):
        """Until all of `components` ("SINK.sink1") are in /metrics with a start time."""
        def started():
            metrics = self.metrics()
            return all(int(metrics.get(component, {}).get("StartTime", "0")) > 0 for component in components)
        self.wait(started, seconds, f"start of {', '.join(components)}")

    def wait_tail(self, path, seconds=10):
        """Until a `tail -F` of the agent follows `path` from its end: only then nothing that is appended is missed."""
        real = os.path.realpath(path)

        def follows():
            for pid in descendants(self.pid):
                links = open_files(pid)
                if real in links and "anon_inode:inotify" in links:
                    return True
            return False
        self.wait(follows, seconds, f"tail of {path}")

    def memory_kib(self):
        """(resident now, the most it ever was)."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            text = file.read()
        return tuple(int(re.search(rf"^{key}:\s+(\d+) kB", text, re.M).group(1)) for key in ("VmRSS", "VmHWM"))

    def peak_kib(self):
        return self.memory_kib()[1]

    def cpu_seconds(self):
        """User and system time of all its threads, without the commands that it runs."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_exit(self, seconds=15):
        """The exit code; an agent that is still there is killed, and that is an error."""
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self.error(f"the agent did not end within {seconds:g} s") from None

    def stop(self, seconds=20):
        """SIGTERM, and its exit code."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait_exit(seconds)

    def kill(self):
        """kill -9, its commands (`tail`) included."""
        if self.process is None:
            return
        doomed = descendants(self.pid) if self.is_running() else []
        self.process.kill()
        self.process.wait()
        for pid in doomed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
