"""The hdfs_probe program (hdfs_probe.cpp) as a conversation, and the bytes of the files that it writes."""
import collections
import hashlib
import os
import subprocess
import threading

from agent_process import ROOT

PROBE = os.environ.get("FLUME_HDFS_PROBE", os.path.join(ROOT, "build", "release", "tests", "hdfs_probe"))
PERIOD = 65521


def period_bytes():
    """What hdfs_pattern.h makes."""
    state, made = 1, bytearray()
    for _ in range(PERIOD):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        made.append(state >> 24)
    return bytes(made)


_PERIOD_BYTES = period_bytes()


def pattern(length):
    """The first bytes of every file that the probe writes."""
    return (_PERIOD_BYTES * (length // PERIOD + 1))[:length]


def pattern_md5(*lengths):
    """Of such files, one behind the other."""
    digest = hashlib.md5()
    for length in lengths:
        digest.update(pattern(length))
    return digest.hexdigest()


class Probe:
    """One client of HDFS. A call's answer is waited for `patience` seconds, and a little longer for the probe to say so."""

    def __init__(self, port, user="hdfs", host="127.0.0.1", patience=60):
        self.patience = patience
        self.process = subprocess.Popen([PROBE, host, str(port), user, str(patience)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self._answers = collections.deque()
        self._came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self._came:
                self._answers.append(line.rstrip("\n"))
                self._came.notify()
        with self._came:
            self._answers.append("gone")
            self._came.notify()

    def begin(self, verb, path, **settings):
        """Asks; answer() is for later."""
        words = [verb, path, *(f"{key}={value}" for key, value in settings.items())]
        self.process.stdin.write(" ".join(words) + "\n")

    def answer(self):
        with self._came:
            if not self._came.wait_for(lambda: self._answers, self.patience + 30):
                raise AssertionError("the probe does not answer")
            return self._answers.popleft()

    def ask(self, verb, path, **settings):
        self.begin(verb, path, **settings)
        return self.answer()

    def expect(self, expected, verb, path, **settings):
        """The answer, which starts so."""
        answer = self.ask(verb, path, **settings)
        if not answer.startswith(expected):
            raise AssertionError(f"{verb} {path} {settings}: {answer!r} instead of {expected!r}")
        return answer

    def kill(self):
        self.process.kill()
        self.process.wait()
