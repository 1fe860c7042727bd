"""seq -> file channel -> file_roll: bookmarks in both, so whatever happens every number is in the files once, in order."""
import os
import re
import struct
import time

from agent_process import wait_until
from case import check, configuration

OPEN = "file channel open"
GIVEN = "all numbers were given"
PARTS = ("SOURCE.source1", "CHANNEL.channel1", "SINK.sink1")
HEAD_BYTES, SECOND_HEAD, RECORDS_START, RECORD_HEAD_BYTES = 512, 4096, 8192, 40
PUT = 1


def flow(case, total=None, **changes):
    """The smallest slots, so that they are used again and again. A change to None leaves a key out."""
    parts = {
        "sources": "source1", "sinks": "sink1", "channels": "channel1",
        "sources.source1.type": "seq", "sources.source1.channels": "channel1", "sources.source1.batchSize": "20",
        "sources.source1.totalEvents": total,
        "channels.channel1.type": "file", "channels.channel1.dataDirs": case.path("data"), "channels.channel1.maxFileSize": "65536",
        "channels.channel1.capacity": "20000", "channels.channel1.transactionCapacity": "200",
        "channels.channel1.minimumRequiredSpace": "1048576",
        "sinks.sink1.type": "file_roll", "sinks.sink1.channel": "channel1", "sinks.sink1.sink.directory": case.path("out"),
        "sinks.sink1.sink.rollInterval": "1",
    }
    parts.update({key.replace("__", "."): value for key, value in changes.items()})
    return configuration(**{key: value for key, value in parts.items() if value is not None})


def written(case):
    """All lines of file_roll's files, in the order in which they were written. A last line without its end is left out."""
    lines = []
    names = os.listdir(case.path("out")) if os.path.isdir(case.path("out")) else []
    for name in sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)]):
        with open(case.path("out", name), "rb") as file:
            lines += file.read().split(b"\n")[:-1]
    return lines


def check_numbers(case, total, lost=()):
    """0, 1, .. total - 1 without `lost`, each once, in order, and no file ends inside a line."""
    for name in os.listdir(case.path("out")):
        with open(case.path("out", name), "rb") as file:
            content = file.read()
        check(not content or content.endswith(b"\n"), f"{name} ends inside a line")
    seen = [int(line) for line in written(case)]
    lost = set(lost)
    expected = [number for number in range(total) if number not in lost]
    if seen == expected:
        return
    at = next((at for at, pair in enumerate(zip(seen, expected)) if pair[0] != pair[1]), min(len(seen), len(expected)))
    missing, doubled = set(expected) - set(seen), len(seen) - len(set(seen))
    raise AssertionError(f"{len(seen)} numbers instead of {len(expected)}: {len(missing)} missing {sorted(missing)[:3]}, {doubled} doubled, "
                         f"{len(set(seen) - set(expected))} surplus; first difference at line {at}: {seen[at:at + 3]} instead of {expected[at:at + 3]}")


def wait_drained(agent, seconds=60):
    """The source has given all its numbers, and the channel is empty: that of this start, which counts nothing before it is open."""
    agent.wait(lambda: GIVEN in agent.log_text(), seconds, "the last number")

    def is_empty():
        channel = agent.metrics().get("CHANNEL.channel1", {})
        return channel.get("StartTime", "0") != "0" and channel.get("ChannelSize") == "0"
    agent.wait(is_empty, seconds, "an empty channel")


def wait_logged(agent, *words, seconds=20):
    """A line of the log that has all of `words`."""
    def found():
        return next((line for line in agent.log_text().splitlines() if all(word in line for word in words)), None)
    return agent.wait(found, seconds, f"a line with {', '.join(words)}")


# The bytes of slots, as src/storage/FORMAT.md has them.

def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Slot:
    """A slot's file; `path` without a segment has number 0."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.content = bytearray(file.read())
        has_segment = self.content[:8] == b"FLUMSEG1"
        self.number = struct.unpack_from("<Q", self.content, 32)[0] if has_segment else 0
        self.salt = struct.unpack_from("<Q", self.content, 40)[0] if has_segment else 0

    def records(self):
        """(offset, type, length of the payload, events, id of the first) of those of this segment, in order."""
        at = RECORDS_START
        while at + RECORD_HEAD_BYTES <= len(self.content):
            head = bytes(self.content[at:at + RECORD_HEAD_BYTES])
            crc, mark, kind, length, events, _, _, first, _ = struct.unpack("<I3sBIIIIQQ", head)
            if mark != b"FLR" or crc != crc32c(struct.pack("<Q", self.salt) + head[4:]):
                return
            yield at, kind, length, events, first
            at += (RECORD_HEAD_BYTES + length + 7) & ~7

    def puts(self):
        return [record for record in self.records() if record[1] == PUT]

    def flip(self, at):
        self.content[at] ^= 1

    def set_version(self, version):
        for head in (0, SECOND_HEAD):
            struct.pack_into("<I", self.content, head + 12, version)
            struct.pack_into("<I", self.content, head + 8, crc32c(bytes(self.content[head + 12:head + HEAD_BYTES])))

    def save(self):
        with open(self.path, "wb") as file:
            file.write(self.content)


def slots(folder):
    """In the order of their segments' numbers."""
    found = [Slot(os.path.join(folder, name)) for name in os.listdir(folder) if re.fullmatch(r"slot-\d+", name)]
    return sorted(found, key=lambda slot: slot.number)


def content_of(folder):
    """{name: bytes}, without the lock file, which says who had it last."""
    content = {}
    for name in sorted(os.listdir(folder)):
        if name != "in_use.lock":
            with open(os.path.join(folder, name), "rb") as file:
                content[name] = file.read()
    return content


def fill(case, total, **changes):
    """A channel with the numbers below `total` in it that nobody takes; its agent was killed."""
    agent = case.agent(flow(case, total, sinks=None, **{key: None for key in (
        "sinks__sink1__type", "sinks__sink1__channel", "sinks__sink1__sink__directory", "sinks__sink1__sink__rollInterval")}, **changes),
        output=f"filling-{time.monotonic_ns()}.log")
    agent.wait(lambda: GIVEN in agent.log_text(), 30, "the last number")
    agent.kill()


def fill_up(path):
    """The disk has not a byte left."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


__all__ = ["GIVEN", "OPEN", "PARTS", "RECORD_HEAD_BYTES", "Slot", "check_numbers", "content_of", "fill", "fill_up", "flow", "slots",
           "wait_drained", "wait_logged", "wait_until", "written"]
