"""What an end-to-end test works with: a folder of its own, agents that end with it, and checks that say what they saw."""
import contextlib
import os
import re
import subprocess
import sys

from agent_process import BINARY, ROOT, AgentProcess, wait_until
from sequence_file import read_records

COMMAND_SECONDS = 20


class Skipped(Exception):
    """The machine lacks what the test needs; the message says what."""


def limit(seconds):
    """The test may take this long."""
    def mark(function):
        function.limit_seconds = seconds
        return function
    return mark


def endurance(function):
    """Not in CI: a long loop."""
    function.tier = "endurance"
    return function


def together(group):
    """These tests run in one process, one after another, and share what Case.shared() starts."""
    def mark(function):
        function.group = group
        return function
    return mark


def check(condition, what, *seen):
    if not condition:
        raise AssertionError(what + "".join(f"\n--- {text}" for text in seen))


class Case:
    """`group` is the Case that those of a group have in common; it ends after all of them."""

    def __init__(self, folder, group=None):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self._group = group or self
        self._shared = {}
        self._clean_up = contextlib.ExitStack()
        # State below HOME and nothing of the user's own settings.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("FLUME_", "JAVA_", "HADOOP_"))}
        self.environment["HOME"] = folder

    def clean_up(self):
        self._clean_up.close()

    def at_end(self, action, *arguments):
        self._clean_up.callback(action, *arguments)

    def shared(self, name, start):
        """What start(case of the group) gave when the first of the group asked for it; that it failed is told each time."""
        things = self._group._shared  # pylint: disable=protected-access
        if name not in things:
            things[name] = None
            things[name] = start(self._group)
        check(things[name] is not None, f"{name} did not start for an earlier test")
        return things[name]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def small_disk(self, kib):
        """The folder of a file system of its own."""
        disk = self.path("disk")
        os.makedirs(disk)
        if os.geteuid() != 0:
            raise Skipped("only root may mount a small disk")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "flume-test", disk], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            raise Skipped(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
        self.at_end(subprocess.run, ["umount", "-l", disk])
        return disk

    def append_lines(self, path, lines):
        with open(path, "ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))

    # The program.

    def flume(self, *arguments, seconds=COMMAND_SECONDS, environment=None):
        """(exit code, stdout and stderr) of a command that ends by itself."""
        result = subprocess.run([BINARY, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env=environment or self.environment, timeout=seconds, check=False)
        return result.returncode, result.stdout.decode(errors="replace")

    def agent(self, configuration, **settings):
        """An agent that runs until the test ends. `configuration`: text."""
        settings.setdefault("environment", self.environment)
        agent = AgentProcess(self.folder, self.write("flume.conf", configuration), **settings)
        self.at_end(agent.kill)
        return agent.start()

    def refused(self, configuration, *options, name="agent1", codes=(2,)):
        """The output of `agent` for a configuration that it must not start with."""
        conf_file = self.write("flume.conf", configuration)
        arguments = ["agent", "--conf", self.folder, "--conf-file", conf_file, "-Dflume.root.logger=INFO,console", *options]
        code, output = self.flume(*arguments, *(["--name", name] if name else []))
        check(code in codes, f"exit code {code} instead of {codes}", output)
        return output

    def validate(self, configuration, *options):
        """(exit code, output) of `validate`."""
        return self.flume("validate", "-f", self.write("flume.conf", configuration), "-n", "agent1", *options)

    def generator(self, *options):
        process = subprocess.Popen([sys.executable, os.path.join(ROOT, "tools", "gen_events.py"), *options],
                                   stderr=subprocess.DEVNULL)

        def end():
            process.kill()
            process.wait()
        self.at_end(end)
        return process


# Configurations.

def configuration(agent="agent1", **parts):
    """Lines `agent.key = value`; in the names of parts `__` stands for a dot."""
    return "".join(f"{agent}.{key.replace('__', '.')} = {value}\n" for key, value in parts.items())


def walk_through(case, **changes):
    """The main job below the test's folder; a change to None leaves a key out."""
    parts = {
        "sources": "source1", "sinks": "sink1", "channels": "channel1",
        "sources.source1.type": "exec",
        "sources.source1.command": f"tail -F {case.path('events')}",
        "sources.source1.channels": "channel1",
        "channels.channel1.type": "memory",
        "channels.channel1.capacity": "100",
        "channels.channel1.transactionCapacity": "100",
        "channels.channel1.byteCapacityBufferPercentage": "20",
        "sinks.sink1.type": "hdfs",
        "sinks.sink1.channel": "channel1",
        "sinks.sink1.hdfs.path": case.path("out"),
        "sinks.sink1.hdfs.filePrefix": "events",
        "sinks.sink1.hdfs.round": "true",
        "sinks.sink1.hdfs.roundValue": "10",
        "sinks.sink1.hdfs.roundUnit": "minute",
    }
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    return configuration(**{key: value for key, value in parts.items() if value is not None})


# Plain text, one file that never rolls: for tests that look at bytes.
TEXT = {"sinks__sink1__hdfs__fileType": "DataStream", "sinks__sink1__hdfs__rollCount": "0", "sinks__sink1__hdfs__rollSize": "0",
        "sinks__sink1__hdfs__rollInterval": "0"}
MAIN_PARTS = ("SOURCE.source1", "CHANNEL.channel1", "SINK.sink1")


def start_walk_through(case, configuration_text=None, **settings):
    """An agent whose `tail -F` already follows the (empty) events file."""
    events = case.path("events")
    if not os.path.exists(events):
        case.write("events", b"")
    agent = case.agent(configuration_text or walk_through(case), **settings)
    agent.wait_ready(MAIN_PARTS)
    agent.wait_tail(events)
    return agent


def wait_delivered(agent, count, seconds=20):
    agent.wait(lambda: agent.counter("SINK.sink1", "EventDrainSuccessCount") >= count, seconds, f"delivery of {count} events")


# Results.

def line_of(text, start):
    """Number of the first line that starts so."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(start):
            return number
    raise AssertionError(f"the test's configuration has no line {start!r}")


def diagnosed(output, key, *words, severity="error", line=None):
    """There is a line `file:line:col: severity: ..key..` that has all of `words` (in any case)."""
    severities = severity if isinstance(severity, tuple) else (severity,)
    place = rf"flume\.conf:{line if line else '[0-9]+'}(:[0-9]+)?: ({'|'.join(severities)}): "
    for text in output.splitlines():
        if re.search(place, text) and key in text and all(word.lower() in text.lower() for word in words):
            return
    raise AssertionError(f"no line {'|'.join(severities)} about {key} with {', '.join(words) or 'a place'}"
                         f"{f' at line {line}' if line else ''}\n--- {output}")


def finished_files(folder, prefix="events"):
    """In the order of their numbers."""
    names = [name for name in (os.listdir(folder) if os.path.isdir(folder) else []) if re.fullmatch(rf"{prefix}\.\d+", name)]
    return [os.path.join(folder, name) for name in sorted(names, key=lambda name: int(name.split(".")[1]))]


def files_in_use(folder):
    return sorted(name for name in (os.listdir(folder) if os.path.isdir(folder) else []) if name.endswith(".tmp"))


def sequence_values(folder):
    return [value for path in finished_files(folder) for _, value in read_records(path)]


def text_lines(folder):
    lines = []
    for path in finished_files(folder):
        with open(path, "rb") as file:
            content = file.read()
        check(not content or content.endswith(b"\n"), f"{path} ends inside a line")
        lines += content.split(b"\n")[:-1]
    return lines


def same_lines(seen, expected, what="the files"):
    if seen == expected:
        return
    missing, surplus = set(expected) - set(seen), set(seen) - set(expected)
    raise AssertionError(f"{what}: {len(seen)} lines instead of {len(expected)}; missing {len(missing)} {sorted(missing)[:3]}, "
                         f"not written by us {len(surplus)} {sorted(surplus)[:3]}, in another order or doubled otherwise")


__all__ = ["Case", "Skipped", "TEXT", "MAIN_PARTS", "check", "configuration", "diagnosed", "endurance", "files_in_use", "finished_files",
           "limit", "line_of", "same_lines", "sequence_values", "start_walk_through", "text_lines", "wait_delivered", "wait_until",
           "walk_through"]
